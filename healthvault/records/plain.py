# SPDX-License-Identifier: Apache-2.0
"""Tables and plain text: a CSV by its columns, a text by its first line.

Spec: docs/spec/records.md section 4.
"""

from collections.abc import Iterator

from healthvault.records.categories import Category
from healthvault.records.description import Found, stem
from healthvault.records.kinds import Kind
from healthvault.records.probe import Probe
from healthvault.records.table_columns import columns_of

__all__ = ["delimiter_of", "describe_csv", "describe_text", "is_table"]

DELIMITERS = ("\t", ";", ",", "|")
MIN_LINES = 3
MIN_DELIMITERS = 2
LOOK_LINES = 8
LOOK_CHARS = 20_000
MAX_LINE_CHARS = 4000
MAX_WORD_CHARS = 60  # a longer word is data, not a title
TABLE_SUFFIXES = ("csv", "tsv")
TSV = "text/tab-separated-values"


def is_table(probe: Probe) -> bool:
    """Return whether a text is a table: by its name, or because its first lines have equally many delimiters."""
    lines = _lines(probe)
    if probe.suffix in TABLE_SUFFIXES:
        return bool(lines)
    if len(lines) < MIN_LINES:
        return False
    counts = {delimiter: {line.count(delimiter) for line in lines} for delimiter in DELIMITERS}
    return any(len(each) == 1 and each.pop() >= MIN_DELIMITERS for each in counts.values())


def describe_csv(probe: Probe) -> Found:
    """Describe a table by its file's name and its columns, if the first line names them."""
    header = next(iter(_lines(probe)), "")
    delimiter = delimiter_of(probe)
    columns = [column.strip().strip('"').strip() for column in header.split(delimiter)]
    is_named = all(columns) and not any(column[0].isdigit() for column in columns)
    title = f"{stem(probe.name)} ({', '.join(columns)})" if is_named else None
    known = columns_of(columns) if is_named else None
    return Found(
        kind=Kind.CSV,
        media_type=TSV if delimiter in header and delimiter == "\t" else None,
        title=title,
        source="Fitbit" if known and known.is_fitbit else None,
        category=Category.VITALS if known and known.is_known else None,
    )


def delimiter_of(probe: Probe) -> str:
    """Return the delimiter that the first line of a table has most of."""
    header = next(iter(_lines(probe)), "")
    return max(DELIMITERS, key=header.count)


def describe_text(probe: Probe) -> Found:
    """Describe a text by its first line that has words."""
    return Found(kind=Kind.TEXT, title=next(_titles(probe), None))


def _titles(probe: Probe) -> Iterator[str]:
    for line in _lines(probe):
        told = line.lstrip("# \t")  # a heading in Markdown
        if any(map(str.isalnum, told)):
            if max(map(len, told.split())) <= MAX_WORD_CHARS:
                yield told
            return


def _lines(probe: Probe) -> list[str]:
    """Return the first lines that are not empty; the last may be cut only if it is the only one."""
    text = (probe.text or "")[:LOOK_CHARS]
    lines = text.replace("\r", "\n").split("\n")
    if len(lines) > 1 and len(text) == LOOK_CHARS:
        lines.pop()
    return [line[:MAX_LINE_CHARS] for line in lines if line.strip()][:LOOK_LINES]
