# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.verify.issuer: evidence that a received document brings along when it is shared onward."""

import pytest

from healthvault.bundle.evidence import EVIDENCE_MEDIA_TYPE, EvidenceMaker
from healthvault.bundle.manifest import parse_manifest
from healthvault.codec import LARGE_ITEMS, pack, unpack
from healthvault.verify.verdicts import Question, Result
from tests.bundles import Draft, Scene, make_bundle, scene
from tests.owners import Map, Owner, flip, merge
from tests.readers import Outcome, Reader

DATA = b"Ferritin 41 ug/L\n"


def evidence() -> tuple[Scene, Map]:
    """Return a clinic that shared a document, and the evidence that its reader kept."""
    clinic = scene()
    clinic.owner.rotate()
    manifest = parse_manifest(clinic.draft().signed()).unverified
    raw = EvidenceMaker(manifest, tuple(clinic.owner.rotations)).make(manifest.docs[0], manifest.grants)
    return clinic, unpack(raw, max_items=LARGE_ITEMS)


def onward(raw: bytes, *more: bytes, data: bytes = DATA) -> tuple[Owner, Reader, Draft]:
    """Return a bundle by which somebody else passes the document on, with its evidence."""
    owner, reader = Owner(), Reader()
    seq = owner.add(data, raw, *more)
    grant = owner.grant([reader.party], [seq])
    draft = make_bundle(owner, reader, [seq], [grant])
    for part in draft.map["docs"][0]["parts"][1:]:
        part["media_type"] = EVIDENCE_MEDIA_TYPE
    return owner, reader, draft


def read(raw: bytes, contacts: dict[bytes, str], *more: bytes, data: bytes = DATA) -> Outcome:
    """Verify the bundle as somebody who has pinned the one who passed it on, and perhaps others."""
    owner, reader, draft = onward(raw, *more, data=data)
    return reader.read(draft.seal(), contacts={owner.vault_id: "Ana", **contacts})


def test_evidence_of_a_vault_that_is_pinned() -> None:
    """The issuer is named, and nothing else gets better by it."""
    clinic, made = evidence()
    outcome = read(pack(made), {clinic.owner.vault_id: "Clinic"})
    assert (Result.PASS, 0) == (outcome.results[Question.ISSUER], outcome.exit)
    assert "Clinic" in outcome.details[Question.ISSUER]


def test_evidence_of_a_stranger() -> None:
    """It holds, but under a name that nobody vouches for."""
    _, made = evidence()
    outcome = read(pack(made), {})
    assert (Result.UNKNOWN, set(), 0) == (outcome.results[Question.ISSUER], outcome.codes, outcome.exit)
    assert "do not know" in outcome.details[Question.ISSUER]


def test_no_evidence() -> None:
    """A document of the sender's own has no other issuer."""
    start = scene()
    outcome = start.read(start.draft().seal())
    assert Result.UNKNOWN is outcome.results[Question.ISSUER]
    assert "custody" in outcome.details[Question.ISSUER]


FAULTS = {
    "not canonical": lambda _, raw: raw + b"\0",
    "no map": lambda _, __: b"\x90",
    "empty": lambda _, __: b"",
    "another version": lambda made, _: pack(merge(v=2)(made)),
    "another origin": lambda made, _: pack(merge(origin=Owner().origin)(made)),
    "not an origin": lambda made, _: pack(merge(origin="somewhere")(made)),
    "no entries": lambda made, _: pack(merge(entries=[])(made)),
    "an entry missing": lambda made, _: pack(merge(entries=made["entries"][:-1])(made)),
    "an entry changed": lambda made, _: pack(
        merge(entries=[*made["entries"][:-1], flip(made["entries"][-1])])(made)
    ),
    "note changed": lambda made, _: pack(merge(note=made["note"].replace(b"\n", b"\n\n", 1))(made)),
    "state changed": lambda made, _: pack(merge(state={**made["state"], "blind": bytes(32)})(made)),
    "another entry": lambda made, _: pack(merge(seq=0)(made)),
    "an entry that is not there": lambda made, _: pack(merge(seq=2)(made)),
    "no parts": lambda made, _: pack(merge(parts=[])(made)),
    "another part": lambda made, _: pack(merge(parts=[{**made["parts"][0], "j": 1}])(made)),
    "another size": lambda made, _: pack(merge(parts=[{**made["parts"][0], "size": 1}])(made)),
    "another opening": lambda made, _: pack(merge(parts=[{**made["parts"][0], "commit_key": bytes(32)}])(made)),
    "a hash left over": lambda made, _: pack(
        merge(slice={**made["slice"], "hashes": [*made["slice"]["hashes"], bytes(32)]})(made)
    ),
    "no marks": lambda made, _: pack(merge(slice={**made["slice"], "marks": []})(made)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_evidence_that_does_not_hold(fault: str) -> None:
    """It proves nothing and never fails the bundle, except under the name of somebody who is pinned."""
    clinic, made = evidence()
    raw = FAULTS[fault](made, pack(made))
    for contacts in ({}, {clinic.owner.vault_id: "Clinic"}):
        outcome = read(raw, contacts)
        assert outcome.results[Question.ISSUER] is not Result.PASS
        forged = fault == "an entry changed" and bool(contacts)
        assert (20 if forged else 0) == outcome.exit
        assert ({"bad_signature"} if forged else set()) == outcome.codes


def test_evidence_for_other_bytes() -> None:
    """The document that came is not the one that was logged there."""
    clinic, made = evidence()
    outcome = read(pack(made), {clinic.owner.vault_id: "Clinic"}, data=b"Ferritin 42 ug/L\n")
    assert (Result.UNKNOWN, 0) == (outcome.results[Question.ISSUER], outcome.exit)


def test_one_bad_piece_spoils_the_issuer() -> None:
    """All of it has to hold."""
    clinic, made = evidence()
    outcome = read(pack(made), {clinic.owner.vault_id: "Clinic"}, b"nothing")
    assert (Result.UNKNOWN, 0) == (outcome.results[Question.ISSUER], outcome.exit)


def test_evidence_never_rescues_a_bundle() -> None:
    """What is wrong with the bundle stays wrong."""
    clinic, made = evidence()
    owner, reader, draft = onward(pack(made))
    draft.map["docs"][0]["parts"][0]["commit_key"] = bytes(32)
    outcome = reader.read(draft.seal(), contacts={owner.vault_id: "Ana", clinic.owner.vault_id: "Clinic"})
    assert ({"commitment_mismatch"}, 20) == (outcome.codes, outcome.exit)
