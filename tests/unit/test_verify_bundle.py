# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.verify.bundle: whole files, what is said of them, and what is remembered."""

import io
from dataclasses import replace

import pytest

from healthvault.consent.conditions import UnknownCondition
from healthvault.crypto.hashing import sha256
from healthvault.errors import InvalidRequest
from healthvault.ledger.events import RotateReason
from healthvault.verify.bundle import verify_bundle
from healthvault.verify.pins import PinBook
from healthvault.verify.verdicts import Question, Result
from tests.bundles import container, make_bundle, scene, sealed_bytes
from tests.owners import DAY_MS, NOW_MS, Owner, flip
from tests.readers import CODE_READER, Keeper, Reader
from tests.worked import DATA, TIME_MS, WORKED_MANIFEST

ESTABLISHED = (
    Question.INTEGRITY, Question.AUTHORSHIP, Question.INCLUSION, Question.AUDIENCE, Question.GRANT, Question.TIME
)  # fmt: skip


def test_the_worked_bundle() -> None:
    """A reader who knows nothing of this vault gets what the specification says."""
    plain = container([("manifest", WORKED_MANIFEST), ("docs/000001-ferritin.txt", DATA)])
    outcome = CODE_READER.read(sealed_bytes(plain, [CODE_READER.recipient]), now_ms=TIME_MS + 10_000)
    assert ({"unknown_signer"}, 21) == (outcome.codes, outcome.exit)
    passed = {question for question, result in outcome.results.items() if result is Result.PASS}
    assert set(ESTABLISHED) - {Question.AUTHORSHIP} == passed
    assert "first_contact" == outcome.details[Question.CONSISTENCY]
    assert "bearer: whoever has the code" == outcome.details[Question.AUDIENCE]
    assert [DATA] == outcome.taken


def test_a_bundle_of_a_contact() -> None:
    """Everything but consistency, issuer and witnesses is established, and the outcome says what it holds."""
    start = scene()
    draft = start.draft(has_meta=True)
    draft.map["message"] = "see you on Monday"
    outcome = start.read(draft.seal())
    assert (set(), 0) == (outcome.codes, outcome.exit)
    assert outcome.passed(*ESTABLISHED)
    said = outcome.verification
    assert ("Ana", start.owner.size, "see you on Monday") == (said.signer_name, said.size, said.message)
    assert (start.owner.root_at(start.owner.size), start.owner.clock_ms) == (said.root, said.tip_ms)
    assert (draft.map["bundle_id"], None) == (said.bundle_id, said.seen_before_ms)
    assert [start.docs[0]] == [document.seq for document in said.documents]
    assert [start.owner.grant_slots[start.grant]] == [grant.slot for grant in said.grants]
    assert "a later revocation cannot be known" in outcome.details[Question.GRANT]


def test_a_second_bundle_goes_on_from_the_first() -> None:
    """With the first one's size as a mark; and the first one is then an older one."""
    start = scene()
    first = start.draft()
    size = start.owner.size
    one = start.read(first.seal())
    start.owner.add(b"later")
    two = start.read(start.draft(marks=[size]).seal(), pins=one.pins)
    assert (0, True) == (two.exit, two.passed(Question.CONSISTENCY))
    assert f"extends the {size} entries seen before" == two.details[Question.CONSISTENCY]
    again = start.read(first.seal(), pins=two.pins)
    assert (0, "older than the newest seen") == (again.exit, again.details[Question.CONSISTENCY])
    assert NOW_MS == again.verification.seen_before_ms
    assert again.are_pins_unchanged


def test_pins_of_a_first_bundle() -> None:
    """The size is firm, the key events and the bundle are known."""
    start = scene()
    draft = start.draft(marks=[3])
    outcome = start.read(draft.seal())
    pins = outcome.pins.of(start.owner.vault_id)
    assert (start.owner.size, ((sha256(draft.signed()), NOW_MS),)) == (pins.firm, pins.bundles)
    assert {3, start.owner.size} == {seen.size for seen in pins.sizes}
    assert (start.owner.raws[0],) == pins.events


