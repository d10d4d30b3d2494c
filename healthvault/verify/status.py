# SPDX-License-Identifier: Apache-2.0
"""The verification of status files and proof files: what a newer tree of a vault shows to who knows the vault.

The key events come from the reader's memory, continued by those in the file. A file that is older, or about
another grant, is ignored and that is said; it is never read as proof of anything.
Spec: docs/spec/status-and-proof-files.md sections 2 and 3.
"""

import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from healthvault.agefile.file import decrypt
from healthvault.agefile.source import Prefixed, Source
from healthvault.bundle.statusfile import ProofFile, StatusFile, is_small_payload, parse_payload, read_payload
from healthvault.consent.status import Status, StatusProof, check_status
from healthvault.errors import (
    FormatError,
    HealthVaultError,
    HistoryError,
    IntegrityError,
    NotEstablished,
)
from healthvault.ledger.entry import Entry, parse_entry
from healthvault.ledger.keychain import KeyChain, walk
from healthvault.tlog.checkpoint import origin_of, vault_id_of
from healthvault.verify import authorship, inclusion
from healthvault.verify.consistency import check_events, judge_history, remember_soft
from healthvault.verify.context import Context, ShownStatus, StatusInput, Verification
from healthvault.verify.freshness import as_of, check_age, check_clock, known_end, say_status
from healthvault.verify.pins import KnownStatus, VaultPins
from healthvault.verify.thefts import with_stolen_keys
from healthvault.verify.verdicts import Question, Report
from healthvault.verify.view import View

__all__ = ["Beside", "judge_beside", "verify_small"]

_PROOF_ASKED = (Question.INTEGRITY, Question.AUTHORSHIP, Question.INCLUSION, Question.CONSISTENCY)
_STATUS_ASKED = (*_PROOF_ASKED, Question.GRANT, Question.TIME)
_ANOTHER = "it is about another grant than those of this bundle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What came of a status file beside a bundle."""

    problems: tuple[HealthVaultError, ...]
    shown: tuple[ShownStatus, ...]
    """One, or none if the file could not be read."""
    pins: VaultPins
    """Those of the bundle's vault after it."""
    is_about: bool = False
    """It is about one of the grants."""


def verify_small(payload: Source, context: Context) -> Verification:
    """Verify the unverified plaintext of a status or proof file by what the reader knows.

    Args:
        payload: The opened age file.
        context: Our pins, contacts and clock.

    Returns:
        The verdicts that can be asked of it. Malformed or forged input is a verdict, not an exception.
    """
    try:
        file = parse_payload(read_payload(payload))
    except HealthVaultError as err:
        report = Report()
        report.problem(Question.INTEGRITY, err)
        return Verification(verdicts=report.verdicts(_PROOF_ASKED), pins=context.pins, kind="status")
    return _Steps(file, context).run()


def judge_beside(file: StatusInput, context: Context, vault_id: bytes, grants: Collection[bytes]) -> Beside:
    """Judge a status file beside a bundle.

    Args:
        file: Unverified.
        context: The reader's, with the pins as they are after the bundle.
        vault_id: Of the bundle.
        grants: Ids of the bundle's grants.
    """
    pins = context.pins.of(vault_id)
    try:
        parsed = _status_file(file.data, context)
    except HealthVaultError as err:
        return Beside(problems=(_named(file.name, err),), shown=(), pins=pins)
    if parsed.origin != origin_of(vault_id) or parsed.grant_id not in grants:
        return Beside(problems=(), shown=(_shown(file.name, parsed, _ANOTHER),), pins=pins)
    steps = _Steps(parsed, context, file.name)
    steps.run()
    return Beside(
        problems=tuple(_named(file.name, problem) for problem in steps.faults()),
        shown=steps.shown,
        pins=steps.pins,
        is_about=True,
    )


