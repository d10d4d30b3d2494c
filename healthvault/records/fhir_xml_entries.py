# SPDX-License-Identifier: Apache-2.0
"""The resources of a FHIR document in XML, entry by entry, with the members that describing knows of them.

Entities, what lies outside the file, and deep nesting end it, as everywhere.
Spec: docs/spec/contents.md section 3.
"""

from collections.abc import Iterator
from xml.parsers import expat

from healthvault.records.fhir import is_resource_type
from healthvault.records.fhir_entries import BUNDLE, NO_RESOURCE, OUTER, Entry, Source, entry_of
from healthvault.records.fhir_xml import XmlResource
from healthvault.records.json_walk import STREAMED, Json, text_at
from healthvault.records.probe import HEAD_BYTES, Probe
from healthvault.records.xml_walk import Refused, xml_parser

__all__ = ["xml_source"]

MAX_ELEMENTS = 5_000_000
BROKEN = "cut off, no XML, or with entities in it, which are refused"


def xml_source(probe: Probe) -> Source:
    """Return a resource or Bundle in XML (unverified)."""

    def walk(outer: dict[str, Json]) -> Iterator[Entry]:
        waiting: list[Json] = []
        reader = XmlResource(waiting.append, keeps_text=True)
        number, is_well_formed = 0, False
        for is_well_formed in _steps(probe, reader):  # noqa: B007 - the last one counts
            for element in waiting:
                yield from entry_of(_plain(element), f"{STREAMED}[{number}]")
                number += 1
            waiting.clear()
        outer |= {name: value for name, value in reader.root.items() if name in OUTER}
        is_bundle = text_at(reader.root, "resourceType") == BUNDLE
        if not is_well_formed:
            yield Entry(place=f"{STREAMED}[{number}]" if is_bundle else "", reason=BROKEN)
        elif not is_bundle:
            yield _single(reader.root)

    return Source(walk, is_xml=True)


def _steps(probe: Probe, reader: XmlResource) -> Iterator[bool]:
    """Yield after each piece of the file, and at the end, whether it is well-formed so far."""
    try:
        parser = xml_parser(reader, max_elements=MAX_ELEMENTS)
        for piece in _pieces(probe):
            parser.Parse(piece, False)  # noqa: FBT003 - expat takes no keywords
            yield True
        parser.Parse(b"", True)  # noqa: FBT003
    except (expat.ExpatError, Refused, ValueError, LookupError):  # the last two: strange encodings
        yield False
        return
    yield True


def _plain(element: Json) -> Json:
    """Return an entry with the one resource that it has."""
    if not isinstance(element, dict):
        return element
    return {name: value[0] if isinstance(value, list) and value else value for name, value in element.items()}


def _single(root: dict[str, Json]) -> Entry:
    is_resource = is_resource_type(root.get("resourceType"))
    return Entry(place="", resource=root) if is_resource else Entry(place="", reason=NO_RESOURCE)


def _pieces(probe: Probe) -> Iterator[bytes]:
    last = (probe.size_bytes // HEAD_BYTES + 1) * HEAD_BYTES
    return (piece for piece in probe.pieces(last) if piece)
