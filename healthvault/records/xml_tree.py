# SPDX-License-Identifier: Apache-2.0
"""XML as small trees, one after the other: the wanted parts of a document, of which one at a time is kept.

Refuses what `xml_walk` refuses, and stops at limits of bytes, elements and depth. Unlike a walk, which ends
quietly, it raises: who reads a document must be able to say that it was not read to its end.
Spec: docs/spec/records.md section 3.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, TypeAlias
from xml.parsers import expat

from healthvault.errors import InvalidRequest
from healthvault.records.xml_walk import Refused, split_name, xml_parser

__all__ = ["Node", "Path", "children", "content_digest", "down", "trees", "words"]

PIECE_BYTES = 64 * 1024
MAX_DRY_BYTES = 1 << 20  # of one tag or comment: expat looks at an unfinished one again with each piece
MAX_ELEMENTS = 1_000_000  # of one document: about half a gigabyte if all stood in one part
MAX_ATTRIBUTE_CHARS = 4000
MAX_WORDS_CHARS = 20_000  # of the text of one element

Path: TypeAlias = tuple[str, ...]
"""Names of elements from the root on."""


@dataclass(slots=True)
class Node:
    """An element with all that it holds; made once, and not changed after."""

    name: str
    """Local name if it is of one of the plain namespaces, else `namespace local`."""
    attributes: dict[str, str]
    content: "list[Node | str]" = field(default_factory=list)

    def get(self, name: str) -> str:
        """Return an attribute, stripped and cut; empty if there is none."""
        return self.attributes.get(name, "")[:MAX_ATTRIBUTE_CHARS].strip()


def trees(
    stream: BinaryIO, *, plain: Collection[str], is_wanted: Callable[[Path], bool], limit_bytes: int
) -> Iterator[tuple[Path, Node]]:
    """Yield each wanted element of a document, with its path, as soon as it has ended.

    Args:
        stream: At its start; *unverified* bytes.
        plain: Namespaces that are left out of names.
        is_wanted: Tells whether an element is one to be yielded; what it holds is not asked for.
        limit_bytes: How much is read.

    Raises:
        InvalidRequest: `too_large`; `reader_failed`, it is no well-formed XML, or tries something that could
            expand or reach outside.
    """
    builder = _Builder(frozenset(plain), is_wanted)
    parser = xml_parser(builder, max_elements=MAX_ELEMENTS)
    read_bytes, is_last = 0, False
    while not is_last:
        piece = stream.read(PIECE_BYTES)
        read_bytes, is_last = read_bytes + len(piece), not piece
        if read_bytes > limit_bytes:
            raise InvalidRequest("too_large", f"more than {limit_bytes >> 20} MiB of XML")
        try:
            parser.Parse(piece, is_last)
        except Refused as err:
            raise InvalidRequest("reader_failed", "XML with entities, outside parts or too many elements") from err
        except (expat.ExpatError, ValueError, LookupError) as err:  # the last two: strange encodings
            raise InvalidRequest("reader_failed", "no well-formed XML") from err
        builder.check(len(piece))
        yield from builder.done
        builder.done.clear()


def children(node: Node | None, *names: str) -> Iterator[Node]:
    """Yield the elements directly within one, of some names or all."""
    for each in node.content if node is not None else ():
        if isinstance(each, Node) and (not names or each.name in names):
            yield each


def down(node: Node | None, *path: str) -> Node | None:
    """Return the first element at a path of names; None if there is none."""
    for name in path:
        node = next(children(node, name), None)
    return node


def words(node: Node | None, *, limit_chars: int = MAX_WORDS_CHARS) -> str:
    """Return all text within an element on one line, cut at a limit; empty if there is none."""
    parts: list[str] = []
    left = limit_chars
    stack: list[Node | str] = [] if node is None else [node]
    while stack and left > 0:
        each = stack.pop()
        if isinstance(each, Node):
            stack.extend(reversed(each.content))
        else:
            parts.append(each)
            left -= len(each)
    return " ".join(" ".join(parts).split())[:limit_chars]


def content_digest(node: Node) -> bytes:
    """Return the SHA-256 (32 bytes) of an element, whatever its order of attributes, white space and prefixes."""
    return hashlib.sha256(json.dumps(_canonical(node), ensure_ascii=True).encode()).digest()


def _canonical(node: Node) -> list[object]:
    content: list[object] = []
    for each in node.content:
        if isinstance(each, Node):
            content.append(_canonical(each))
        elif told := " ".join(each.split()):
            content.append(told)
    return [node.name, sorted(node.attributes.items()), content]


class _Builder:
    """Takes the events of a document and builds the trees that are wanted."""

    def __init__(self, plain: frozenset[str], is_wanted: Callable[[Path], bool]) -> None:
        self.done: list[tuple[Path, Node]] = []
        self._plain = plain
        self._is_wanted = is_wanted
        self._path: list[str] = []
        """Of what is open, down to the top of the tree that is built."""
        self._open: list[Node] = []
        self._names: dict[str, str] = {}
        self._dry_bytes = 0

    def check(self, size_bytes: int) -> None:
        """Count a piece that was parsed. Raises InvalidRequest: `too_large`, nothing ended in very many bytes."""
        self._dry_bytes += size_bytes
        if self._dry_bytes > MAX_DRY_BYTES:
            raise InvalidRequest("too_large", "a tag of it is too long")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._dry_bytes = 0
        short = self._names.get(name) or self._short(name)
        if self._open:
            node = Node(short, attributes)
            self._open[-1].content.append(node)
            self._open.append(node)
            return
        self._path.append(short)
        if self._is_wanted(tuple(self._path)):
            self._open.append(Node(short, attributes))

    def end(self, _name: str) -> None:
        if self._open:
            node = self._open.pop()
            if self._open:
                return
            self.done.append((tuple(self._path), node))
        self._path.pop()

    def text(self, text: str) -> None:
        self._dry_bytes = 0
        if self._open and not text.isspace():
            self._open[-1].content.append(text)

    def _short(self, name: str) -> str:
        namespace, local = split_name(name)
        short = local if namespace in self._plain else name
        self._names[name] = short
        return short
