# SPDX-License-Identifier: Apache-2.0
"""What a researcher may believe of an export: six questions, each answered apart.

Nothing here says who the person is, or that an export is the newest: a pseudonym is a key, and an absence of
notices is no proof. Pure. Spec: docs/spec/research.md section 8.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from healthvault.crypto.hashing import equal
from healthvault.crypto.signing import check_signature
from healthvault.errors import ConsentRefused, HealthVaultError, HistoryError, IntegrityError, NotEstablished
from healthvault.research.export import SIGNED_AS, Manifest, UnverifiedExport, commitment, parse_export
from healthvault.research.keys import origin_of_key, pseudonym_of_key
from healthvault.research.record import Record, parse_record
from healthvault.research.withdrawal import Withdrawal, open_withdrawal
from healthvault.tlog.checkpoint import Checkpoint, open_checkpoint
from healthvault.tlog.slice import rebuild
from healthvault.tlog.tree import leaf_hash

__all__ = ["Answer", "Beside", "Export", "Question", "Reading", "read_export"]

TIME_LIMIT = "DUO:0000025"
_NOTHING = "nothing earlier was given to compare it with"


class Question(Enum):
    """What is asked of an export."""

    INTEGRITY = "integrity"
    AUTHORSHIP = "authorship"
    INCLUSION = "inclusion"
    CONSISTENCY = "consistency"
    TERMS = "terms"
    WITHDRAWAL = "withdrawal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`is_so` is None where nothing was established."""

    question: Question
    is_so: bool | None
    detail: str
    problems: tuple[HealthVaultError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A verified export: by this pseudonym, in this log, under these terms."""

    manifest: Manifest
    checkpoint: Checkpoint
    mark_roots: dict[int, bytes]
    """The log's root at each size that was exported before."""
    records: tuple[Record, ...] = field(repr=False)

    @property
    def pseudonym(self) -> str:
        """Whose records these are, as far as a study can know."""
        return pseudonym_of_key(self.manifest.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What the researcher has beside the export. Unverified."""

    earlier: Sequence[Callable[[], bytes]] = ()
    """Each returns the plaintext of an earlier export, or raises what is wrong with the file."""
    notices: Sequence[bytes] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The answers, and the export if integrity, authorship and inclusion hold."""

    answers: tuple[Answer, ...]
    export: Export | None
    withdrawn: Withdrawal | None = None

    @property
    def problems(self) -> tuple[HealthVaultError, ...]:
        """All that is wrong or was not established, in the order of the questions."""
        return tuple(problem for answer in self.answers for problem in answer.problems)


def read_export(plain: Callable[[], bytes], beside: Beside, *, today: date) -> Reading:
    """Answer the six questions of an export.

    Args:
        plain: Returns its unverified plaintext, or raises what is wrong with the file around it.
        beside: Earlier exports and notices.
        today: UTC.
    """
    try:
        export = _established(plain)
    except _Fault as fault:
        return Reading(answers=fault.answers, export=None)
    withdrawal, withdrawn = _withdrawal(export, beside.notices)
    return Reading(
        answers=(*_held(export), _consistency(export, beside.earlier), _terms(export, today), withdrawal),
        export=export,
        withdrawn=withdrawn,
    )


class _Fault(Exception):
    """The first fault of an export; the questions after it were not reached."""

    def __init__(self, question: Question, error: HealthVaultError) -> None:
        super().__init__(error.message)
        self.error = error
        order = list(Question)
        place = order.index(question)
        self.answers = (
            *(Answer(question=each, is_so=None, detail="not reached") for each in order[:place]),
            Answer(question=question, is_so=False, detail=error.message, problems=(error,)),
            *(Answer(question=each, is_so=None, detail="not reached") for each in order[place + 1 :]),
        )


def _established(plain: Callable[[], bytes]) -> Export:
    """Take the steps that the answers to the first three questions need, and end at the first fault."""
    question = Question.INTEGRITY
    try:
        found = parse_export(plain())  # steps 1 to 3
        question = Question.AUTHORSHIP
        manifest = found.manifest
        check_signature(manifest.key, SIGNED_AS, found.signed, found.signature)
        checkpoint = open_checkpoint(manifest.note, origin_of_key(manifest.key), manifest.key)
        question = Question.INCLUSION
        return _included(found, checkpoint)
    except HealthVaultError as err:
        raise _Fault(question, err) from err


def _included(found: UnverifiedExport, checkpoint: Checkpoint) -> Export:
    proof = found.manifest.slice
    rows = zip(proof.leaves, found.records, strict=True)
    rebuilt = rebuild(proof, {place: leaf_hash(commitment(row.salt, row.raw)) for place, row in rows})
    if proof.size != checkpoint.size or not equal(rebuilt.root, checkpoint.root):
        raise IntegrityError("bad_proof", "the records are not those that the study's log committed to")
    return Export(
        manifest=found.manifest,
        checkpoint=checkpoint,
        mark_roots=rebuilt.mark_roots,
        records=tuple(parse_record(row.raw) for row in found.records),
    )


def _held(export: Export) -> Iterable[Answer]:
    size, count = export.checkpoint.size, len(export.records)
    yield Answer(question=Question.INTEGRITY, is_so=True, detail="unchanged since it was signed")
    said = f"signed by {export.pseudonym}; that is the study's key of somebody, and says nobody's name"
    yield Answer(question=Question.AUTHORSHIP, is_so=True, detail=said)
    said = f"all {count} records are among the {size} of this pseudonym's log"
    yield Answer(question=Question.INCLUSION, is_so=True, detail=said)


def _consistency(export: Export, earlier: Sequence[Callable[[], bytes]]) -> Answer:
    problems, sizes = [], []
    for plain in earlier:
        try:
            sizes.append(_check_continues(export, _established(plain)))
        except _Fault as fault:
            problems.append(fault.error)
        except HealthVaultError as err:
            problems.append(err)
    if problems:
        is_so = None if all(isinstance(each, NotEstablished) for each in problems) else False
        detail = "; ".join(each.message for each in problems)
        return Answer(question=Question.CONSISTENCY, is_so=is_so, detail=detail, problems=tuple(problems))
    if not sizes:
        return Answer(question=Question.CONSISTENCY, is_so=None, detail=_NOTHING)
    detail = f"continues what was exported at size {', '.join(map(str, sorted(set(sizes))))}"
    return Answer(question=Question.CONSISTENCY, is_so=True, detail=detail)


def _check_continues(export: Export, older: Export) -> int:
    """Return the size of an older export that this one continues."""
    new, old = export.checkpoint, older.checkpoint
    if export.manifest.key != older.manifest.key or export.manifest.study != older.manifest.study:
        raise NotEstablished(
            "unconnected", f"the earlier export is of {older.pseudonym}, for all one can tell another"
        )
    if old.size > new.size:
        raise HistoryError("rollback", f"the earlier export is of size {old.size}, this one of {new.size}")
    root = new.root if old.size == new.size else export.mark_roots.get(old.size)
    if root is None:
        raise HistoryError("no_consistency", f"nothing shows how it continues size {old.size}")
    if not equal(root, old.root):
        raise HistoryError("fork", f"at size {old.size} the two exports show different logs")
    return old.size


def _terms(export: Export, today: date) -> Answer:
    terms = export.manifest.terms
    ends = [terms.until, *(term.value or "" for term in terms.duo if term.id == TIME_LIMIT)]
    words = ", ".join(f"{term.text} ({term.label})" for term in terms.duo)
    if min(ends) < today.isoformat():
        problem = ConsentRefused(
            "grant_expired", f"use was allowed until {min(ends)}", hint="ask for a new export"
        )
        return Answer(question=Question.TERMS, is_so=False, detail=problem.message, problems=(problem,))
    return Answer(question=Question.TERMS, is_so=True, detail=f"{words}; until {min(ends)}")


def _withdrawal(export: Export, notices: Sequence[bytes]) -> tuple[Answer, Withdrawal | None]:
    problems: list[HealthVaultError] = []
    found: Withdrawal | None = None
    for data in notices:
        try:
            found = _checked_notice(export, data)
            problems.append(_withdrawn(found))
        except HealthVaultError as err:
            problems.append(err)
    if not problems:
        said = "none is known as of this export, which cannot know of a later one"
        return Answer(question=Question.WITHDRAWAL, is_so=None, detail=said), None
    detail = "; ".join(each.message for each in problems)
    return Answer(question=Question.WITHDRAWAL, is_so=False, detail=detail, problems=tuple(problems)), found


def _checked_notice(export: Export, data: bytes) -> Withdrawal:
    notice, checkpoint = open_withdrawal(data, export.manifest.key), export.checkpoint
    if notice.study != export.manifest.study:
        raise IntegrityError("bad_signature", "the notice is of another study")
    root = checkpoint.root if notice.size == checkpoint.size else export.mark_roots.get(notice.size)
    if root is not None and not equal(root, notice.root):
        raise HistoryError("fork", f"at size {notice.size} the notice shows another log than the export")
    return notice


def _withdrawn(notice: Withdrawal) -> ConsentRefused:
    said = f"withdrawn from {notice.study}, by the pseudonym's own notice of {notice.time}"
    hint = "use the records no further; what is published or analysed already cannot be recalled"
    return ConsentRefused("study_withdrawn", said, hint=hint)
