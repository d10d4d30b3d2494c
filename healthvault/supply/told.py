# SPDX-License-Identifier: Apache-2.0
"""Events of several documents put together: the same event once, in the order of time, errors taken out.

Who signed a document is told by whoever verified it; nothing in an event can say so. An error declaration takes
out an event only if it is signed by the same party, or the event is not signed by anybody: a stranger's file voids
nothing that somebody answers for. Spec: docs/spec/supply.md section 4.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from healthvault.supply.document import EpcisDocument
from healthvault.supply.event import Event
from healthvault.supply.times import Moment

__all__ = ["Chain", "Origin", "Told", "chain_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where events were read, and who answers for the document."""

    document: str
    """Id, or file name."""
    signers: tuple[tuple[str, str], ...] = ()
    """Who (the reader's own name for them) and how: `bundle` or `attested`. Empty: nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event, and everybody who tells it."""

    event: Event
    origins: tuple[Origin, ...]
    ids: tuple[str, ...]
    """All that it is called: a copy under another id takes none away."""
    told_at: tuple[Moment, ...]
    """When the documents were made and the event was recorded, as they say."""
    rank: tuple[int, int, int]
    """Time, document, number."""

    @property
    def signers(self) -> tuple[tuple[str, str], ...]:
        """Who answers for it, each once."""
        return tuple(dict.fromkeys(signer for origin in self.origins for signer in origin.signers))

    @property
    def names(self) -> frozenset[str]:
        """Who answers for it."""
        return frozenset(name for name, _ in self.signers)

    @property
    def touched(self) -> Iterator[str]:
        """Yield the things that it is about."""
        event = self.event
        yield from (*event.things, *event.inputs, *event.outputs)
        if event.parent:
            yield event.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Everything that the documents tell."""

    events: tuple[Told, ...]
    """In the order of time."""
    undated: tuple[Told, ...]
    """Their time has no zone."""
    voided: tuple[Told, ...]
    disputed: tuple[Told, ...]
    """Declared wrong by somebody who does not answer for them; they count."""
    conflicting: tuple[tuple[Told, Told], ...]
    """Two events of one id that say different things."""


def chain_of(documents: Iterable[tuple[Origin, EpcisDocument]]) -> Chain:
    """Put the events of documents together."""
    told = list(_merged(documents))
    declared = [each for each in told if each.event.is_error]
    plain = [each for each in told if not each.event.is_error]
    errors = _Errors(declared)
    voided = [each for each in plain if any(_may_void(one, each) for one in errors.about(each))]
    gone = {id(each) for each in voided}
    left = [each for each in plain if id(each) not in gone]
    return Chain(
        events=tuple(sorted((each for each in left if each.event.time.ms is not None), key=lambda one: one.rank)),
        undated=tuple(each for each in left if each.event.time.ms is None),
        voided=tuple(voided),
        disputed=tuple(each for each in left if next(errors.about(each), None)),
        conflicting=tuple(_conflicting(left)),
    )


def _merged(documents: Iterable[tuple[Origin, EpcisDocument]]) -> Iterator[Told]:
    found: dict[object, Told] = {}
    for number, (origin, document) in enumerate(documents):
        for place, event in enumerate(document.events):
            rank = (event.time.ms or 0, number, place)
            key = (event.hashes.content, event.is_error) if event.hashes.content else (number, place)
            ids = () if event.id is None else (event.id,)
            told_at = tuple(each for each in (document.created, event.recorded) if each is not None)
            told = Told(event=event, origins=(origin,), ids=ids, told_at=told_at, rank=rank)
            found[key] = _joined(found[key], told) if key in found else told
    return iter(found.values())


def _joined(known: Told, other: Told) -> Told:
    """Return one event that two documents tell."""
    return replace(
        known,
        origins=tuple(dict.fromkeys((*known.origins, *other.origins))),
        ids=tuple(dict.fromkeys((*known.ids, *other.ids))),
        told_at=(*known.told_at, *other.told_at),
    )


class _Errors:
    """Error declarations by what they are about: an event of their id, or one that says all that they say."""

    def __init__(self, declared: Iterable[Told]) -> None:
        self._by: dict[str, list[Told]] = defaultdict(list)
        for each in declared:
            for key in _keys(each):
                self._by[key].append(each)

    def about(self, told: Told) -> Iterator[Told]:
        """Yield the declarations that are about an event."""
        for key in _keys(told):
            yield from self._by.get(key, ())


def _keys(told: Told) -> Iterator[str]:
    yield from told.ids
    if told.event.hashes.content is not None:
        yield told.event.hashes.content


def _may_void(declared: Told, told: Told) -> bool:
    return not told.names or bool(declared.names & told.names)


def _conflicting(told: Sequence[Told]) -> Iterator[tuple[Told, Told]]:
    by_id: dict[str, list[Told]] = defaultdict(list)
    for each in told:
        for id_text in each.ids:
            by_id[id_text].append(each)
    for same in by_id.values():
        yield from ((same[0], other) for other in same[1:])
