# SPDX-License-Identifier: Apache-2.0
"""XML read piece by piece with the standard library's expat, and with everything refused that could expand.

Entity declarations, attribute defaults, external identifiers, deep nesting and too many elements end the walk at
once; a DTD that only declares elements and attributes passes, because every true Apple Health export begins with
one. Nothing outside the file is ever read. Spec: docs/spec/records.md section 3.
"""

from collections.abc import Iterable
from typing import NoReturn, Protocol
from xml.parsers import expat

__all__ = ["Enough", "Refused", "XmlReader", "refuse_expansion", "split_name", "walk_xml", "xml_parser"]

MAX_DEPTH = 100
MAX_ELEMENTS = 200_000
_SEPARATOR = " "  # between namespace and local name: cannot stand in either


class Enough(Exception):
    """A reader has seen all that it wants."""


class Refused(Exception):
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
    try:
        parser = xml_parser(reader)
        for piece in pieces:
            parser.Parse(piece, False)  # noqa: FBT003 - expat takes no keywords
        parser.Parse(b"", True)  # noqa: FBT003
    except Enough:
        return True
    except (expat.ExpatError, Refused, ValueError, LookupError):  # the last two: strange encodings
        return False
    return True


def split_name(name: str) -> tuple[str, str]:
    """Return namespace (empty if none) and local name."""
    namespace, _, local = name.rpartition(_SEPARATOR)
    return namespace, local


def xml_parser(reader: XmlReader, *, max_elements: int | None = None) -> expat.XMLParserType:
    """Return a parser that feeds a reader; it raises `Refused` at whatever could expand or is too much."""
    parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
    depth = elements = 0
    most = MAX_ELEMENTS if max_elements is None else max_elements

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, elements
        depth, elements = depth + 1, elements + 1
        if depth > MAX_DEPTH or elements > most:
            raise Refused
        reader.start(name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        reader.end(name)

    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = reader.text
    refuse_expansion(parser)
    return parser


def refuse_expansion(parser: expat.XMLParserType) -> None:
    """Let a parser raise `Refused` at an entity, a default attribute or an external identifier in a DTD."""
    parser.StartDoctypeDeclHandler = _check_doctype
    parser.EntityDeclHandler = _refuse
    parser.AttlistDeclHandler = _check_attribute


def _check_doctype(_name: str, system_id: str | None, public_id: str | None, _has_internal: bool) -> None:  # noqa: FBT001
    if system_id or public_id:
        raise Refused


def _check_attribute(_element: str, _name: str, _type: str, default: str | None, _required: bool) -> None:  # noqa: FBT001
    if default is not None:
        raise Refused


def _refuse(*_args: object) -> NoReturn:
    raise Refused