@pytest.mark.parametrize(
    ("terms", "extra", "code"),
    [
        ({"not_after_ms": NOW_MS}, {}, "grant_expired"),
        ({"not_before_ms": NOW_MS + 1}, {}, "grant_not_yet"),
        ({"conditions": (UnknownCondition(kind="quorum"),)}, {}, "condition_unknown"),
        ({"grantees": (Reader().party,)}, {}, "not_grantee"),
        ({}, {"purpose": "HRESCH"}, "purpose_not_covered"),
        ({}, {"actions": ("forward",)}, "action_not_granted"),
    ],
)
def test_pins_are_kept_whatever_consent_says(terms: dict[str, int], extra: dict[str, str], code: str) -> None:
    """The history was seen, even where the terms refuse."""
    start = scene(**terms) if "grantees" not in terms else scene()
    if "grantees" in terms:
        start.grant = start.owner.grant(terms["grantees"], start.docs)
    outcome = start.read(start.draft().seal(), **extra)
    assert ({code}, 22) == (outcome.codes, outcome.exit)
    assert Result.FAIL is outcome.results[Question.GRANT]
    assert start.owner.size == outcome.pins.of(start.owner.vault_id).firm


def test_the_clock() -> None:
    """A tip in the future is no proof of anything; ten minutes are let pass."""
    start = scene()
    data = start.draft().seal()
    tip = start.owner.clock_ms
    assert set() == start.read(data, now_ms=tip - 600_000).codes
    late = start.read(data, now_ms=tip - 600_001)
    assert ({"time_unknown"}, Result.UNKNOWN) == (late.codes, late.results[Question.TIME])


def test_the_age_of_the_status() -> None:
    """By the option of the reader and by the date in the grant."""
    start = scene(recheck_after_ms=NOW_MS)
    data = start.draft().seal()
    tip = start.owner.clock_ms
    for now_ms, max_age_ms, codes in (
        (NOW_MS - 1, None, set()),
        (NOW_MS, None, {"stale"}),
        (NOW_MS - 1, NOW_MS - 1 - tip, set()),
        (NOW_MS - 1, NOW_MS - 2 - tip, {"stale"}),
    ):
        assert codes == start.read(data, now_ms=now_ms, max_age_ms=max_age_ms).codes


def test_a_newer_tip_answers_the_recheck() -> None:
    """A bundle made after the date needs no other status."""
    start = scene(recheck_after_ms=NOW_MS - DAY_MS)
    start.owner.clock_ms = NOW_MS - DAY_MS
    assert set() == start.read(start.draft().seal()).codes


def test_witnessed_time_is_judged() -> None:
    """A reader whose clock stands still learns from a witness that the grant has ended."""
    start, clinic = scene(), Owner("Clinic")
    later = NOW_MS + 500_000
    start.grant = start.owner.grant([start.reader.party], start.docs, not_after_ms=later)
    note = start.owner.cosigned(clinic, 3, later)
    data = start.draft(marks=[3], witnessed=[note]).seal()
    assert set() == start.read(data).codes
    outcome = start.read(data, witnesses=(clinic.witness,))
    assert {"grant_expired"} == outcome.codes
    assert outcome.passed(Question.WITNESSES)


def test_a_vault_with_a_long_life() -> None:
    """Keys of all kinds changed, grants came and went; the bundle verifies, and its pins go on."""
    start = scene()
    first = start.read(start.draft().seal())
    size = start.owner.size
    start.owner.rotate()
    start.owner.change_root()
    start.owner.revoke(start.grant)
    start.owner.rotate(RotateReason.COMPROMISED)
    start.grant = start.owner.grant([start.reader.party], start.docs)
    start.grant = start.owner.grant([start.reader.party], start.docs, supersedes=start.grant)
    for _ in range(20):
        start.owner.grant([Reader().party], start.docs)
    start.owner.restart()
    outcome = start.read(start.draft(marks=[size], has_meta=True).seal(), pins=first.pins)
    assert (set(), 0) == (outcome.codes, outcome.exit)
    pins = outcome.pins.of(start.owner.vault_id)
    assert (1, 5) == (len(pins.compromised), len(pins.events))


