# SPDX-License-Identifier: Apache-2.0
"""The only use of rich, imported when a screen is painted and not before: tables and fields.

Markup is never interpreted: every cell is a `Text` of visible characters. Colour honours NO_COLOR.
"""

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from healthvault.cli.clock import local_text
from healthvault.cli.objects import Json, JsonObject
from healthvault.cli.text import readable_size, safe, short_id

__all__ = ["cell_text", "print_fields", "print_lines", "print_table"]

_IDS = frozenset(
    {
        "id",
        "grant",
        "bundle",
        "duplicate_of",
        "replaces",
        "replaced_by",
        "vault",
        "records",
        "documents",
        "bundles",
        "grants",
    }
)
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
        "status_as_of",
        "logged",
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
_FIRST_TO_GO = frozenset({"media_type", "issuer", "claimed", "not_before", "author", "entered", "cosigned"})
_MIN_WIDTHS = {"id": 10, "contact": 8, "title": 13, "status": 7, "detail": 20, "grant": 10, "clock": 7}
_WHOLE = frozenset({"path", "card", "recipient", "code"})  # meant to be copied: never cut or folded


def print_table(objects: Iterable[JsonObject], columns: tuple[str, ...]) -> None:
    """Print a table of these columns, a row an object; on a narrow screen without those that matter least."""
    console = Console()
    if console.width < _WIDE_COLUMNS:
        columns = tuple(name for name in columns if name not in _FIRST_TO_GO)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        folds = name in {"title", "parties", "message", "detail", "tags", "where", "contact", "clock"}
        table.add_column(
            _heading(name),
            justify="right" if name in _NUMBERS else "left",
            overflow="fold",
            no_wrap=not folds,
            min_width=_MIN_WIDTHS.get(name),
        )
    for one in objects:
        table.add_row(*(_table_cell(name, one.get(name)) for name in columns))
    console.print(table)


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
    for name in [name for name in one if name in _WHOLE]:
        console.print(Text(_heading(name), style="bold"), Text(_shown(name, one[name])), soft_wrap=True)
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
    return short_id(safe(value)) if name in _IDS else safe(value)


def _shown_inner(name: str, value: list[Json] | dict[str, Json]) -> str:
    if isinstance(value, list):
        return (" " if name.endswith("words") else ", ").join(_shown(name, item) for item in value)
    return "\n".join(f"{_heading(key)}: {_shown(key, item)}" for key, item in value.items() if item not in _EMPTY)
