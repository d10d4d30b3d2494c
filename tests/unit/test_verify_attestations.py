# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.verify.attestations and attested: what attestations in a bundle prove, and what not."""

from dataclasses import replace

import pytest

from healthvault.bundle.attestation import Attestation, armour_attestation, sign_attestation
from healthvault.bundle.evidence import EVIDENCE_MEDIA_TYPE, EvidenceMaker
from healthvault.bundle.manifest import parse_manifest
from healthvault.errors import IntegrityError
from healthvault.ledger.entry import parse_entry
from healthvault.verify.attestations import MAX_JUDGED, NOT_ABOUT, tally, verify_attestation
from healthvault.verify.attested import JudgedAttestation
from healthvault.verify.issuer import Issuers, combined
from healthvault.verify.pins import PinBook, VaultPins
from healthvault.verify.verdicts import Question, Result
from tests.bundles import Scene, make_bundle, scene
from tests.owners import NOW_MS, Owner
from tests.readers import Outcome, Reader


@pytest.fixture
def story() -> Scene:
    """Ana, Dr Costa who reads her bundle, and a document in it."""
    return scene()


def about(owner: Owner, seq: int, by: Owner, part: int = 0, **changes: object) -> bytes:
    """Return somebody's attestation about a file of a document of an owner."""
    entry = parse_entry(owner.raws[seq]).unverified
    said = Attestation(
        vault=by.vault_id,
        signer=len(by.epochs) - 1,
        leaf=entry.leaf,
        commit=entry.header.commits[part],
        statement="Seen, and agreed",
        time_ms=NOW_MS,
    )
    return sign_attestation(replace(said, **changes), by.secrets_now.sign)


def pins_of(*owners: Owner, stolen: tuple[int, ...] = ()) -> PinBook:
    """Return what a reader knows who has the cards of these."""
    return PinBook(
        vaults=tuple(
            VaultPins(
                vault=owner.vault_id,
                events=tuple(owner.raws[seq] for seq in owner.event_seqs),
                compromised_by_card=frozenset(stolen),
            )
            for owner in owners
        )
    )


def read(story: Scene, *raws: bytes, knows: tuple[Owner, ...] = (), stolen: tuple[int, ...] = ()) -> Outcome:
    """Verify a bundle with attestations, as somebody who has the cards of some."""
    draft = story.draft()
    draft.map["attestations"] = list(raws)
    contacts = {story.owner.vault_id: "Ana", **{owner.vault_id: "Dr Lee" for owner in knows}}
    return story.reader.read(draft.seal(), contacts=contacts, pins=pins_of(*knows, stolen=stolen))


def judged(outcome: Outcome) -> list[tuple[Result, str | None]]:
    """Return what came of each."""
    return [(one.result, one.code) for one in outcome.verification.attestations]


def test_of_a_pinned_attester(story: Scene) -> None:
    """It holds, says who and what, and is the issuer's pass."""
    lee = Owner()
    outcome = read(story, about(story.owner, story.docs[0], lee), knows=(lee,))
    (one,) = outcome.verification.attestations
    assert (Result.PASS, None, "Dr Lee", ((story.docs[0], 0),)) == (one.result, one.code, one.name, one.places)
    assert ("Seen, and agreed", NOW_MS) == (one.claimed.statement, one.claimed.time_ms)
    assert (Result.PASS, "attested by Dr Lee") == (
        outcome.results[Question.ISSUER],
        outcome.details[Question.ISSUER],
    )
    assert 0 == outcome.exit


def test_of_a_stranger(story: Scene) -> None:
    """Nothing is proved, nothing is wrong."""
    outcome = read(story, about(story.owner, story.docs[0], Owner()))
    assert [(Result.UNKNOWN, "unknown_signer")] == judged(outcome)
    assert (Result.UNKNOWN, 0) == (outcome.results[Question.ISSUER], outcome.exit)


