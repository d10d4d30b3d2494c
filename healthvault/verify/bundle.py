# SPDX-License-Identifier: Apache-2.0
"""The verification of a bundle, step by step, in one pass over its stream.

A failure in steps 1 to 5 ends it; after those, a step that needs a failed one leaves its question unknown.
The caller stores the pins before it shows the outcome or acts on it. Spec: docs/spec/bundle.md section 6.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from healthvault.agefile.file import decrypt
from healthvault.agefile.source import Prefixed, Source
from healthvault.bundle.container import ContainerReader
from healthvault.bundle.manifest import Manifest, SignedManifest, parse_manifest
from healthvault.bundle.statusfile import is_small_payload
from healthvault.consent.decision import Request
from healthvault.consent.grant import Grant
from healthvault.consent.status import Status
from healthvault.errors import FormatError, HealthVaultError, IntegrityError
from healthvault.ledger.entry import Entry
from healthvault.ledger.ids import contact_id_text
from healthvault.ledger.keychain import KeyChain
from healthvault.ledger.party import Party
from healthvault.verify import authorship, consent, documents, inclusion
from healthvault.verify.attestations import judge_along, tally
from healthvault.verify.attested import JudgedAttestation
from healthvault.verify.cards import judge_cards, seqs_of_cards
from healthvault.verify.completeness import Completeness, judge_inventories
from healthvault.verify.consistency import check_events, judge_history, remember
from healthvault.verify.context import (
    Context,
    Delegation,
    NothingTaken,
    ShownStatus,
    Sink,
    Verification,
    VerifiedDocument,
)
from healthvault.verify.delegation import Act, in_whose_name, judge_delegations
from healthvault.verify.documents import Members
from healthvault.verify.freshness import check_age, check_clock, known_end, newest_statuses, say_status
from healthvault.verify.issuer import Examined, combined, examine, judge_issuers
from healthvault.verify.owners import learn_of_owners
from healthvault.verify.pins import KnownStatus, PinBook, VaultPins
from healthvault.verify.status import judge_beside, verify_small
from healthvault.verify.thefts import thefts_declared
from healthvault.verify.verdicts import Question, Report
from healthvault.verify.view import View
from healthvault.verify.witnesses import Sighting, judge_witnesses, time_bound

__all__ = ["verify_bundle"]

_MUST_HOLD = (  # what a bundle needs to earn a place among the pins
    Question.INTEGRITY,
    Question.AUTHORSHIP,
    Question.INCLUSION,
    Question.CONSISTENCY,
    Question.WITNESSES,
)
_BEFORE_STATUS = (Question.AUTHORSHIP, Question.INCLUSION, Question.CONSISTENCY)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """What steps 1 to 5 establish."""

    container: ContainerReader
    manifest: Manifest
    digest: bytes
    """Of the signed manifest."""
    chain: KeyChain
    party: Party


def verify_bundle(source: Source, context: Context, sink: Sink | None = None) -> Verification:
    """Verify a bundle, or a status or proof file, of unverified bytes.

    Args:
        source: The file, read once from start to end.
        context: Our keys, pins, contacts and clock, and what the user asks for.
        sink: Takes the documents as they stream by; it must not release them before the outcome is known.

    Returns:
        The verdicts. Malformed, forged or foreign input is a verdict, not an exception.

    Raises:
        InvalidRequest: what the sink refuses, or the file cannot be read.
    """
    report = Report()
    opened = _open(source, context, report)
    if opened is None:
        return Verification(verdicts=report.verdicts(), pins=context.pins)
    if isinstance(opened, Prefixed):
        return verify_small(opened, context)
    return _Steps(opened, context, report).run(sink or NothingTaken())


def _open(source: Source, context: Context, report: Report) -> _Opened | Prefixed | None:
    question = Question.INTEGRITY
    try:
        opened = decrypt(source, [opener.identity for opener in context.openers])
        payload = Prefixed(opened.reader.read(1), opened.reader)
        if is_small_payload(payload.first):
            return payload
        party = next(opener.party for opener in context.openers if opener.identity is opened.identity)
        container = ContainerReader(payload)
        signed: SignedManifest = parse_manifest(container.manifest())
        question = Question.AUTHORSHIP
        chain = authorship.verify_chain(signed.unverified.origin, signed.unverified.entries)
        manifest = authorship.verify_manifest(signed, chain)
    except HealthVaultError as err:
        report.problem(question, err)
        return None
    return _Opened(container=container, manifest=manifest, digest=signed.digest, chain=chain, party=party)


class _Steps:
    """Steps 6 to 19 over an opened bundle; each method answers one question."""

    def __init__(self, opened: _Opened, context: Context, report: Report) -> None:
        self._opened = opened
        self._manifest = opened.manifest
        self._chain = opened.chain
        self._context = context
        self._report = report
        self._pins: VaultPins = context.pins.of(opened.chain.vault_id)
        self._signer_name = context.contacts.get(opened.chain.vault_id)
        self._entries: Mapping[int, Entry] = {}
        self._view: View | None = None
        self._completeness: tuple[Completeness, ...] = ()
        self._grants: tuple[Grant, ...] = ()
        self._sightings: tuple[Sighting, ...] = ()
        self._grown = self._pins  # as after this bundle, and the status files beside it
        self._met = (
            context.pins
        )  # with what this bundle, and those files, show of owners in whose names it was made
        self._proved: tuple[KnownStatus, ...] = ()  # what this bundle itself shows of its grants
        self._status_files: list[ShownStatus] = []
        self._delegations: tuple[Delegation, ...] = ()
        self._witnessed_ms = 0
        self._documents: tuple[VerifiedDocument, ...] = ()
        self._members = Members()
        self._attestations: tuple[JudgedAttestation, ...] = ()

    def run(self, sink: Sink) -> Verification:
        """Take the remaining steps in their order and return the outcome."""
        self._authorship()
        if self._entries:
            self._inclusion()
        self._compromise()
        if self._view:
            self._consistency(self._view)
            self._witnesses(self._view)
        self._audience()
        are_grants_open = bool(self._entries) and self._open_grants()
        if self._view:
            self._learn(self._view)
        if are_grants_open:
            self._grant()
        if self._entries:
            self._integrity(sink)
            self._time()
        self._issuer()
        return self._outcome()

    def _authorship(self) -> None:
        report, manifest, chain = self._report, self._manifest, self._chain
        try:
            self._entries = authorship.verify_entries(manifest.entries, chain)
        except HealthVaultError as err:
            report.problem(Question.AUTHORSHIP, err)
        shown = sorted([*(row.seq for row in manifest.docs), *(row.seq for row in manifest.grants)])
        authorship.judge_signer(report, self._signer_name, thefts_declared(chain, shown))

    def _inclusion(self) -> None:
        manifest, chain = self._manifest, self._chain
        try:
            checkpoint = authorship.open_note(manifest.note, chain)
        except HealthVaultError as err:
            self._report.problem(Question.AUTHORSHIP, err)
            return
        try:
            self._view = inclusion.verify_slice(manifest.slice, self._entries, checkpoint, chain)
            inclusion.check_tip_state(self._entries[checkpoint.size - 1], manifest.state, chain)
            self._completeness = judge_inventories(manifest, self._entries)
        except HealthVaultError as err:
            self._report.problem(Question.INCLUSION, err)
            return
        count = len(manifest.docs)
        self._report.passed(Question.INCLUSION, f"{_documents(count)} in a log of {checkpoint.size} entries")

    def _compromise(self) -> None:
        """Step 6; it comes after the tree is known, because a checkpoint accepted before stays accepted."""
        try:
            authorship.check_compromise(
                self._opened.digest, self._view, self._chain, self._pins, self._signer_name
            )
        except HealthVaultError as err:
            self._report.problem(Question.AUTHORSHIP, err)

    def _consistency(self, view: View) -> None:
        problems = check_events(self._pins, self._chain, view.size)
        judged = judge_history(self._pins, view)
        self._report.problem(Question.CONSISTENCY, *problems, *judged.problems)
        if judged.detail == "first_contact":
            self._report.unknown(Question.CONSISTENCY, judged.detail)
        else:
            self._report.passed(Question.CONSISTENCY, judged.detail)

    def _witnesses(self, view: View) -> None:
        try:
            found = inclusion.verify_witnessed(self._manifest.witnessed, view, self._context, self._pins)
        except HealthVaultError as err:
            self._report.problem(Question.WITNESSES, err)
            return
        self._sightings = found
        self._witnessed_ms = max((item.cosignature.time_ms for item in found), default=0)
        judge_witnesses(self._report, found, self._context.witnesses_needed)

    def _open_grants(self) -> bool:
        try:
            self._grants = tuple(
                consent.verify_grant(row, self._entries, self._manifest.state) for row in self._manifest.grants
            )
        except HealthVaultError as err:
            self._report.problem(Question.GRANT, err)
            return False
        return True

    def _learn(self, view: View) -> None:
        """Take in what the bundle shows, then the status files beside it as somebody who accepted it would."""
        if not self._report.has_problem(Question.INCLUSION):
            self._proved = tuple(self._statuses(view))
        if self._report.has_failed(*_BEFORE_STATUS):
            return
        is_firm = not self._report.has_problem(Question.AUDIENCE)
        digest, now_ms = self._opened.digest, self._context.now_ms
        self._grown = remember(self._pins, view, digest, now_ms, is_firm=is_firm, statuses=self._proved)
        ids = {grant.grant_id for grant in self._grants}
        for file in self._context.statuses:
            context = replace(self._context, pins=self._context.pins.updated(self._grown))
            beside = judge_beside(file, context, self._chain.vault_id, ids)
            self._report.problem(Question.GRANT, *beside.problems)
            self._status_files += beside.shown
            self._grown = beside.pins

    def _statuses(self, view: View) -> Iterator[KnownStatus]:
        for grant, row in zip(self._grants, self._manifest.grants, strict=False):
            yield KnownStatus(
                grant_id=grant.grant_id,
                status=int(Status.ACTIVE),
                size=view.size,
                slot=grant.slot,
                seq=row.seq,
                time_ms=self._tip_ms(),
            )

    def _newest(self) -> tuple[KnownStatus, ...]:
        pins = self._grown
        for status in self._proved:
            pins = pins.with_status(status)
        return newest_statuses(self._grants, pins)

    def _grant(self) -> None:
        question, known = Question.GRANT, self._newest()
        request = Request(
            party=None if self._report.has_problem(Question.AUDIENCE) else self._opened.party,
            at_ms=self._judged_ms(),
            purpose=self._context.purpose,
            actions=self._context.actions,
        )
        ended = {status.grant_id: end for status in known if (end := known_end(status))}
        subjects = tuple(documents.subject_of(row, self._entries) for row in self._manifest.docs)
        self._report.problem(question, *consent.judge_grants(self._grants, request, subjects, ended))
        if self._view is None or self._report.has_problem(Question.INCLUSION):
            self._report.unknown(question, "the status of the grant is not proved")
        elif self._context.statuses and self._report.has_failed(*_BEFORE_STATUS):
            self._report.unknown(
                question, "the status files were not read: the bundle's own history does not hold"
            )
        else:
            say_status(self._report, known, self._judged_ms())

    def _audience(self) -> None:
        try:
            consent.check_audience(self._manifest.audience, self._opened.party)
        except HealthVaultError as err:
            self._report.problem(Question.AUDIENCE, err)
        bearer = self._manifest.audience is None
        self._report.passed(Question.AUDIENCE, "bearer: whoever has the code" if bearer else "addressed to you")

    def _integrity(self, sink: Sink) -> None:
        """What the sink raises is no verdict on the bundle: only its own faults are caught here."""
        try:
            self._documents = tuple(documents.describe(row, self._entries) for row in self._manifest.docs)
        except (FormatError, IntegrityError) as err:
            self._report.problem(Question.INTEGRITY, err)
        try:
            self._members = documents.read_members(
                self._opened.container,
                self._manifest,
                self._entries,
                sink,
                with_cards=seqs_of_cards(self._documents),
            )
        except (FormatError, IntegrityError) as err:
            self._report.problem(Question.INTEGRITY, err)
        self._report.passed(Question.INTEGRITY, "every byte is as the sender wrote it")

    def _time(self) -> None:
        known = {status.grant_id: status.time_ms for status in self._newest()}
        shown = [(grant, known.get(grant.grant_id, self._tip_ms())) for grant in self._grants]
        check_clock(self._report, max([self._tip_ms(), *known.values()]), self._context.now_ms)
        check_age(self._report, shown or [(None, self._tip_ms())], self._context, self._judged_ms())
        self._report.passed(Question.TIME, time_bound(self._sightings))

    def _issuer(self) -> None:
        """Step 18; it never upgrades another verdict."""
        examined = examine(self._members.evidence, self._context.pins)
        self._delegation(examined)
        cards = judge_cards(self._members.cards, self._context.issuers, self._judged_ms()) if self._entries else ()
        found = {one.seq: one.found for one in cards}
        self._documents = tuple(replace(each, cards=found.get(each.seq)) for each in self._documents)
        if self._entries and not self._report.has_problem(Question.INTEGRITY):
            self._attestations = judge_along(self._manifest, self._entries, examined, self._context)
        judged = combined(judge_issuers(examined, self._context.contacts, cards), tally(self._attestations))
        self._report.problem(Question.ISSUER, *judged.problems)
        if judged.is_false:
            self._report.contradict(Question.ISSUER)
        if judged.is_established:
            self._report.passed(Question.ISSUER, judged.detail)
        else:
            self._report.unknown(Question.ISSUER, judged.detail)

    def _delegation(self, examined: tuple[Examined, ...]) -> None:
        """Step 18: a grant that was given for somebody else needs that somebody's own."""
        act = Act(
            sender=self._chain.vault_id,
            grants=self._grants,
            seqs=tuple(document.seq for document in self._manifest.docs),
            at_ms=self._judged_ms(),
            max_age_ms=self._context.max_age_ms,
        )
        found = judge_delegations(act, examined, self._context.pins, self._context.contacts)
        told = learn_of_owners(found.proved, self._context)
        if told.status_files and self._status_files:
            found = judge_delegations(act, examined, told.pins, self._context.contacts)
            self._status_files = [told.status_files.get(shown.name, shown) for shown in self._status_files]
        self._met = told.pins
        self._report.problem(Question.GRANT, *found.problems, *told.problems)
        self._delegations = found.proved
        sender = self._signer_name or contact_id_text(self._chain.vault_id)
        said = in_whose_name(found, sender, self._context.contacts)
        if said:
            self._report.add_detail(Question.GRANT, said)

    def _outcome(self) -> Verification:
        manifest, view = self._manifest, self._view
        return Verification(
            verdicts=self._report.verdicts(),
            pins=self._new_pins(),
            manifest=manifest,
            bundle_id=manifest.bundle_id,
            chain=self._chain,
            signer_name=self._signer_name,
            size=view.size if view else None,
            root=view.root if view else None,
            view=view,
            tip_ms=self._tip_ms() if self._entries else None,
            grants=self._grants,
            statuses=self._newest(),
            status_files=tuple(self._status_files),
            delegations=self._delegations,
            documents=self._documents,
            attestations=self._attestations,
            sightings=self._sightings,
            completeness=() if self._report.has_problem(Question.INTEGRITY) else self._completeness,
            message=manifest.message,
            judged_ms=self._judged_ms(),
            seen_before_ms=self._pins.first_seen_ms(self._opened.digest),
        )

    def _new_pins(self) -> PinBook:
        pins = self._context.pins
        if self._view is None or self._report.has_failed(*_MUST_HOLD):
            return pins
        return self._met.updated(self._grown)

    def _tip_ms(self) -> int:
        return self._entries[max(self._entries)].header.ts_ms

    def _judged_ms(self) -> int:
        return max(self._context.now_ms, self._witnessed_ms)


def _documents(count: int) -> str:
    return "1 document stands" if count == 1 else f"{count} documents stand"
