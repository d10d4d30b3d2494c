# SPDX-License-Identifier: Apache-2.0
"""The reviewer's side of a trial: verify a bundle, then judge what it shows, and files that an analysis ran on.

The bundle's own verdicts come first: where they do not hold, nothing is said of the trial. Needs no vault.
Spec: docs/spec/trials.md sections 4 and 5.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from healthvault.agefile.source import Source
from healthvault.bundle.disclosure import DisclosedDocument, DisclosedPart
from healthvault.bundle.evidence import EVIDENCE_MEDIA_TYPE
from healthvault.crypto.hashing import sha256
from healthvault.crypto.timestamps import check_timestamp, stamped_digest
from healthvault.errors import HealthVaultError, IntegrityError
from healthvault.ledger.changes import slot_of
from healthvault.ledger.ids import document_id_text
from healthvault.records.categories import Category
from healthvault.storage.inputs import Failure, InputFile, InputFolder, collect
from healthvault.tlog.checkpoint import Checkpoint, origin_of
from healthvault.trials.answers import Answer, Asked
from healthvault.trials.files import Committed, FoundFile, compare_files
from healthvault.trials.form_fields import MAX_FORM_BYTES
from healthvault.trials.judging import judge_trial
from healthvault.trials.shown import Counted, ShownDocument, ShownTrial, read_trial
from healthvault.vault.receive import CLEARABLE, VerifyOptions, verify_through
from healthvault.vault.vault import Place, Vault
from healthvault.verify.context import Verification, VerifiedDocument
from healthvault.verify.verdicts import Question
from healthvault.verify.witnesses import first_to_see

__all__ = ["JudgedTrial", "TrialRequest", "verify_trial"]

STEP_BYTES = 1 << 20
MAX_KEPT_BYTES = 64 << 20  # of all forms of one bundle
FORM_KINDS = "trial-"
_MUST_HOLD = (Question.INTEGRITY, Question.INCLUSION)
_MUST_NOT_FAIL = (Question.AUTHORSHIP, Question.CONSISTENCY)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRequest:
    """What is asked of a trial's bundle."""

    options: VerifyOptions
    study: str | None = None
    inputs: Path | None = None
    """A folder: what an analysis ran on."""
    results: Path | None = None
    """A folder: what came out of it."""
    timestamps: tuple[bytes, ...] = ()
    """Responses of authorities (RFC 3161), unverified."""
    authorities: bytes = b""
    """Their certificates that the reader trusts, as PEM."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedTrial:
    """The outcome."""

    verification: Verification
    trial: ShownTrial | None
    """None where the bundle's own verdicts do not hold, or it shows no trial."""
    counted: Counted | None
    answers: tuple[Answer, ...]
    fault: HealthVaultError | None = None
    """Why there is no trial, where the bundle itself holds: nothing that can be accepted."""

    @property
    def problems(self) -> tuple[HealthVaultError, ...]:
        """Every problem, of the bundle and of the trial."""
        own = [problem for answer in self.answers for problem in answer.problems]
        return (*self.verification.problems, *own, *([self.fault] if self.fault else ()))

    def unaccepted(self, accept: tuple[str, ...]) -> list[HealthVaultError]:
        """Return the problems that stand although the reader accepts some codes."""
        return [
            problem
            for problem in self.problems
            if problem is self.fault or not isinstance(problem, CLEARABLE) or problem.code not in accept
        ]


def verify_trial(
    vault: Vault | None, place: Place, file: InputFile, asked: TrialRequest, *, now_ms: int
) -> JudgedTrial:
    """Verify a bundle and judge the trial that it shows.

    Raises:
        As `verify_file`; InvalidRequest: `unreadable`, a file of the folder; FormatError, IntegrityError:
            `bad_timestamp`, `bad_certificate`.
    """
    sink = _TrialSink()
    verification = verify_through(vault, place, file, sink, asked.options, now_ms=now_ms)
    if verification.manifest is None or not _holds(verification):
        return JudgedTrial(verification=verification, trial=None, counted=None, answers=())
    shown = [_shown(document, sink, verification) for document in verification.documents]
    counted = _counted(verification)
    try:
        trial = read_trial(shown, asked.study)
    except HealthVaultError as err:
        return JudgedTrial(verification=verification, trial=None, counted=counted, answers=(), fault=err)
    seen: dict[int, int] = {}
    for one in verification.sightings:
        seen[one.size] = min(seen.get(one.size, one.cosignature.time_ms), one.cosignature.time_ms)
    stamped = dict(_stamped(verification, each, asked.authorities) for each in asked.timestamps)
    bounded = read_trial([_bounded(document, stamped) for document in shown], trial.study)
    answers = judge_trial(bounded, counted, seen | stamped)
    files = _files(bounded, sink, verification, asked)
    return JudgedTrial(verification=verification, trial=bounded, counted=counted, answers=(*answers, *files))


@dataclass(slots=True)
class _TrialSink:
    """Hashes every file of a bundle while it is verified, and keeps the forms."""

    contents: dict[int, list[tuple[DisclosedPart, bytes]]] = field(default_factory=dict)
    """Parts and their SHA-256, by entry."""
    forms: dict[int, bytes] = field(default_factory=dict)
    kept_bytes: int = 0

    def prepare(self, total_bytes: int) -> None:
        """Accept any size: nothing is written."""

    def take(self, document: DisclosedDocument, part: DisclosedPart, stream: Source) -> None:
        """Read a part."""
        digest, kept = hashlib.sha256(), bytearray()
        is_form = document.claimed_type.startswith(FORM_KINDS) and part.size_bytes <= MAX_FORM_BYTES
        is_kept = is_form and self.kept_bytes + part.size_bytes <= MAX_KEPT_BYTES
        while data := stream.read(STEP_BYTES):
            digest.update(data)
            if is_kept:
                kept += data
        if part.claimed_media_type == EVIDENCE_MEDIA_TYPE:
            return
        self.contents.setdefault(document.seq, []).append((part, digest.digest()))
        if is_kept and document.seq not in self.forms:
            self.forms[document.seq] = bytes(kept)
            self.kept_bytes += len(kept)


