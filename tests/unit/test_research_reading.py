# SPDX-License-Identifier: Apache-2.0
"""What a researcher is told: six answers, each for itself."""

from datetime import date

import pytest
from studies import DIABETES, FERRITIN, codes, exported, ferritin, study, told

from healthvault.areas.research_studies import _notice
from healthvault.codec import pack
from healthvault.errors import FormatError
from healthvault.research.duo import parse_duo
from healthvault.research.export import Terms, parse_export, plaintext, sign_export
from healthvault.research.reading import Beside, Question, Reading, read_export
from healthvault.research.study import Study
from healthvault.tlog.slice import build_slice
from healthvault.tlog.tree import MemoryTree, leaf_hash

FIRST, MAY = exported(study(), FERRITIN)
SECOND, JUNE = exported(FIRST, FERRITIN, DIABETES)
OTHER, THEIRS = exported(study("NCT2", b"\2" * 32), FERRITIN)


def answer(reading: Reading, question: Question) -> bool | None:
    """Return one answer."""
    (found,) = [each for each in reading.answers if each.question is question]
    return found.is_so


def test_what_holds() -> None:
    """Three questions are answered by the file alone, and the terms; the others need something beside it."""
    reading = told(MAY)
    assert [] == codes(reading)
    assert [True, True, True, None, True, None] == [each.is_so for each in reading.answers]
    assert reading.export is not None
    assert FIRST.keys.pseudonym == reading.export.pseudonym


def test_a_later_export_continues_an_earlier() -> None:
    """By its marks, in one direction; the same size is the same log."""
    assert answer(told(JUNE, earlier=(MAY,)), Question.CONSISTENCY) is True
    assert answer(told(JUNE, earlier=(JUNE, MAY)), Question.CONSISTENCY) is True
    assert ["rollback"] == codes(told(MAY, earlier=(JUNE,)))


def test_another_pseudonym_is_not_connected() -> None:
    """Nor the same name of a study under another key: whoever forges an export has no other one to show."""
    assert ["unconnected"] == codes(told(JUNE, earlier=(THEIRS,)))
    forger, forged = exported(study("NCT1", b"\3" * 32), FERRITIN)
    assert [] == codes(told(forged))
    assert ["unconnected"] == codes(told(forged, earlier=(MAY,)))
    assert forger.keys.pseudonym != FIRST.keys.pseudonym


def test_a_fork_is_told() -> None:
    """Two logs of one size, and one that was begun anew."""
    _, apart = exported(study(), DIABETES)
    assert ["fork"] == codes(told(apart, earlier=(MAY,)))
    begun, _ = exported(study(), DIABETES)
    _, later = exported(begun, DIABETES, ferritin("2026-05-01"))
    assert ["fork"] == codes(told(later, earlier=(MAY,)))


def test_an_export_that_hides_where_it_comes_from() -> None:
    """It names no older size, so nothing shows how it continues one."""
    both = Study(name="NCT1", secret=b"\1" * 32, ids=SECOND.ids, commits=SECOND.commits)
    _, silent = exported(both, FERRITIN, DIABETES)
    assert ["no_consistency"] == codes(told(silent, earlier=(MAY,)))


def test_an_earlier_file_that_is_broken() -> None:
    """Is what is wrong."""
    assert ["not_research"] == codes(told(JUNE, earlier=(b"",)))


def test_terms_end() -> None:
    """With their last day, or that of a time limit."""
    assert [] == codes(told(MAY, today=date(2027, 11, 20)))
    assert ["grant_expired"] == codes(told(MAY, today=date(2027, 11, 21)))
    terms = Terms(duo=(parse_duo("HMB"), parse_duo("TS:2026-12-31")), until="2027-11-20")
    _, plain = exported(study(), FERRITIN, terms=terms)
    assert ["grant_expired"] == codes(told(plain, today=date(2027, 1, 1)))


def test_a_withdrawal_counts_whatever_the_size() -> None:
    """It holds for what was exported before; and what is said does not promise what nobody can do."""
    notice = _notice(SECOND, 1_795_219_200_000)
    for plain in (MAY, JUNE):
        reading = told(plain, notices=(notice,))
        assert ["study_withdrawn"] == codes(reading)
        assert reading.withdrawn is not None
        assert "cannot be recalled" in (reading.problems[0].hint or "")
        assert reading.export is not None


@pytest.mark.parametrize("place", range(0, 60, 3))
def test_a_changed_notice_counts_for_nothing(place: int) -> None:
    """Whichever byte it is."""
    notice = bytearray(_notice(FIRST, 1_795_219_200_000))
    notice[-1 - place * len(notice) // 60] ^= 1
    reading = told(MAY, notices=(bytes(notice),))
    assert {"bad_signature", "bad_note"} >= set(codes(reading))
    assert reading.problems
    assert reading.withdrawn is None


def test_the_notice_of_another_study_is_refused() -> None:
    """Of another person, of another study, and of another log."""
    assert ["bad_signature"] == codes(told(MAY, notices=(_notice(OTHER, 1),)))
    renamed = Study(name="NCT9", secret=FIRST.secret, ids=FIRST.ids, commits=FIRST.commits)
    assert ["bad_signature"] == codes(told(MAY, notices=(_notice(renamed, 1),)))
    begun, _ = exported(study(), DIABETES)
    assert ["fork"] == codes(told(MAY, notices=(_notice(begun, 1),)))


def test_records_of_one_export_in_another() -> None:
    """A leaf that the slice does not have; records in another order; a manifest of another study."""
    found = parse_export(JUNE)
    swapped = _put_together(found.signed, found.signature, [*reversed(found.records)])
    assert ["bad_proof"] == codes(told(swapped))
    other = parse_export(THEIRS)
    assert ["bad_signature"] == codes(told(_put_together(found.signed, other.signature, [*found.records])))


def test_a_slice_that_does_not_lead_to_the_signed_root() -> None:
    """Although the manifest is signed by the right key: the owner's own mistake, or a key in other hands."""
    found = parse_export(JUNE)
    manifest = found.manifest
    longer = build_slice(MemoryTree([leaf_hash(b"x")] * 3), 3, (0, 1), ())
    key = SECOND.keys.sign
    object.__setattr__(manifest, "slice", longer)
    assert ["bad_proof"] == codes(told(sign_export(manifest, found.records, key)))
    object.__setattr__(manifest, "note", OTHER_NOTE)
    assert ["bad_note"] == codes(told(sign_export(manifest, found.records, key)))


def test_a_file_that_does_not_open() -> None:
    """What is wrong around it is the answer to the first question, and the others are not reached."""

    def broken() -> bytes:
        raise FormatError("truncated", "cut")

    reading = read_export(broken, Beside(), today=date(2026, 1, 1))
    assert ["truncated"] == codes(reading)
    assert [False, *[None] * 5] == [each.is_so for each in reading.answers]


def _put_together(signed: bytes, signature: bytes, records: list) -> bytes:  # type: ignore[type-arg]
    rows = [[one.salt, one.raw] for one in records]
    return plaintext(pack({"v": 1, "manifest": signed, "sig": signature, "records": rows}))


OTHER_NOTE = parse_export(THEIRS).manifest.note