def test_entries_that_no_verdict_depends_on() -> None:
    """Others may be among the entries: they are proved, and that is all."""
    start = scene()
    seq = start.owner.append({"kind": "note", "about": 0, "text": "x"})
    assert set() == start.read(start.draft(others=[seq, *start.docs]).seal()).codes


def test_a_forwarded_bundle() -> None:
    """It exits 21; whoever passed it on is not the owner's grantee, and the size is a soft pin."""
    start, other = scene(), Reader()
    draft = start.draft()
    passed_on = sealed_bytes(draft.container(), [other.recipient])
    outcome = other.read(passed_on, contacts={start.owner.vault_id: "Ana"})
    assert ({"not_addressed"}, 21) == (outcome.codes, outcome.exit)
    assert Result.UNKNOWN is outcome.results[Question.AUDIENCE]
    pins = outcome.pins.of(start.owner.vault_id)
    assert (None, 1) == (pins.firm, len(pins.sizes))


def test_a_key_from_an_older_epoch() -> None:
    """The reader's own rotation does not end what was sent to the old key."""
    old = Reader()
    new = Reader(vault=old.vault)
    start = scene(old)
    context = new.context(contacts={start.owner.vault_id: "Ana"})
    context = replace(context, openers=(new.opener, old.opener))
    result = verify_bundle(io.BytesIO(start.draft().seal()), context)
    assert () == result.problems


def test_nothing_is_shown_of_a_file_that_does_not_open() -> None:
    """Steps 1 to 5 end it; what they reached is all that is said."""
    start = scene()
    draft = start.draft()
    for data in (b"", flip(draft.seal()), draft.seal(flip(draft.container())), draft.seal()[:-1]):
        outcome = start.read(data)
        assert 20 == outcome.exit
        assert outcome.are_pins_unchanged
    draft.key = Owner().secrets_now.sign
    outcome = start.read(draft.seal())
    assert ({"bad_signature"}, [], None) == (outcome.codes, outcome.taken, outcome.verification.manifest)
    assert {Result.UNKNOWN, Result.FAIL} == set(outcome.results.values())
    assert "not reached" == outcome.details[Question.GRANT]


def test_every_fault_is_listed() -> None:
    """One does not hide another; the exit is the worst."""
    start = scene(not_after_ms=NOW_MS)
    draft = start.draft()
    draft.map["docs"][0]["parts"][0]["commit_key"] = bytes(32)
    outcome = start.reader.read(draft.seal(), max_age_ms=0)
    assert {"commitment_mismatch", "grant_expired", "stale", "unknown_signer"} == outcome.codes
    assert 20 == outcome.exit


def test_a_sink_that_refuses_is_no_verdict() -> None:
    """It is the caller's trouble, and comes out as such."""

    class Full(Keeper):
        def prepare(self, total_bytes: int) -> None:
            raise InvalidRequest("too_large", f"{total_bytes} bytes")

    start = scene()
    with pytest.raises(InvalidRequest):
        verify_bundle(io.BytesIO(start.draft().seal()), start.reader.context(), Full())


def test_several_readers_and_grants() -> None:
    """Each reads under a grant of their own; a bundle without documents is one, too."""
    start, nurse = scene(), Reader()
    seconds = start.owner.grant([nurse.party], start.docs[:2])
    both = make_bundle(start.owner, [nurse, start.reader], start.docs[:2], [start.grant, seconds]).seal()
    contacts = {start.owner.vault_id: "Ana"}
    assert [0, 0] == [reader.read(both, contacts=contacts).exit for reader in (nurse, start.reader)]
    empty = make_bundle(start.owner, start.reader, [], [start.grant]).seal()
    assert set() == start.read(empty, pins=PinBook()).codes
    nothing = make_bundle(start.owner, start.reader, [], []).seal()
    assert set() == start.read(nothing).codes
    assert {"not_grantee"} == nurse.read(
        make_bundle(start.owner, nurse, start.docs[:1], [start.grant]).seal(), contacts=contacts
    ).codes