def test_forged_under_a_pinned_name(story: Scene) -> None:
    """Somebody else signed it: the one fault among these, whatever it is about."""
    lee, thief = Owner(), Owner()
    for seq in (0, 1):
        forged = about(story.owner, story.docs[seq], thief, vault=lee.vault_id)
        outcome = read(story, about(story.owner, story.docs[0], lee), forged, knows=(lee,))
        assert [(Result.PASS, None), (Result.FAIL, "bad_signature")] == judged(outcome)
        assert ({"bad_signature"}, 20) == (outcome.codes_of(Question.ISSUER), outcome.exit)
        assert outcome.kind_of("bad_signature") is IntegrityError


def test_moved_to_another_document(story: Scene) -> None:
    """Another entry, another file, another vault: about none of what is here."""
    lee, other = Owner(), scene()
    entry = parse_entry(story.owner.raws[story.docs[1]]).unverified
    raws = (
        about(story.owner, story.docs[1], lee),
        about(story.owner, story.docs[0], lee, commit=entry.header.commits[0]),
        about(story.owner, story.docs[0], lee, leaf=entry.leaf),
        about(other.owner, other.docs[0], lee),
    )
    outcome = read(story, *raws, knows=(lee,))
    assert [(Result.UNKNOWN, NOT_ABOUT)] * 4 == judged(outcome)
    assert (Result.UNKNOWN, 0) == (outcome.results[Question.ISSUER], outcome.exit)


def test_by_stolen_keys_or_keys_beyond_the_card(story: Scene) -> None:
    """Neither counts, and neither is a forgery."""
    lee = Owner()
    raw = about(story.owner, story.docs[0], lee)
    assert [(Result.UNKNOWN, "key_revoked")] == judged(read(story, raw, knows=(lee,), stolen=(0,)))
    newer = about(story.owner, story.docs[0], lee, signer=1)
    outcome = read(story, newer, knows=(lee,))
    assert [(Result.UNKNOWN, "unknown_signer")] == judged(outcome)
    assert 0 == outcome.exit


def test_bytes_that_are_none(story: Scene) -> None:
    """Listed with why, never a fault."""
    lee = Owner()
    raw = about(story.owner, story.docs[0], lee)
    outcome = read(story, b"", b"x" * 99, raw + b"x" * (16 << 10), raw[:64], knows=(lee,))
    codes = [code for _, code in judged(outcome)]
    assert ["bad_signature", "bad_encoding", "limit_exceeded", "bad_signature"] == codes
    assert {Result.UNKNOWN} == {result for result, _ in judged(outcome)}
    assert (Result.UNKNOWN, 0) == (outcome.results[Question.ISSUER], outcome.exit)


def test_beyond_the_limit_none_is_looked_at(story: Scene) -> None:
    """Not even a forged one; and nothing is called proved then."""
    lee = Owner()
    good = about(story.owner, story.docs[0], lee)
    forged = good[:-1] + bytes([good[-1] ^ 1])
    outcome = read(story, *[good] * MAX_JUDGED, forged, knows=(lee,))
    assert (Result.UNKNOWN, "limit_exceeded") == judged(outcome)[-1]
    assert (Result.UNKNOWN, 0) == (outcome.results[Question.ISSUER], outcome.exit)


def test_where_a_document_fails_none_is_looked_at(story: Scene) -> None:
    """They are about documents, so these have to hold first."""
    lee = Owner()
    draft = story.draft()
    draft.map["attestations"] = [about(story.owner, story.docs[0], lee)]
    (name, data) = draft.members[0]
    draft.members[0] = (name, bytes([data[0] ^ 1]) + data[1:])
    outcome = story.read(draft.seal(), pins=pins_of(lee))
    assert () == outcome.verification.attestations
    assert (Result.UNKNOWN, 20) == (outcome.results[Question.ISSUER], outcome.exit)


def test_the_readers_own_are_known(story: Scene) -> None:
    """Without a card of oneself."""
    lee = Owner()
    draft = story.draft()
    draft.map["attestations"] = [about(story.owner, story.docs[0], lee)]
    own = pins_of(lee).of(lee.vault_id)
    (one,) = story.read(draft.seal(), own=own).verification.attestations
    assert (Result.PASS, "you") == (one.result, one.name)


