# SPDX-License-Identifier: Apache-2.0
"""The resources of a FHIR document one after the other, each with its place: of a Bundle, of lines, or just one.

A document can be gone through several times, and holds one resource in memory at a time. What stands where a
resource should be and is none, and where the text breaks off, is an entry without a resource and with a reason.
Spec: docs/spec/contents.md section 3.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from healthvault.records.fhir import is_resource_type
from healthvault.records.json_stream import MAX_VALUE_CHARS, Broken, JsonStream, decoded, lines_of
from healthvault.records.json_walk import STREAMED, Json, text_at, value_at
from healthvault.records.probe import Probe

__all__ = [
    "BUNDLE",
    "NO_RESOURCE",
    "OUTER",
    "Entry",
    "Source",
    "bundle_entries",
    "bundle_source",
    "entry_of",
    "line_source",
    "single_source",
]

BUNDLE = "Bundle"
OUTER = ("resourceType", "id", "meta", "type", "timestamp", "signature")
"""What is kept of a Bundle beside its entries."""
MAX_BUNDLE_DEPTH = 3  # of Bundles in Bundles
NO_TEXT = "no text of one encoding"
NO_RESOURCE = "no FHIR resource"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A place in a document, and the resource there."""

    place: str
    """Empty for a document that is one resource."""
    resource: dict[str, Json] | None = None
    """None: there is none, or it cannot be read."""
    full_url: str = ""
    reason: str = ""
    """Why there is no resource."""


class Source:
    """A document that can be gone through.

    Args:
        walk: Yields its entries, and tells the members around them of which it is told the names.
        is_xml: It is in XML.
    """

    def __init__(self, walk: "Callable[[dict[str, Json]], Iterator[Entry]]", *, is_xml: bool = False) -> None:
        self._walk = walk
        self.is_xml = is_xml
        self.outer: dict[str, Json] = {}
        """What stands in the Bundle beside its entries, as far as it was gone through."""

    def entries(self) -> Iterator[Entry]:
        """Yield each entry."""
        return self._walk(self.outer)


def bundle_source(probe: Probe) -> Source:
    """Return a Bundle, or an array of what a Bundle would hold (unverified)."""

    def walk(outer: dict[str, Json]) -> Iterator[Entry]:
        number = 0
        place = STREAMED
        try:
            stream = JsonStream(probe.text_pieces())
            is_array = stream.starts_with() == "["
            place = "" if is_array else STREAMED
            members = ((STREAMED, each) for each in stream.elements()) if is_array else stream.members()
            for name, value in members:
                if name == STREAMED:
                    yield from entry_of(value, f"{place}[{number}]")
                    number += 1
                elif name in OUTER:
                    outer[name] = value
            stream.check_end()
        except (Broken, UnicodeDecodeError) as err:
            yield Entry(place=f"{place}[{number}]", reason=f"{_reason(err)}; what follows was not read")

    return Source(walk)


def single_source(probe: Probe) -> Source:
    """Return one resource (unverified)."""

    def walk(_outer: dict[str, Json]) -> Iterator[Entry]:
        try:
            yield _made(JsonStream(probe.text_pieces()).whole(), "")
        except (Broken, UnicodeDecodeError) as err:
            yield Entry(place="", reason=_reason(err))

    return Source(walk)


def line_source(probe: Probe) -> Source:
    """Return one resource a line (unverified); a line that is none costs no other."""

    def walk(_outer: dict[str, Json]) -> Iterator[Entry]:
        number = 0
        try:
            for number, line in enumerate(lines_of(probe.text_pieces()), 1):
                if line.strip():
                    yield _of_line(line, f"line {number}")
        except UnicodeDecodeError as err:
            yield Entry(place=f"line {number + 1}", reason=_reason(err))

    return Source(walk)


def bundle_entries(bundle: Json, place: str, depth: int = 1) -> Iterator[Entry]:
    """Yield the entries of a Bundle that is in memory, those of Bundles in it too."""
    found = value_at(bundle, STREAMED)
    for number, each in enumerate(found if isinstance(found, list) else []):
        yield from entry_of(each, f"{place}{STREAMED}[{number}]", depth)


def entry_of(element: Json, place: str, depth: int = 1) -> Iterator[Entry]:
    """Yield an entry of a Bundle (unverified), and if it is a Bundle itself, what is in it."""
    resource = value_at(element, "resource")
    if resource is None and is_resource_type(value_at(element, "resourceType")):
        resource = element  # an array of resources
    if resource is None:
        asked = [text_at(element, "request", name) or "" for name in ("method", "url")]
        yield Entry(place=place, reason=" ".join(("an entry without a resource", *asked)).strip())
        return
    made = _made(resource, place, text_at(element, "fullUrl") or "")
    yield made
    if made.resource and made.resource["resourceType"] == BUNDLE and depth < MAX_BUNDLE_DEPTH:
        yield from bundle_entries(resource, f"{place}.", depth + 1)


def _made(resource: Json, place: str, full_url: str = "") -> Entry:
    if not isinstance(resource, dict) or not is_resource_type(resource.get("resourceType")):
        return Entry(place=place, reason=NO_RESOURCE)
    return Entry(place=place, resource=resource, full_url=full_url)


def _of_line(line: str, place: str) -> Entry:
    if len(line) > MAX_VALUE_CHARS:
        return Entry(place=place, reason="longer than is read at once")
    try:
        return _made(decoded(line), place)
    except Broken as err:
        return Entry(place=place, reason=_reason(err))


def _reason(err: ValueError) -> str:
    return str(err) if isinstance(err, Broken) else NO_TEXT
