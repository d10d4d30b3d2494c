# SPDX-License-Identifier: Apache-2.0
"""Rows 56 to 60 of docs/spec/bad-input.md: documents, sealed parts, time and witnesses."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from healthvault.crypto.hashing import derive
from healthvault.errors import ConsentRefused, FormatError, IntegrityError, NotEstablished
from healthvault.ledger.secrets import commit_key, meta_key
from healthvault.tlog.cosignature import MAX_AHEAD_MS
from healthvault.tlog.note import parse_note
from healthvault.verify.verdicts import Question, Result
from tests.bundles import Draft, Scene, make_bundle, scene
from tests.owners import DAY_MS, NOW_MS, Hooks, Owner, flip
from tests.readers import Outcome
from tests.refusals import assert_accepted, assert_refused


def assert_denied(outcome: Outcome, code: str, kind: type[Exception] = ConsentRefused) -> None:
    """Assert that consent says no; what was seen is remembered all the same."""
    assert_refused(outcome, code, kind, has_pins=True)


def documents_of(start: Scene, **options: bool) -> Draft:
    """Return a bundle of all documents."""
    return make_bundle(start.owner, start.reader, start.docs, [start.grant], **options)


def test_row_56_swapped_documents() -> None:
    """The bytes of one document under another's entry, and the openings with them."""
    start = scene()
    draft = documents_of(start)
    rows = draft.map["docs"]
    rows[0]["seq"], rows[2]["seq"] = rows[2]["seq"], rows[0]["seq"]
    draft.map["docs"] = [rows[2], rows[1], rows[0]]
    names = [name for name, _ in draft.members]
    data = [data for _, data in draft.members]
    draft.members = list(zip(names, [data[3], data[1], data[2], data[0]], strict=True))
    for number, part in enumerate((rows[2]["parts"][0], *rows[1]["parts"], rows[0]["parts"][0]), 1):
        assert names[number - 1].endswith(part["file"])
    assert_refused(start.read(draft.seal()), "commitment_mismatch", IntegrityError)


def test_row_56_openings_of_others() -> None:
    """The opening of another entry, or of another part, opens nothing here."""
    start = scene()
    for opening in (
        commit_key(start.owner.secrets[start.docs[1]], 0),
        commit_key(start.owner.secrets[start.docs[0]], 1),
        meta_key(start.owner.secrets[start.docs[0]]),
        start.owner.secrets[start.docs[0]],
        bytes(32),
    ):
        draft = start.draft()
        draft.map["docs"][0]["parts"][0]["commit_key"] = opening
        assert_refused(start.read(draft.seal()), "commitment_mismatch", IntegrityError)


@pytest.mark.parametrize("data", [b"Ferritin 42 ug/L\n", b"Ferritin 41 ug/L\0", bytes(17)])
def test_row_57_other_bytes(data: bytes) -> None:
    """Of the right size."""
    start = scene()
    draft = start.draft()
    draft.members = [(draft.members[0][0], data)]
    outcome = start.read(draft.seal())
    assert_refused(outcome, "commitment_mismatch", IntegrityError)
    assert [data] == outcome.taken  # the sink saw it, and may not release it


@pytest.mark.parametrize("data", [b"", b"Ferritin 41 ug/L", b"Ferritin 41 ug/L\n\0", b"Ferritin 41 ug/L\n" * 100])
def test_row_57_other_sizes(data: bytes) -> None:
    """Even where row and member agree; where they do not, the container is not the manifest's."""
    start = scene()
    draft = start.draft()
    draft.members = [(draft.members[0][0], data)]
    assert_refused(start.read(draft.seal()), "bad_container", FormatError)
    draft.map["docs"][0]["parts"][0]["size"] = len(data)
    assert_refused(start.read(draft.seal()), "commitment_mismatch", IntegrityError)


def test_row_57_a_sealed_size() -> None:
    """The sealed size of a part is the row's."""
    start = scene()
    hooks = Hooks(sealed=lambda item: {**item, "parts": [{**item["parts"][0], "size": 16}]})
    start.docs = [start.owner.add(b"seventeen bytes !", hooks=hooks)]
    start.grant = start.owner.grant([start.reader.party], start.docs)
    assert_accepted(start.read(start.draft().seal()))
    outcome = start.read(start.draft(has_meta=True).seal())
    assert_refused(outcome, "commitment_mismatch", IntegrityError)


def test_row_58_a_sealed_part_that_was_moved() -> None:
    """It opens in its own entry only, though its key is right."""
    start = scene()
    taken: list[bytes] = []
    first = start.owner.grant([start.reader.party], start.docs, Hooks(enc=lambda enc: taken.append(enc) or enc))
    second = start.owner.grant([start.reader.party], start.docs, Hooks(enc=lambda _: taken[0]))
    start.grant = second
    draft = start.draft()
    draft.map["grants"][0]["meta"] = meta_key(start.owner.secrets[first])
    assert_denied(start.read(draft.seal()), "tampered", IntegrityError)