def test_passed_on_with_evidence() -> None:
    """What is about the entry that evidence proves is about the document that carries the evidence."""
    clinic, lee, reader, sender = scene(), Owner(), Reader(), Owner()
    manifest = parse_manifest(clinic.draft().signed()).unverified
    proof = EvidenceMaker(manifest, ()).make(manifest.docs[0], manifest.grants)
    seq = sender.add(b"Ferritin 41 ug/L\n", proof)
    draft = make_bundle(sender, reader, [seq], [sender.grant([reader.party], [seq])])
    draft.map["docs"][0]["parts"][1]["media_type"] = EVIDENCE_MEDIA_TYPE
    draft.map["attestations"] = [about(clinic.owner, clinic.docs[0], lee)]
    contacts = {sender.vault_id: "Ana", lee.vault_id: "Dr Lee"}
    outcome = reader.read(draft.seal(), contacts=contacts, pins=pins_of(lee))
    assert [(Result.PASS, ((seq, 0),))] == [(one.result, one.places) for one in outcome.verification.attestations]
    assert Result.UNKNOWN is outcome.results[Question.ISSUER]  # the clinic of the evidence is not known
    known = reader.read(draft.seal(), contacts={**contacts, clinic.owner.vault_id: "Clinic"}, pins=pins_of(lee))
    assert Result.PASS is known.results[Question.ISSUER]


def test_kinds_of_proof_together() -> None:
    """Something is established and nothing is unknown; what says nothing takes nothing away."""
    good, bad = Issuers(is_established=True, detail="a"), Issuers(is_established=False, detail="b")
    silent = Issuers(is_established=False, detail="nothing", is_silent=True)
    assert (True, "a; a") == ((both := combined(good, good)).is_established, both.detail)
    assert not combined(good, bad).is_established
    assert (True, "a") == ((one := combined(silent, good)).is_established, one.detail)
    assert (False, "nothing") == ((none := combined(silent, silent)).is_established, none.detail)
    assert not tally([JudgedAttestation(raw=b"", result=Result.UNKNOWN)]).is_established


class TestAFileOfItsOwn:
    """`hv verify FILE.hva`."""

    def file(self, raw: bytes, reader: Reader, **extra: object) -> Outcome:
        """Verify the text of one."""
        context = reader.context(**extra)
        return Outcome(verify_attestation(armour_attestation(raw).encode(), context), [], context.pins)

    def test_who_signed_is_said(self, story: Scene) -> None:
        """Of a pinned attester all passes; of a stranger 21; forged 20; by stolen keys 20; pins never move."""
        lee, reader = Owner(), Reader()
        raw = about(story.owner, story.docs[0], lee)
        known = {"contacts": {lee.vault_id: "Dr Lee"}, "pins": pins_of(lee)}
        outcome = self.file(raw, reader, **known)
        assert (0, True) == (outcome.exit, outcome.passed(Question.INTEGRITY, Question.AUTHORSHIP, Question.TIME))
        assert ({"unknown_signer"}, 21) == ((some := self.file(raw, reader)).codes, some.exit)
        forged = self.file(raw[:-1] + bytes([raw[-1] ^ 1]), reader, **known)
        assert ({"bad_signature"}, 20) == (forged.codes, forged.exit)
        stolen = self.file(raw, reader, contacts=known["contacts"], pins=pins_of(lee, stolen=(0,)))
        assert ({"key_revoked"}, 20) == (stolen.codes, stolen.exit)
        assert all(one.are_pins_unchanged for one in (outcome, some, forged, stolen))

    def test_a_time_to_come(self, story: Scene) -> None:
        """Is not believed."""
        lee = Owner()
        raw = about(story.owner, story.docs[0], lee, time_ms=NOW_MS + 10**9)
        outcome = self.file(raw, Reader(), contacts={lee.vault_id: "Dr Lee"}, pins=pins_of(lee))
        assert ({"time_unknown"}, 21) == (outcome.codes, outcome.exit)

    def test_no_attestation_in_it(self) -> None:
        """A verdict too."""
        context = Reader().context()
        found = verify_attestation(b"-----BEGIN HEALTHVAULT ATTESTATION-----\n", context)
        assert [Result.FAIL] == [one.result for one in found.verdicts if one.question is Question.INTEGRITY]
        assert () == found.attestations
