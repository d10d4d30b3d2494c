# SPDX-License-Identifier: Apache-2.0
"""Whose records these are: which of what documents say is about the owner, and which is not known to be.

Verdicts are kept with the contents and given anew only when the owner says something else of herself; what she
decided about a document goes before them. Spec: docs/spec/identity.md section 7.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from healthvault.identity.matching import Owner, match
from healthvault.ledger.documents import RECEIVED
from healthvault.ledger.person import Decision
from healthvault.records.kinds import Kind
from healthvault.storage.contents import Contents
from healthvault.storage.document_rows import DocumentRows, Filter
from healthvault.storage.person_rows import DecisionRow, PersonRows
from healthvault.storage.verdict_rows import VerdictRows
from healthvault.vault.linking import decided
from healthvault.vault.person import digest_of, owner_of
from healthvault.vault.vault import Vault

__all__ = ["NOT_CHECKED", "Whose", "whose_records"]

NOT_CHECKED = "not checked whose records these are: `hv id take ID` takes over who you are from one of yours"
SLICE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """What is about the owner. Made once for a command."""

    left_out: tuple[int, ...] = ()
    """Entries of documents of which something is not known to be about the owner; rising."""
    is_checked: bool = True
    """False if the owner has not said what tells her from others: nothing is left out but what she refused."""
    outside: frozenset[tuple[int, int]] = frozenset()
    """Document and subject of everybody who is not known to be the owner."""

    def includes(self, seq: int, subject: int | None) -> bool:
        """Tell whether what document `seq` says of a subject (its number; None: it names none) is the owner's."""
        if subject is not None:
            return (seq, subject) not in self.outside
        place = bisect_left(self.left_out, seq)
        return self.left_out[place : place + 1] != (seq,)


def whose_records(vault: Vault, contents: Contents) -> Whose:
    """Return what is about the owner.

    Raises:
        InvalidRequest: `io_error`.
    """
    owner, rows = owner_of(vault), VerdictRows(contents)
    outside: dict[tuple[int, int], bool] = {}
    if owner.is_telling:
        judge(contents, owner)
        outside = rows.outside()
    refused: set[int] = set()
    decisions = _by_document(PersonRows(vault.catalogue).decisions())
    for seq, own in decisions.items():
        subjects = rows.of(seq)
        for number, subject in enumerate(subjects):
            decision = decided(own, number)
            if decision is Decision.LINK:
                outside.pop((seq, number), None)
            elif decision is Decision.REFUSE:
                outside[seq, number] = subject.is_main
        if not subjects and decided(own, None) is Decision.REFUSE:
            refused.add(seq)
    for seq, count in _directives_of_others(vault, rows, decisions):
        outside.update({(seq, number): True for number in range(count)})
        refused.add(seq)
    left_out = refused | {seq for (seq, _), is_main in outside.items() if is_main}
    return Whose(left_out=tuple(sorted(left_out)), is_checked=owner.is_telling, outside=frozenset(outside))


def _directives_of_others(
    vault: Vault, rows: VerdictRows, decisions: Mapping[int, Sequence[DecisionRow]]
) -> Iterator[tuple[int, int]]:
    """Yield directives that came from others, with how many people each names, but those she linked."""
    for row in DocumentRows(vault.catalogue).list(Filter(kind=Kind.DIRECTIVE.value)):
        count = len(rows.of(row.seq))
        told = (decided(decisions.get(row.seq, ()), number) for number in (None, *range(count)))
        if row.provenance == RECEIVED and Decision.LINK not in told:
            yield row.seq, count


def judge(contents: Contents, owner: Owner) -> None:
    """Give verdicts on all subjects that have none by what the owner says of herself now."""
    rows, digest = VerdictRows(contents), digest_of(owner)
    if rows.judged_by() != digest:
        with contents.change():
            rows.judge_anew(digest)
    while waiting := rows.waiting(SLICE):
        verdicts = [(match(owner, subject).result.value, seq, number) for seq, number, subject in waiting]
        with contents.change():
            if rows.judged_by() != digest:
                return  # another process knows something newer of her
            rows.keep(verdicts)


def _by_document(decisions: Sequence[DecisionRow]) -> dict[int, list[DecisionRow]]:
    found: dict[int, list[DecisionRow]] = {}
    for row in decisions:
        found.setdefault(row.about, []).append(row)
    return found