@pytest.mark.parametrize(
    "plain",
    [
        lambda plain: plain[:-1] + b"\1",
        lambda plain: plain + bytes(256),
        lambda plain: plain[:-1],
        lambda plain: plain.rstrip(b"\0")[:-1] + bytes(256),
        lambda _: bytes(256),
        lambda _: b"",
    ],
)
def test_row_58_padding(plain: Callable[[bytes], bytes]) -> None:
    """One form only, in grants and in disclosed documents."""
    start = scene()
    start.grant = start.owner.grant([start.reader.party], start.docs, Hooks(plain=plain))
    assert_denied(start.read(start.draft().seal()), "tampered", FormatError)
    start = scene()
    start.docs = [start.owner.add(b"x", hooks=Hooks(plain=plain))]
    start.grant = start.owner.grant([start.reader.party], start.docs)
    assert_refused(start.read(start.draft(has_meta=True).seal()), "tampered", FormatError)


def test_row_58_ciphertext() -> None:
    """Any byte of nonce, ciphertext and tag; and one that is too short."""
    for change in (
        lambda enc: flip(enc, 32),
        lambda enc: flip(enc, 100),
        flip,
        lambda enc: enc[:40],
        lambda enc: enc[:-1],
        lambda enc: enc + b"\0",
    ):
        start = scene()
        start.grant = start.owner.grant([start.reader.party], start.docs, Hooks(enc=change))
        assert_denied(start.read(start.draft().seal()), "tampered", IntegrityError)


def test_row_59_a_tip_in_the_future() -> None:
    """More than ten minutes ahead of the clock: nothing is known of the time."""
    start = scene()
    start.owner.clock_ms = NOW_MS + 600_000
    outcome = start.read(start.draft().seal())
    assert_denied(outcome, "time_unknown", NotEstablished)
    assert {"time_unknown"} == outcome.codes_of(Question.TIME)
    start = scene()
    start.owner.clock_ms = NOW_MS + 599_000
    assert_accepted(start.read(start.draft().seal()))


def test_row_59_times_that_decrease() -> None:
    """Shown perhaps, never judged."""
    start = scene()
    start.owner.clock_ms += DAY_MS
    start.docs.append(start.owner.add(b"x"))
    start.owner.clock_ms -= DAY_MS
    assert_accepted(start.read(start.draft().seal()))


def witnessed(start: Scene, note: bytes, clinic: Owner) -> Outcome:
    """Verify a bundle with a witnessed note, as somebody who trusts the clinic."""
    return start.read(start.draft(marks=[3], witnessed=[note]).seal(), witnesses=(clinic.witness,))


def test_row_60_cosignatures_that_do_not_count() -> None:
    """By the vault's own key, from the future, with a wrong id, by a stranger: passed over, no error."""
    start, clinic = scene(), Owner("Clinic")
    own = start.read(
        start.draft(marks=[3], witnessed=[start.owner.cosigned(start.owner, 3)]).seal(),
        witnesses=(start.owner.witness,),
    )
    assert (set(), Result.UNKNOWN) == (own.codes, own.results[Question.WITNESSES])
    ahead = NOW_MS + MAX_AHEAD_MS
    note = parse_note(start.owner.cosigned(clinic, 3))
    line = note.signatures[1]
    wrong_id = replace(note, signatures=(note.signatures[0], replace(line, key_id=flip(line.key_id))))
    for raw in (
        start.owner.cosigned(clinic, 3, ahead + 1000),
        start.owner.cosigned(clinic, 3, 2**63 * 1000),
        wrong_id.to_bytes(),
        start.owner.cosigned(Owner(), 3),
        start.owner.note(3),
    ):
        outcome = witnessed(start, raw, clinic)
        assert (set(), Result.UNKNOWN) == (outcome.codes, outcome.results[Question.WITNESSES])
    counted = witnessed(start, start.owner.cosigned(clinic, 3, ahead), clinic)
    assert (set(), Result.PASS) == (counted.codes, counted.results[Question.WITNESSES])


def test_row_60_the_same_witness_twice() -> None:
    """In one note: one key is one witness."""
    start, clinic = scene(), Owner("Clinic")
    note = parse_note(start.owner.cosigned(clinic, 3))
    twice = note.with_signature(note.signatures[1]).to_bytes()
    outcome = witnessed(start, twice, clinic)
    said = outcome.details[Question.WITNESSES]
    assert "1 witness that you know saw this history, as far as its first 3 entries" == said


def test_row_60_a_cosignature_that_does_not_hold() -> None:
    """By a witness whom the reader trusts: somebody forged it, and the file is refused."""
    start, clinic = scene(), Owner("Clinic")
    note = parse_note(start.owner.cosigned(clinic, 3))
    line = replace(note.signatures[1], signature=flip(note.signatures[1].signature))
    outcome = witnessed(start, replace(note, signatures=(note.signatures[0], line)).to_bytes(), clinic)
    assert_refused(outcome, "bad_signature", IntegrityError)
    assert {"bad_signature"} == outcome.codes_of(Question.WITNESSES)


def test_the_keys_that_are_used_here() -> None:
    """The metadata key is derived; nobody gets the secret itself."""
    start = scene()
    draft = start.draft(has_meta=True)
    plain = draft.container()
    for secret in start.owner.secrets:
        assert secret not in plain
    assert derive(start.owner.secrets[start.docs[0]], "meta") == draft.map["docs"][0]["meta"]
