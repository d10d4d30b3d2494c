# SPDX-License-Identifier: Apache-2.0
"""XML read piece by piece with the standard library's expat, and with everything refused that could expand.

Entity declarations, attribute defaults, external identifiers, deep nesting and too many elements end the walk at
once; a DTD that only declares elements and attributes passes, because every true Apple Health export begins with
one. Nothing outside the file is ever read. Spec: docs/spec/records.md section 3.
"""

from collections.abc import Generator, Iterable
from typing import NoReturn, Protocol
from xml.parsers import expat

__all__ = ["Enough", "XmlReader", "split_name", "steps_xml", "walk_xml"]

MAX_DEPTH = 100
MAX_ELEMENTS = 200_000
_SEPARATOR = " "  # between namespace and local name: cannot stand in either


class Enough(Exception):
    """A reader has seen all that it wants."""


class _Refused(Exception):
    """The document tries something that could expand or reach outside."""


class XmlReader(Protocol):
    """What takes the events of a walk; each may raise `Enough`."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the start of an element; names are `namespace local` or only the local name."""

    def end(self, name: str) -> None:
        """Take the end of an element."""

    def text(self, text: str) -> None:
        """Take a piece of text."""


def walk_xml(pieces: Iterable[bytes], reader: XmlReader) -> bool:
    """Feed a document to a reader until it has enough, or the document ends, is refused or is no XML.

    Args:
        pieces: Unverified bytes, in order; the caller bounds their number.
        reader: What takes the events.

    Returns:
        Whether the reader had enough or the document was well-formed to its end.
    """
    steps = steps_xml(pieces, reader)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return bool(end.value)


def steps_xml(
    pieces: Iterable[bytes], reader: XmlReader, *, most_elements: int | None = None
) -> Generator[None, None, bool]:
    """Do the same as `walk_xml`, with a pause after each piece and another limit, and return the same."""
    try:
        parser = _parser(reader, most_elements or MAX_ELEMENTS)
        for piece in pieces:
            parser.Parse(piece, False)  # noqa: FBT003 - expat takes no keywords
            yield
        parser.Parse(b"", True)  # noqa: FBT003
    except Enough:
        return True
    except (expat.ExpatError, _Refused, ValueError, LookupError):  # the last two: strange encodings
        return False
    return True


def split_name(name: str) -> tuple[str, str]:
    """Return namespace (empty if none) and local name."""
    namespace, _, local = name.rpartition(_SEPARATOR)
    return namespace, local


def _parser(reader: XmlReader, most_elements: int) -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
    depth = elements = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, elements
        depth, elements = depth + 1, elements + 1
        if depth > MAX_DEPTH or elements > most_elements:
            raise _Refused
        reader.start(name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        reader.end(name)

    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _check_doctype
    parser.EntityDeclHandler = _refuse
    parser.AttlistDeclHandler = _check_attribute
    return parser


def _check_doctype(_name: str, system_id: str | None, public_id: str | None, _has_internal: bool) -> None:  # noqa: FBT001
    if system_id or public_id:
        raise _Refused


def _check_attribute(_element: str, _name: str, _type: str, default: str | None, _required: bool) -> None:  # noqa: FBT001
    if default is not None:
        raise _Refused


def _refuse(*_args: object) -> NoReturn:
    raise _Refused