class _Steps:
    """The steps over a file that can be read; see the specification for their order."""

    def __init__(self, file: StatusFile | ProofFile, context: Context, name: str = "") -> None:
        self._file = file
        self._context = context
        self._name = name
        self._report = Report()
        self._asked = _STATUS_ASKED if isinstance(file, StatusFile) else _PROOF_ASKED
        self._chain: KeyChain | None = None
        self._view: View | None = None
        self._tip: Entry | None = None
        self.pins = VaultPins(vault=b"")
        self.shown: tuple[ShownStatus, ...] = ()

    def run(self) -> Verification:
        """Take the steps and return the outcome."""
        self._report.passed(Question.INTEGRITY, "every byte is as its writer sealed it")
        if self._context.actions:
            said, hint = f"a {self._file.kind} file has no documents", "`hv verify` reads it"
            self._report.problem(Question.INTEGRITY, FormatError("not_a_bundle", said, hint=hint))
        try:
            self.pins = self._context.pins.of(vault_id_of(self._file.origin))
            self._chain = _continued(self._file, self.pins)
        except HealthVaultError as err:
            question = Question.CONSISTENCY if isinstance(err, HistoryError) else Question.AUTHORSHIP
            self._report.problem(question, err)
            return self._outcome(None)
        name = self._context.contacts.get(self._chain.vault_id)
        self._inclusion(self._chain)
        if self._view:
            self._compromise(self._chain, self._view, name)
            self._consistency(self._chain, self._view)
        authorship.judge_signer(self._report, name, "")
        if self._view and not self._has_failed():
            self._learn(self._view)
        return self._outcome(name)

    def faults(self) -> tuple[HealthVaultError, ...]:
        """Return the problems of the file itself: of the signer, the grant and the time its bundle says it."""
        verdicts = self._report.verdicts(_PROOF_ASKED)
        found = [problem for verdict in verdicts for problem in verdict.problems]
        return tuple(problem for problem in found if problem.code != "unknown_signer")

    def _inclusion(self, chain: KeyChain) -> None:
        file, question = self._file, Question.AUTHORSHIP
        try:
            entries = authorship.verify_entries(file.entries, chain)
            checkpoint = authorship.open_note(file.note, chain)
            question = Question.INCLUSION
            given = frozenset(file.entries)
            own = {seq: entry for seq, entry in entries.items() if entry.raw in given}
            is_status = isinstance(file, StatusFile)
            view = inclusion.verify_slice(file.slice, own, checkpoint, chain, has_tip=is_status)
            if isinstance(file, StatusFile):
                self._tip = own[view.size - 1]
                inclusion.check_tip_state(self._tip, file.state, chain)
                self._check_slot(file, view)
        except HealthVaultError as err:
            self._report.problem(question, err)
            if question is Question.AUTHORSHIP:
                return
        else:
            self._view = view
            self._report.passed(question, f"a log of {view.size} entries")

    def _check_slot(self, file: StatusFile, view: View) -> None:
        """Check that the slot says so, and that it is the slot of this grant, where the reader knows that."""
        proof = StatusProof(
            slot=file.slot,
            status=Status(file.status),
            since_seq=file.since_seq,
            salt=file.salt,
            path=file.path,
        )
        check_status(proof, file.state.capacity, file.state.grants_root)
        known = self.pins.newest_status(file.grant_id)
        is_active, since = file.status == Status.ACTIVE, file.since_seq
        is_wrong = file.status == Status.FREE or since >= view.size
        if known is not None:
            follows = since == known.seq if is_active else since > known.seq
            is_wrong = is_wrong or file.slot != known.slot or not follows
        if is_wrong:
            raise IntegrityError("bad_state", "the status shown is not that of this grant")

    def _compromise(self, chain: KeyChain, view: View, name: str | None) -> None:
        epoch = chain.newest.number
        if epoch in self.pins.compromised_epochs and not self.pins.has_seen(view.size, view.root):
            self._report.problem(Question.AUTHORSHIP, with_stolen_keys(epoch, self.pins, name))

    def _consistency(self, chain: KeyChain, view: View) -> None:
        question, judged = Question.CONSISTENCY, judge_history(self.pins, view)
        self._report.problem(question, *check_events(self.pins, chain, view.size), *judged.problems)
        if judged.detail == "first_contact":
            self._report.unknown(question, judged.detail)
        else:
            self._report.passed(question, judged.detail)

    def _learn(self, view: View) -> None:
        self.pins = remember_soft(self.pins, view)
        file, tip = self._file, self._tip
        if not isinstance(file, StatusFile) or tip is None:
            return
        if self._is_unconnected():
            said = "it cannot be connected to what was seen before"
            self.shown = (_shown(self._name, file, said, tip.header.ts_ms),)
        else:
            self._grant(file, view, tip.header.ts_ms)

    def _grant(self, file: StatusFile, view: View, time_ms: int) -> None:
        known = self.pins.newest_status(file.grant_id)
        if known is None:
            said, hint = "it is about a grant that you have not met", "verify a bundle of that grant with --status"
            self.shown = (_shown(self._name, file, said, time_ms),)
            self._report.problem(Question.GRANT, NotEstablished("unknown_grant", said, hint=hint))
            return
        shown = KnownStatus(
            grant_id=file.grant_id,
            status=file.status,
            size=view.size,
            slot=file.slot,
            seq=known.seq,
            time_ms=time_ms,
        )
        self.pins = self.pins.with_status(shown)
        newest = self.pins.newest_status(file.grant_id)
        now_ms = self._context.now_ms
        said = "" if newest == shown else _why_not(known, now_ms)
        self.shown = (_shown(self._name, file, said, time_ms),)
        end = known_end(newest)
        self._report.problem(Question.GRANT, *([end] if end else []))
        say_status(self._report, [newest] if newest else [], now_ms)
        check_clock(self._report, time_ms, now_ms)
        check_age(self._report, [(None, newest.time_ms if newest else time_ms)], self._context, now_ms)
        self._report.passed(Question.TIME, "the owner's clock says so; nobody else does")

    def _known(self) -> tuple[KnownStatus, ...]:
        """Return the newest word on the grant, after this file."""
        known = self.pins.newest_status(self._file.grant_id) if isinstance(self._file, StatusFile) else None
        return (known,) if known and self.shown else ()

    def _has_failed(self) -> bool:
        return self._report.has_failed(*_PROOF_ASKED)

    def _is_unconnected(self) -> bool:
        problems = self._report.verdicts((Question.CONSISTENCY,))[0].problems
        return any(problem.code == "unconnected" for problem in problems)

    def _outcome(self, name: str | None) -> Verification:
        view = self._view
        return Verification(
            verdicts=self._report.verdicts(self._asked),
            pins=self._context.pins
            if view is None or self._has_failed()
            else self._context.pins.updated(self.pins),
            kind=self._file.kind,
            chain=self._chain,
            signer_name=name,
            size=view.size if view else None,
            root=view.root if view else None,
            tip_ms=self._tip.header.ts_ms if self._tip else None,
            statuses=self._known(),
            status_files=self.shown,
        )


