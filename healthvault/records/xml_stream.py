# SPDX-License-Identifier: Apache-2.0
"""XML of any size, element by element, in constant memory; what could expand is refused as in `xml_walk`.

Only starts and ends of elements are told. One element may not take more than a mebibyte, so that neither memory
nor expat's work on an unfinished one grows with the file. Spec: docs/spec/contents.md section 7.
"""

from collections.abc import Callable, Iterator
from typing import BinaryIO
from xml.parsers import expat

from healthvault.errors import InvalidRequest
from healthvault.records.apple_dtd import without_controls, without_dtd
from healthvault.records.xml_walk import Refused, refuse_expansion

__all__ = ["PIECE_BYTES", "stream_xml"]

PIECE_BYTES = 256 << 10
MAX_DRY_BYTES = 1 << 20  # without the start or the end of an element
MAX_XML_BYTES = 16 << 30
MAX_DEPTH = 100


class _Watch:
    """Counts what has passed."""

    def __init__(self) -> None:
        self.depth = 0
        self.dry_bytes = 0
        self.all_bytes = 0

    def check(self, size_bytes: int) -> None:
        """Count a piece that is about to be parsed."""
        self.dry_bytes += size_bytes
        self.all_bytes += size_bytes
        if self.dry_bytes > MAX_DRY_BYTES + size_bytes or self.all_bytes > MAX_XML_BYTES:
            raise InvalidRequest("too_large", "one of its elements, or all of it, is too long")


def stream_xml(
    stream: BinaryIO, start: Callable[[str, dict[str, str]], None], end: Callable[[str], None]
) -> Iterator[None]:
    """Parse a document, and yield after each piece of it.

    Args:
        stream: Unverified bytes, from here to their end.
        start: Takes the start of an element and its attributes.
        end: Takes the end of an element.

    Raises:
        InvalidRequest: `reader_failed`, it is no well-formed XML to its end, or tries to expand; `too_large`.
    """
    watch, parser = _Watch(), expat.ParserCreate()
    refuse_expansion(parser)
    _listen(parser, watch, start, end)
    try:
        for piece in _pieces(stream):
            watch.check(len(piece))
            parser.Parse(piece, False)  # noqa: FBT003 - expat takes no keywords
            yield
        parser.Parse(b"", True)  # noqa: FBT003
    except Refused as err:
        raise InvalidRequest("reader_failed", "the XML declares entities, or is nested too deep") from err
    except (expat.ExpatError, ValueError, LookupError) as err:  # the last two: strange encodings
        raise InvalidRequest("reader_failed", f"the XML breaks off near byte {parser.ErrorByteIndex}") from err
    yield


def _listen(
    parser: expat.XMLParserType,
    watch: _Watch,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
) -> None:
    def started(name: str, attributes: dict[str, str]) -> None:
        watch.dry_bytes = 0
        watch.depth += 1
        if watch.depth > MAX_DEPTH:
            raise Refused
        start(name, attributes)

    def ended(name: str) -> None:
        watch.depth -= 1
        end(name)

    parser.StartElementHandler = started
    parser.EndElementHandler = ended


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the document without what Apple writes wrong."""
    first = stream.read(PIECE_BYTES)
    is_narrow = b"\0" not in first[:1024]  # UTF-16 is left as it is
    yield without_dtd(first)
    while piece := stream.read(PIECE_BYTES):
        yield without_controls(piece) if is_narrow else piece
