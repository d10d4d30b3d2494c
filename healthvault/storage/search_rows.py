# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: S608  the text of each question is our own; what comes from elsewhere is bound
"""Searching: one question to the index, over what documents say and what is said of them.

Words come from a user and go in as quoted strings of the search language, so that none of them is an operator.
Spec: docs/spec/contents.md section 9.1.
"""

import json
from dataclasses import dataclass, field

from healthvault.records.folding import apart
from healthvault.storage.contents import Contents

__all__ = ["Found", "Line", "SearchRows", "Sought", "Word"]

_LABEL = (
    "label.seq, id, label.title, label.type, name, label.date, tags, author, source, label.status, label.category"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word or phrase that is looked for."""

    text: str
    is_prefix: bool = False
    """The last word of it may go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is looked for: documents that have all words, and lines that have any; None leaves a question open."""

    words: tuple[Word, ...] = ()
    code: str | None = None
    """Only lines that carry this code."""
    systems: tuple[str, ...] = ()
    """Addresses of its code system; none: any."""
    since: str | None = None
    until: str | None = None
    kind: str | None = None
    category: str | None = None
    tag: str | None = None
    author: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a document that was found."""

    place: str
    words: str
    date: str | None
    """Of the item that it tells of."""
    type: str | None
    """Its FHIR type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A document that was found."""

    seq: int
    id: str
    title: str
    type: str
    name: str
    date: str | None
    tags: str
    author: str | None
    source: str | None
    status: str
    category: str
    matches: int
    """How many of its lines were found."""
    lines: tuple[Line, ...]


@dataclass(slots=True)
class _Question:
    """The text of a question, and its values by name."""

    sought: Sought
    values: dict[str, str] = field(default_factory=dict)

    def put(self, value: str) -> str:
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f":{name}"

    def documents(self) -> str:
        """The documents that have every word, and the code."""
        sets = [self._having(word) for word in self.sought.words]
        if self.sought.code is not None:
            sets.append(f"select item.seq from item where item.id in ({self._coded()})")
        return " intersect ".join(f"select distinct seq from ({each})" for each in sets)

    def lines(self, joint: str) -> str:
        """The lines that have all words (`AND`) or any (`OR`), each with its rank; the smaller, the better."""
        where = [self._of_lines()]
        if self.sought.code is not None:
            where.append(f"passage.item in ({self._coded()})")
        if not self.sought.words:
            return f"select passage.seq, passage.id, 0 as rank from passage {_ITEM} where {' and '.join(where)}"
        where.append(f"found match {self._expression(joint)}")
        return (
            f"select passage.seq, passage.id, found.rank as rank"
            f" from found join passage on passage.id = found.rowid {_ITEM} where {' and '.join(where)}"
        )

    def names(self) -> str:
        """The documents whose label has a word, each with its rank."""
        if not self.sought.words or self.sought.code is not None:
            return "select 0 as seq, 0 as rank where 0"
        return (
            "select rowid as seq, bm25(labelled, 10, 1) as rank from labelled"
            f" where labelled match {self._expression('OR')}"
        )

    def titles(self) -> str:
        """The documents whose title has all words."""
        if not self.sought.words:
            return "select 0 as seq where 0"
        return f"select rowid as seq from labelled where labelled match {self._expression('AND', 'title')}"

    def of_documents(self) -> str:
        """Return what a document must be, whatever its lines are."""
        sought = self.sought
        tests = {
            "label.type = {}": sought.kind,
            "instr(char(10) || tags || char(10), char(10) || {} || char(10)) > 0": sought.tag,
            "author = {}": sought.author,
        }
        return self._all(tests)

    def of_labels(self) -> str:
        """Return what a document must be that was found by its label alone."""
        sought = self.sought
        tests = {
            "label.category = {}": sought.category,
            "coalesce(label.date, '') >= {}": sought.since,
            "substr(label.date, 1, 10) <= {}": sought.until,
        }
        return self._all(tests)

    def _of_lines(self) -> str:
        sought = self.sought
        tests = {
            "coalesce(item.category, label.category) = {}": sought.category,
            "coalesce(item.day, label.date, '') >= {}": sought.since,
            "substr(coalesce(item.day, label.date), 1, 10) <= {}": sought.until,
        }
        return self._all(tests)

    def _all(self, tests: dict[str, str | None]) -> str:
        used = [test.format(self.put(value)) for test, value in tests.items() if value is not None]
        return " and ".join(used) or "1"

    def _having(self, word: Word) -> str:
        value = self.put(_expression(word))
        return (
            f"select passage.seq from found join passage on passage.id = found.rowid where found match {value}"
            f" union select rowid as seq from labelled where labelled match {value}"
        )

    def _expression(self, joint: str, column: str = "") -> str:
        within = f"{{{column}}} : " if column else ""
        return self.put(f"{within}({f' {joint} '.join(map(_expression, self.sought.words))})")

    def _coded(self) -> str:
        systems = f" and system in (select value from json_each({self.put(json.dumps(self.sought.systems))}))"
        code = self.put(self.sought.code or "")
        return f"select item from code where code = {code}{systems if self.sought.systems else ''}"


_OTHER = "select seq, count(*) as matches, min(rank) as rank from other group by seq"
_ITEM = "join label on label.seq = passage.seq left join item on item.id = passage.item"


class SearchRows:
    """Questions to an open index."""

    def __init__(self, contents: Contents) -> None:
        self._db = contents.connection

    def found(self, sought: Sought, *, limit: int, lines: int) -> tuple[tuple[Found, ...], int]:
        """Return the documents that have what is sought, the best first, those out of force last; and how many.

        Args:
            sought: At least a word or a code.
            limit: At most so many documents.
            lines: The best lines of each, at most so many.
        """
        question = _Question(sought)
        query = f"""
            with hit as materialized ({question.documents()}),
            line as ({question.lines("AND")} and passage.seq in hit),
            other as ({question.lines("OR")} and passage.seq in hit),
            whole as materialized (select seq, count(*) as matches, min(rank) as rank from line group by seq),
            part as materialized ({_OTHER if len(sought.words) > 1 else "select * from whole"}),
            named as materialized ({question.names()}),
            titled as materialized ({question.titles()}),
            seen as materialized (
                select label.seq, coalesce(whole.matches, part.matches, 0) as matches,
                       label.status <> 'current' as late, label.seq in titled as in_title,
                       whole.seq is not null as in_line,
                       min(coalesce(whole.rank, part.rank, 0), coalesce(named.rank, 0)) as rank
                from hit join label on label.seq = hit.seq
                left join whole on whole.seq = hit.seq left join part on part.seq = hit.seq
                left join named on named.seq = hit.seq
                where {question.of_documents()}
                and (part.seq is not null or (named.seq is not null and {question.of_labels()})))
            select {_LABEL}, matches, (select count(*) from seen) from seen join label on label.seq = seen.seq
            order by late, in_title desc, in_line desc, rank, label.seq desc limit {limit:d}"""
        rows = self._db.execute(query, question.values).fetchall()
        best = self._lines(sought, [row[0] for row in rows], "AND", lines)
        best |= self._lines(sought, [row[0] for row in rows if row[0] not in best], "OR", lines)
        return tuple(_found(row, best.get(row[0], ())) for row in rows), rows[0][-1] if rows else 0

    def _lines(self, sought: Sought, seqs: list[int], joint: str, count: int) -> dict[int, tuple[Line, ...]]:
        question = _Question(sought)
        chosen = question.put(json.dumps(seqs))
        query = f"""
            with line as ({question.lines(joint)} and passage.seq in (select value from json_each({chosen}))),
            best as (select id, row_number() over (partition by seq order by rank, id) as place from line)
            select passage.seq, passage.place, passage.words, item.date, item.type
            from best join passage on passage.id = best.id left join item on item.id = passage.item
            where best.place <= {count:d} order by passage.seq, best.place"""
        found: dict[int, tuple[Line, ...]] = {}
        for seq, place, words, date, kind in self._db.execute(query, question.values):
            found[seq] = (*found.get(seq, ()), Line(place=place, words=words, date=date, type=kind))
        return found


def _expression(word: Word) -> str:
    """Return a word as a string of the search language: nothing in it is an operator."""
    plain = "".join(char if char.isprintable() and char != '"' else " " for char in apart(word.text))
    return f'"{plain}"{" *" if word.is_prefix else ""}'


def _found(row: tuple, lines: tuple[Line, ...]) -> Found:  # type: ignore[type-arg]  # a database row
    seq, id_text, title, kind, name, date, tags, author, source, status, category, matches, _ = row
    return Found(
        seq=seq,
        id=id_text,
        title=title,
        type=kind,
        name=name,
        date=date,
        tags=tags,
        author=author,
        source=source,
        status=status,
        category=category,
        matches=matches,
        lines=lines,
    )