def _status_file(data: bytes, context: Context) -> StatusFile:
    """Return what the unverified bytes of a status file say. Raises as its readers; FormatError: `bad_schema`."""
    opened = decrypt(io.BytesIO(data), [opener.identity for opener in context.openers])
    payload = Prefixed(opened.reader.read(1), opened.reader)
    parsed = parse_payload(read_payload(payload)) if is_small_payload(payload.first) else None
    if isinstance(parsed, StatusFile):
        return parsed
    raise FormatError("bad_schema", "it is no status file", hint="`hv verify` it alone")


def _continued(file: ProofFile, pins: VaultPins) -> KeyChain:
    """Return the vault's keys: the key events that the reader knows, continued by those of the file.

    Raises:
        FormatError: an entry is malformed; `bad_note`, the origin.
        IntegrityError: `wrong_vault`, `bad_key`, `bad_signature`.
        HistoryError: `fork`, an entry is another than the key event that the reader knows at its place.
        NotEstablished: `unknown_signer`, there is no genesis.
    """
    vault_id = vault_id_of(file.origin)
    known = {parse_entry(raw).header.seq: raw for raw in pins.events}
    events = {seq: raw for seq, raw in known.items() if seq < file.slice.size}
    for raw in file.entries:
        header = parse_entry(raw).header
        if header.vault_id != vault_id:
            raise IntegrityError("wrong_vault", "an entry is of another vault than the file says")
        if known.get(header.seq, raw) != raw:
            raise _fork([event for seq, event in sorted(events.items()) if seq < header.seq], raw)
        if header.event is not None:
            events[header.seq] = raw
    if 0 not in events:
        hint = "verify a bundle of that vault first, with this file by --status"
        raise NotEstablished("unknown_signer", "it is of a vault that you have not met", hint=hint)
    return walk(raw for _, raw in sorted(events.items()))


def _fork(before: Sequence[bytes], raw: bytes) -> HistoryError:
    """Return the error for an entry in the place of a known key event, once it is proved to be the vault's own.

    Raises:
        As `_continued`: anybody could have made it.
    """
    signed = parse_entry(raw)
    if signed.header.event is None:
        walk(before).verify(signed)
    else:
        walk([*before, raw])
    hint = "keep both files: together they prove it to anybody"
    return HistoryError("fork", "another entry stands where a key event was seen before", hint=hint)


def _why_not(known: KnownStatus, now_ms: int) -> str:
    if known.status != Status.ACTIVE:
        return f"the grant is known to have ended, {as_of(known.size, known.time_ms, now_ms)}"
    return f"the status is known as newer, or as new, {as_of(known.size, known.time_ms, now_ms)}"


def _shown(name: str, file: StatusFile, why: str, time_ms: int | None = None) -> ShownStatus:
    """Return what a file shows; it counts if there is no reason why not."""
    return ShownStatus(
        name=name,
        grant_id=file.grant_id,
        status=file.status,
        size=file.slice.size,
        time_ms=time_ms,
        counts=not why,
        detail=why,
    )


def _named(name: str, err: HealthVaultError) -> HealthVaultError:
    """Return the error with the name of the status file that it is about."""
    return type(err)(err.code, f"status file {name}: {err.message}", hint=err.hint)
