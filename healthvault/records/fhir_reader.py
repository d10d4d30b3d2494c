# SPDX-License-Identifier: Apache-2.0
"""The readers of FHIR: one resource, a Bundle of any type, a resource a line; DSTU2, STU3, R4, R5; JSON or XML.

A document is gone through twice: first to know whose records it holds and what its references mean, then to state
its resources one by one. No more than one of them is in memory. Spec: docs/spec/contents.md section 3.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from healthvault.records.fhir_attachments import Attachments
from healthvault.records.fhir_entries import BUNDLE, Entry, Source, bundle_source, line_source, single_source
from healthvault.records.fhir_items import has_item, items_of
from healthvault.records.fhir_outline import Outline, outline_of
from healthvault.records.fhir_text import passages_of
from healthvault.records.fhir_xml_entries import xml_source
from healthvault.records.json_stream import Broken, as_written
from healthvault.records.json_walk import Json, items_at, text_at
from healthvault.records.probe import Probe
from healthvault.records.reading import Inside, Placed
from healthvault.records.statements import Item, Left, Passage, Resource, Statement, Tally

__all__ = ["read_bundle", "read_lines", "read_resource", "stated"]

MAX_WORDS_CHARS = 12 << 20  # of all passages of one document; less than what ends the reading of all of it
NOT_CHECKED = "a signature, which is not checked"
XML_RESOURCES = "FHIR XML is read, and not given word for word as JSON"


def read_resource(probe: Probe, inside: Inside) -> Iterator[Statement | Placed]:
    """Yield what one resource states."""
    yield from stated([xml_source(probe) if _is_xml(probe) else single_source(probe)], inside)


def read_bundle(probe: Probe, inside: Inside) -> Iterator[Statement | Placed]:
    """Yield what the resources of a Bundle state."""
    yield from stated([xml_source(probe) if _is_xml(probe) else bundle_source(probe)], inside)


def read_lines(probe: Probe, inside: Inside) -> Iterator[Statement | Placed]:
    """Yield what resources state that stand one on a line."""
    yield from stated([line_source(probe)], inside)


def stated(sources: Sequence[Source], inside: Inside) -> Iterator[Statement | Placed]:
    """Yield what the resources of documents (unverified) state that came in one file.

    No document's reference leads into another. All subjects come first, so that no attachment counts among them.
    """
    walks = []
    first = 0
    for source in sources:
        outline = outline_of(source)
        yield from outline.subjects
        walks.append(_Walk(source, outline, inside, first))
        first += len(outline.subjects)
    for walk in walks:
        yield from walk.states()


def _is_xml(probe: Probe) -> bool:
    return (probe.text or "").lstrip().startswith("<")


class _Walk:
    """The second time through a document; its subjects are numbered from `first`."""

    def __init__(self, source: Source, outline: Outline, inside: Inside, first: int) -> None:
        self._source = source
        self._outline = outline
        self._attachments = Attachments(inside, outline.holds)
        self._first = first
        self._counts: Counter[str] = Counter()
        self._words_chars = 0

    def states(self) -> Iterator[Statement | Placed]:
        """Yield what the document states beside its subjects."""
        for entry in self._source.entries():
            if entry.resource is None:
                yield Left(place=entry.place, reason=entry.reason)
            else:
                yield from self._entry(entry, text_at(entry.resource, "resourceType") or "")
        yield from self._whole(self._source.outer)
        for sort, count in sorted(self._counts.items()):
            yield Tally(sort=sort, count=count)
        if self._source.is_xml and self._counts:
            yield Left(place="", reason=XML_RESOURCES)

    def _entry(self, entry: Entry, kind: str) -> Iterator[Statement | Placed]:
        self._counts[kind] += 1
        try:
            if not self._source.is_xml:
                yield self._resource(entry, kind)
            if has_item(kind):
                yield from self._items(entry)
        except Broken as err:
            yield Left(place=entry.place, reason=str(err))
            return
        yield from self._passages(entry)
        yield from self._attachments.of(entry.resource, entry.place)

    def _items(self, entry: Entry) -> Iterator[Item]:
        for item in items_of(entry, self._outline.around(entry)):
            own = item.subject
            yield item if own is None or not self._first else replace(item, subject=own + self._first)

    def _whole(self, outer: Json) -> Iterator[Statement]:
        kind = text_at(outer, "type")
        if text_at(outer, "resourceType") == BUNDLE:
            yield Tally(sort=f"{BUNDLE} {kind}" if kind else BUNDLE, count=1)
        for form in items_at(outer, "signature")[:1]:
            told = text_at(form, "sigFormat") or text_at(form, "contentType")
            yield Left(place="signature", reason=f"{NOT_CHECKED} ({told})" if told else NOT_CHECKED)

    def _resource(self, entry: Entry, kind: str) -> Resource:
        content = as_written(entry.resource)
        own = text_at(entry.resource, "id")
        return Resource(place=entry.place, version=self._outline.version, type=kind, id=own, content=content)

    def _passages(self, entry: Entry) -> Iterator[Passage | Left]:
        for passage in passages_of(entry.resource, entry.place):
            self._words_chars += len(passage.words)
            if self._words_chars > MAX_WORDS_CHARS:
                yield Left(place=passage.place, reason="more text than is kept of one document")
                return
            yield passage
