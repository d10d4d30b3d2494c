# SPDX-License-Identifier: Apache-2.0
"""What a bundle shows of a trial: its documents by their entries, its forms read, its registrations as one chain.

Pure. It comes from a bundle whose own verdicts hold; what its forms say is the sponsor's word all the same.
Spec: docs/spec/trials.md section 4.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from healthvault.errors import FormatError, NotEstablished, NotFound
from healthvault.records.categories import Category
from healthvault.records.kinds import Kind
from healthvault.trials.lock import Lock, Results, parse_lock, parse_results
from healthvault.trials.protocol import (
    DataBatch,
    Protocol,
    Registered,
    parse_amendment,
    parse_batch,
    parse_protocol,
)

__all__ = ["Counted", "Placed", "ShownDocument", "ShownTrial", "is_first", "read_trial"]

_Held_co = TypeVar("_Held_co", covariant=True)
_Form = TypeVar("_Form")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownDocument:
    """A document of a bundle. Kind, category and `supersedes` are the sealed ones if `is_disclosed`."""

    seq: int
    """Its place in the sponsor's journal."""
    id: str
    kind: str
    name: str
    """File name; untrusted."""
    size_bytes: int
    entered_ms: int
    """By the sponsor's clock."""
    not_after_ms: int | None
    """By the clocks of others."""
    is_disclosed: bool
    category: str | None
    supersedes: int | None
    claimed_status: str
    content: bytes | None
    """Of a form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What the inventory of registrations proves, as of the bundle's tip."""

    total: int
    """Protocols in force."""
    standing: frozenset[int]
    """Entries of those that are shown."""
    superseded: int
    retracted: int
    erased: int
    moved: int
    restarts: tuple[int, ...] = ()
    """Entries at which the history goes on from an older copy: what had come after that copy is not in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed(Generic[_Held_co]):
    """A form and its place."""

    document: ShownDocument
    form: _Held_co

    @property
    def seq(self) -> int:
        """Its place in the sponsor's journal."""
        return self.document.seq


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTrial:
    """All that a bundle shows of one trial, each list by entry."""

    study: str
    documents: dict[str, ShownDocument]
    """All of the bundle, by id."""
    registered: tuple[Placed[Registered], ...]
    batches: tuple[Placed[DataBatch], ...]
    locks: tuple[Placed[Lock], ...]
    results: tuple[Placed[Results], ...]

    def chain(self, counted: Counted | None) -> tuple[Placed[Registered], ...]:
        """Return the registration and the amendments that lead to what is in force, oldest first.

        What is in force is what stands in the inventory; without one, what was registered last.
        """
        by_seq = {one.seq: one for one in self.registered}
        standing = [one for one in self.registered if counted is None or one.seq in counted.standing]
        found: list[Placed[Registered]] = []
        link = standing[-1] if standing else self.registered[-1]
        while link is not None and link not in found:
            found.append(link)
            older = link.document.supersedes
            link = by_seq.get(older) if older is not None else None  # type: ignore[assignment]
        return tuple(reversed(found))

    def data(self) -> tuple[ShownDocument, ...]:
        """Return the data that are here: what the forms name, older and newer versions of it, by entry."""
        named = {each for batch in self.batches for each in batch.form.documents}
        in_order = sorted(self.documents.values(), key=lambda one: one.seq)
        found: dict[int, ShownDocument] = {}
        for one in in_order:
            if one.id in named or one.supersedes in found:
                found[one.seq] = one
        replaced = {one.supersedes for one in found.values()}
        for one in reversed(in_order):  # a newer version is met before an older one
            if one.seq in replaced:
                found[one.seq] = one
                replaced.add(one.supersedes)
        return tuple(found[seq] for seq in sorted(found))


def read_trial(documents: Iterable[ShownDocument], study: str | None) -> ShownTrial:
    """Return what a bundle shows of a trial.

    Args:
        documents: All of the bundle.
        study: Which one, if it may hold several.

    Raises:
        NotEstablished: `not_disclosed`, the description of a document is not disclosed, so that nothing is known
            of what it replaces; `no_trial`, no registration is there, or none of this study.
        NotFound: `ambiguous`, registrations of several studies.
        FormatError: `bad_schema`, `unsupported`, `too_large`, a form is none.
    """
    shown = sorted(documents, key=lambda one: one.seq)
    if not all(one.is_disclosed for one in shown):
        hint = "ask for a bundle of `hv trial bundle`"
        raise NotEstablished("not_disclosed", "the descriptions of documents are not disclosed", hint=hint)
    protocols: list[Placed[Registered]] = [*_forms(shown, Kind.TRIAL_PROTOCOL, parse_protocol)]
    amendments: list[Placed[Registered]] = [*_forms(shown, Kind.TRIAL_AMENDMENT, parse_amendment)]
    registered = sorted((*protocols, *amendments), key=lambda one: one.seq)
    counted = [one for one in registered if one.document.category == Category.PROTOCOL.value]
    found = sorted({one.form.study for one in counted})
    if study is None and len(found) > 1:
        raise NotFound("ambiguous", f"the bundle is of several trials: {', '.join(found)}", hint="--study ID")
    if not found or study not in {None, *found}:
        raise NotEstablished("no_trial", f"the bundle shows no registration{f' of {study}' if study else ''}")
    wanted = study or found[0]
    return ShownTrial(
        study=wanted,
        documents={one.id: one for one in shown},
        registered=tuple(one for one in counted if one.form.study == wanted),
        batches=tuple(one for one in _forms(shown, Kind.TRIAL_DATA, parse_batch) if one.form.study == wanted),
        locks=tuple(one for one in _forms(shown, Kind.TRIAL_LOCK, parse_lock) if one.form.study == wanted),
        results=tuple(one for one in _forms(shown, Kind.TRIAL_RESULT, parse_results) if one.form.study == wanted),
    )


def is_first(one: Placed[Registered]) -> bool:
    """Tell whether a form is a registration and no amendment."""
    return isinstance(one.form, Protocol)


def _forms(shown: Sequence[ShownDocument], kind: Kind, parse: Callable[[bytes], _Form]) -> "list[Placed[_Form]]":
    mine = [one for one in shown if one.kind == kind.value]
    for one in mine:
        if one.content is None:
            raise FormatError("bad_schema", f"{one.id} is called {kind.value}, and is none")
    return [Placed(document=one, form=parse(one.content or b"")) for one in mine]