def _holds(verification: Verification) -> bool:
    """Tell whether a bundle's own verdicts allow to say anything of what is in it."""
    return all(
        not verdict.problems
        if verdict.question in _MUST_HOLD
        else verdict.question not in _MUST_NOT_FAIL or verdict.result.value != "fail"
        for verdict in verification.verdicts
    )


def _shown(document: VerifiedDocument, sink: _TrialSink, verification: Verification) -> ShownDocument:
    seen = first_to_see(verification.sightings, document.seq)
    return ShownDocument(
        seq=document.seq,
        id=document_id_text(document.leaf),
        kind=document.type,
        name=document.row.parts[0].file,
        size_bytes=document.size_bytes,
        entered_ms=document.entered_ms,
        not_after_ms=None if seen is None else seen.time_ms,
        is_disclosed=document.is_disclosed,
        category=document.category,
        supersedes=document.supersedes,
        claimed_status=document.row.claimed_status,
        content=sink.forms.get(document.seq),
    )


def _bounded(one: ShownDocument, stamped: dict[int, int]) -> ShownDocument:
    times = [time_ms for size, time_ms in stamped.items() if size > one.seq]
    known = [*times, *([one.not_after_ms] if one.not_after_ms is not None else ())]
    return replace(one, not_after_ms=min(known, default=None))


def _counted(verification: Verification) -> Counted | None:
    """Return what the bundle proves of the number of registrations."""
    word = Category.PROTOCOL.value
    proved = next((one for one in verification.completeness if one.category == word), None)
    complete = verification.manifest.complete if verification.manifest else None
    if proved is None or complete is None:
        return None
    row = next(each for each in complete.rows if each.slot == slot_of(word))
    return Counted(
        total=proved.total,
        standing=frozenset(line.seq for line in row.ins),
        superseded=proved.superseded,
        retracted=proved.retracted,
        erased=proved.erased,
        moved=proved.moved,
        restarts=tuple(sorted(verification.chain.restarts)) if verification.chain else (),
    )


def _stamped(verification: Verification, response: bytes, authorities: bytes) -> tuple[int, int]:
    """Return the size of the history that a timestamp is over, and its time (ms).

    Raises:
        FormatError, IntegrityError: `bad_timestamp`, also over none of the sizes that the bundle shows.
        FormatError: `bad_certificate`. InvalidRequest: `extra_missing`.
    """
    view = verification.view
    digest = stamped_digest(response)
    sizes = [] if view is None else [*view.mark_roots, view.size]
    for size in sizes:
        root = view.root_at(size) if view else None
        if view is None or root is None:
            continue
        text = Checkpoint(origin=origin_of(view.chain.vault_id), size=size, root=root).to_text().encode()
        if sha256(text) == digest:
            return size, check_timestamp(response, text, authorities)
    said = "the timestamp is over none of the sizes of the history that the bundle shows"
    raise IntegrityError("bad_timestamp", said, hint="the sponsor's bundle shows those that `hv anchor` took in")


def _files(
    trial: ShownTrial, sink: _TrialSink, verification: Verification, asked: TrialRequest
) -> Sequence[Answer]:
    if asked.inputs is None and asked.results is None:
        return ()
    names = {document.seq: document.part_names for document in verification.documents}
    data = {one.id for one in trial.data()}
    locked = {one.document for one in trial.locks[-1].form.inputs} if trial.locks else data
    last = trial.results[-1].form if trial.results else None
    results = {*last.documents} if last else set[str]()
    is_newest = last is not None and bool(trial.locks) and last.lock == trial.locks[-1].document.id
    questions = (
        (Asked.FILES, locked, asked.inputs, "" if trial.locks else "nothing is locked: these are the data"),
        (Asked.RESULTS, results, asked.results, "" if is_newest else "no results of the newest lock are here"),
    )
    answers = []
    for kind, wanted, folder, doubt in questions:
        if folder is None:
            continue
        others = [one for one in trial.documents.values() if one.id not in wanted and one.id not in data]
        chosen = [one for one in trial.documents.values() if one.id in wanted]
        found = list(_found(folder))
        committed = list(_committed(chosen, sink, names))
        answer = compare_files(kind, committed, list(_committed(others, sink, names)), found)
        answers.append(answer.doubted(doubt) if doubt else answer)
    return answers


def _committed(
    documents: Iterable[ShownDocument], sink: _TrialSink, names: Mapping[int, Mapping[int, str]]
) -> Iterable[Committed]:
    for one in documents:
        for part, digest in sink.contents.get(one.seq, ()):
            name = names.get(one.seq, {}).get(part.number, part.file)
            yield Committed(
                document=one.id,
                name=name.rpartition("/")[2],
                size_bytes=part.size_bytes,
                sha256=digest,
            )


def _found(folder: Path) -> Iterable[FoundFile]:
    """Yield the files below a folder, hashed. Raises InvalidRequest: `unreadable`, `not_a_file`."""
    for item in collect([folder], folder / "no such vault", as_one=True):
        if isinstance(item, Failure):
            raise item.error
        files = item.files if isinstance(item, InputFolder) else (item,)
        for file in files:
            digest, size = hashlib.sha256(), 0
            with file.open() as source:
                while data := source.read(STEP_BYTES):
                    digest.update(data)
                    size += len(data)
                source.check_unchanged(size)
            yield FoundFile(name=file.name, size_bytes=size, sha256=digest.digest())
