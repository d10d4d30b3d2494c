# SPDX-License-Identifier: Apache-2.0
"""The only use of rich, imported when a screen is painted and not before: tables, fields, lines.

Markup is never interpreted: every cell is a `Text` of visible characters. Colour honours NO_COLOR.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.table import Table
from rich.text import Text

from healthvault.cli.clock import local_text
from healthvault.cli.objects import Json, JsonObject
from healthvault.cli.spans import Row, Span
from healthvault.cli.text import readable_size, safe, short_id

__all__ = ["cell_text", "print_fields", "print_lines", "print_rows", "print_table", "screen_columns"]

_IDS = frozenset(
    {
        "id",
        "grant",
        "bundle",
        "duplicate_of",
        "replaces",
        "replaced_by",
        "vault",
        "owner",
        "document",
        "attester",
        "records",
        "documents",
        "bundles",
        "grants",
        "share",
        "shares",
    }
)
_DOCUMENT_ID = re.compile("d_[a-z2-7]{32}")  # a source is a document, or what made it
_TIMES = frozenset(
    {
        "added",
        "time",
        "certified",
        "pinned",
        "not_before",
        "not_after",
        "seen_before",
        "shared",
        "cosigned",
        "entered",
        "registered",
        "status_as_of",
        "logged",
        "said",
        "last_export",
        "withdrawn",
    }
)
_EMPTY: tuple[Json, ...] = (None, "", [])
_NUMBERS = frozenset({"size_bytes", "entry", "index", "entries", "bytes"})
_SIZES = frozenset({"size_bytes", "bytes"})
_STYLES = {
    "pass": "green",
    "fail": "bold red",
    "unknown": "yellow",
    "active": "green",
    "revoked": "red",
    "expired": "yellow",
    "error": "bold red",
    "warning": "yellow",
}
_WIDE_COLUMNS = 100
_FIRST_TO_GO = frozenset(
    {"media_type", "issuer", "claimed", "not_before", "author", "entered", "cosigned", "attester"}
)
_NEXT_TO_GO = ("taken", "grants", "pinned", "confirmed", "actions")  # in this order, while they do not fit
_LEAST_COLUMNS = 8  # of a text that is folded
_LEAST = {"title": 12, "detail": 12, "clock": 7, "purpose": 9}
_FOLDED = frozenset(
    {
        "title",
        "system",
        "source",
        "reasons",
        "parties",
        "message",
        "detail",
        "tags",
        "where",
        "contact",
        "contacts",
        "clock",
        "purpose",
        "categories",
        "reason",
        "selection",
        "text",
        "patient",
        "powers",
        "actions",
        "uses",
        "claimed_name",
        "countersigned_by",
        "who",
        "statement",
        "study",
        "pseudonym",
        "words",
        "note",
        "name",
    }
)
_GAP_COLUMNS = 2
_WHOLE = frozenset({"path", "card", "recipient", "code"})  # meant to be copied: never cut or folded


def print_table(objects: Iterable[JsonObject], columns: tuple[str, ...]) -> None:
    """Print a table of these columns, a row an object; on a narrow screen without those that matter least."""
    console, rows = Console(), list(objects)
    if console.width < _WIDE_COLUMNS:
        columns = tuple(name for name in columns if name not in _FIRST_TO_GO)
    cells = {name: [_table_cell(name, one.get(name)) for one in rows] for name in columns}
    widths = _fitting({name: _natural_columns(name, shown) for name, shown in cells.items()}, console.width)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, width in widths.items():
        table.add_column(
            _heading(name),
            justify="right" if name in _NUMBERS else "left",
            overflow="fold",
            no_wrap=name not in _FOLDED,
            width=width,
        )
    for row in zip(*(cells[name] for name in widths), strict=True):
        table.add_row(*row)
    console.print(table)


def _natural_columns(name: str, cells: Iterable[Text]) -> int:
    return max([len(_heading(name)), *(line.cell_len for cell in cells for line in cell.split())])


def _fitting(widths: dict[str, int], room: int) -> dict[str, int]:
    """Return how wide each column is: some are left out, then what may be folded is narrowed, the widest first."""
    least = {name: min(width, _least(name, width)) for name, width in widths.items()}
    for name in _NEXT_TO_GO:
        if _total(least) > room and len(least) > 1:
            least.pop(name, None)
    fitting = {name: min(widths[name], room) for name in least}
    while _total(fitting) > room:
        widest = max(fitting, key=lambda name: fitting[name] - least[name] and fitting[name])
        if fitting[widest] == least[widest]:
            break
        fitting[widest] -= 1
    return fitting


def _least(name: str, width: int) -> int:
    return max(len(_heading(name)), _LEAST.get(name, _LEAST_COLUMNS)) if name in _FOLDED else width


def _total(widths: Mapping[str, int]) -> int:
    return sum(widths.values()) + _GAP_COLUMNS * (len(widths) - 1)


def print_fields(one: Mapping[str, Json]) -> None:
    """Print one object: a field a line, then a table for each list of objects in it."""
    console = Console()
    inner = {name: items for name, value in one.items() if (items := _objects(value))}
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in one.items():
        if name not in inner and name not in _WHOLE and value not in _EMPTY:
            table.add_row(Text(_heading(name)), cell_text(name, value))
    console.print(table)
    width = max((len(_heading(name)) for name in one if name not in inner and one[name] not in _EMPTY), default=0)
    for name in [name for name in one if name in _WHOLE]:
        heading = Text(_heading(name).ljust(width + 1), style="bold")
        console.print(heading, Text(_shown(name, one[name])), soft_wrap=True)
    for name, items in inner.items():
        console.print(Text(f"\n{_heading(name)}", style="bold"))
        print_table(items, tuple(items[0]))


def print_lines(name: str, texts: Sequence[str]) -> None:
    """Print sentences under a heading."""
    console = Console()
    if texts:
        console.print(Text(f"\n{_heading(name)}", style="bold"))
    for text in texts:
        console.print(Text(safe(text)))


def screen_columns() -> int:
    """Return how wide the screen is."""
    return Console().width


def print_rows(rows: Iterable[Row]) -> None:
    """Print a line each, none wider than the screen: what may shrink does so first, the tail stays whole."""
    console = Console()
    for row in rows:
        spans = [(safe(span.text), span) for span in row.spans]
        tail = safe(row.tail)
        room = console.width - (cell_len(tail) + _GAP_COLUMNS if tail else 0)
        line = Text()
        for text, style in _shrunk(spans, room):
            line.append(text, style)
        line.truncate(room, overflow="ellipsis", pad=bool(tail))
        if tail:
            line.append(" " * _GAP_COLUMNS + tail, "dim")
        console.print(line, no_wrap=True, crop=False, soft_wrap=True)


def _shrunk(spans: list[tuple[str, Span]], room: int) -> Iterator[tuple[str, str]]:
    """Yield the texts of a line; of those that may shrink the widest loses what is too much, until all fit."""
    widths = [cell_len(text) for text, _ in spans]
    may = [number for number, (_, span) in enumerate(spans) if span.shrinks]
    fitted = list(widths)
    while sum(fitted) > room and may:
        widest = max(may, key=lambda number: fitted[number])
        if fitted[widest] <= _LEAST_COLUMNS:
            break
        fitted[widest] -= 1
    for (text, span), width, wanted in zip(spans, fitted, widths, strict=True):
        yield text if width == wanted else set_cell_size(text, width - 1).rstrip() + "\u2026", span.style


def _objects(value: Json) -> list[JsonObject]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _heading(name: str) -> str:
    return name.removesuffix("_bytes").replace("_", " ")


def _table_cell(name: str, value: Json) -> Text:
    if name in _IDS and isinstance(value, list):
        return Text(str(len(value)))  # how many; `--json` and a pipe name them
    return cell_text(name, value)


def cell_text(name: str, value: Json) -> Text:
    """Return a value as people read it: ids and sizes short, times of this zone, lists joined."""
    shown = _shown(name, value)
    return Text(shown, style=_STYLES.get(shown, ""))


def _shown(name: str, value: Json) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return readable_size(value) if name in _SIZES else str(value)
    return _shown_text(name, value) if isinstance(value, str) else _shown_inner(name, value)


def _shown_text(name: str, value: str) -> str:
    if name in _TIMES:
        return local_text(value)
    is_id = name in _IDS or (name == "source" and _DOCUMENT_ID.fullmatch(value) is not None)
    return short_id(safe(value)) if is_id else safe(value)


def _shown_inner(name: str, value: list[Json] | dict[str, Json]) -> str:
    if isinstance(value, list):
        return (" " if name.endswith("words") else ", ").join(_shown(name, item) for item in value)
    return "\n".join(f"{_heading(key)}: {_shown(key, item)}" for key, item in value.items() if item not in _EMPTY)
