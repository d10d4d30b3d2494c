# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.emergency_page: logged first, then written."""

import json
from datetime import date
from pathlib import Path

import pytest

from healthvault.crypto.shares import join_shares, with_share
from healthvault.emergency.card import Wish, split_card
from healthvault.emergency.sealed import open_by_code, open_by_shares
from healthvault.emergency.sheet import EMPTY_SHEET, Section
from healthvault.errors import InvalidRequest
from healthvault.storage.outputs import OutputFile
from healthvault.vault import emergency_page
from healthvault.vault.emergency import edit_sheet
from healthvault.vault.emergency_page import BuiltPage, Lock, build_page
from healthvault.vault.journal_log import log_entries
from tests import vaults
from tests.unit.test_vault_emergency import add
from tests.vaults import NOW_MS, Sample

TODAY = date(2026, 11, 20)
ALL = Wish(stale_after_months=6, sections=tuple(Section))


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """Ana, with an allergy on her sheet."""
    sample = vaults.ana(tmp_path)
    add(sample, "Penicillin")
    return sample


def build(ana: Sample, out: Path, lock: Lock | None = None, wish: Wish = ALL) -> BuiltPage:
    """Build a page."""
    with ana.open(writing=True) as vault:
        return build_page(vault, wish, lock or Lock(), out, today=TODAY, now_ms=NOW_MS)


def newest(ana: Sample) -> tuple[str, str | None, str]:
    """Return kind, id and detail of the newest entry."""
    with ana.open() as vault:
        entry = next(log_entries(vault))
        return entry.kind, entry.id, entry.detail


def test_a_page_in_clear(ana: Sample, tmp_path: Path) -> None:
    """Written for its owner alone, logged with what it speaks of."""
    wish = Wish(stale_after_months=6, sections=(Section.ALLERGY, Section.CONTACT))
    page = build(ana, tmp_path / "card.html", wish=wish)
    assert b"Penicillin" in (tmp_path / "card.html").read_bytes()
    assert 0o600 == (tmp_path / "card.html").stat().st_mode & 0o777
    assert ("emergency", page.card.id, "allergy, contact; protection: none") == newest(ana)
    assert (1, (), None) == (page.qr_codes, page.share_paths, page.code)
    assert () == ana.faults()


def test_a_page_under_a_code(ana: Sample, tmp_path: Path) -> None:
    """The code opens it; neither the code nor the content is on it."""
    page = build(ana, tmp_path / "card.html", Lock(by_code=True))
    data = (tmp_path / "card.html").read_bytes()
    assert page.code is not None
    assert page.card == open_by_code(data, page.code)
    assert b"Penicillin" not in data
    assert page.code.encode() not in data
    assert newest(ana)[2].endswith("protection: code")
    assert page.code not in repr(page)


def test_a_page_under_shares(ana: Sample, tmp_path: Path) -> None:
    """Any two of the three files, with the page."""
    page = build(ana, tmp_path / "card.html", Lock(shares=(2, 3)))
    assert 3 == len(page.share_paths)
    texts = [Path(path).read_text().splitlines() for path in page.share_paths]
    lines = [" ".join(line for line in text if not line.startswith("#")) for text in texts]
    held = with_share(with_share((), lines[2]), lines[0])
    data = (tmp_path / "card.html").read_bytes()
    assert page.card == open_by_shares(data, join_shares(held))
    assert f"begin with the word <b>{lines[0].split()[0]}</b>".encode() in data
    assert newest(ana)[2].endswith("protection: shares, 2 of 3")
    assert [0o600] * 3 == [Path(path).stat().st_mode & 0o777 for path in page.share_paths]


def test_nothing_to_show_is_no_page(ana: Sample, tmp_path: Path) -> None:
    """No sheet, an empty one, or nothing of what was asked for; and nothing is logged."""
    before = newest(ana)
    with pytest.raises(InvalidRequest) as caught:
        build(ana, tmp_path / "card.html", wish=Wish(stale_after_months=6, sections=(Section.IMPLANT,)))
    assert "nothing_to_share" == caught.value.code
    assert before == newest(ana)
    assert not (tmp_path / "card.html").exists()
    other = vaults.lee(tmp_path)
    with pytest.raises(InvalidRequest):
        build(other, tmp_path / "card.html")


@pytest.mark.parametrize("taken", ["card.html", "share-2-of-3.txt"])
def test_a_name_that_is_taken(ana: Sample, tmp_path: Path, taken: str) -> None:
    """Is found out before anything is logged; no other file is left."""
    (tmp_path / taken).write_text("mine")
    before, files = newest(ana), sorted(tmp_path.iterdir())
    with pytest.raises(InvalidRequest) as caught:
        build(ana, tmp_path / "card.html", Lock(shares=(2, 3)))
    assert "unsafe_output" == caught.value.code
    assert (before, files) == (newest(ana), sorted(tmp_path.iterdir()))


def test_a_page_that_cannot_be_written(ana: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves an entry and no page."""

    def full(self: OutputFile, data: bytes) -> None:
        raise InvalidRequest("io_error", "no space left on device")

    monkeypatch.setattr(emergency_page.OutputFile, "write", full)
    with pytest.raises(InvalidRequest):
        build(ana, tmp_path / "card.html")
    assert "emergency" == newest(ana)[0]
    assert [] == list(tmp_path.glob("*.html"))
    assert [] == list(tmp_path.glob(".hv-*"))


def test_without_the_extra_there_is_a_page_all_the_same(
    ana: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says that it has no QR code."""
    monkeypatch.setitem(__import__("sys").modules, "segno", None)
    assert 0 == build(ana, tmp_path / "card.html").qr_codes
    assert 0 == build(ana, tmp_path / "sealed.html", Lock(by_code=True)).qr_codes
    assert b"<svg" not in (tmp_path / "card.html").read_bytes()
    assert b"made without one" in (tmp_path / "card.html").read_bytes()


def test_the_codes_are_the_card(ana: Sample, tmp_path: Path) -> None:
    """What the QR codes hold decodes to what the command prints."""
    page = build(ana, tmp_path / "card.html")
    (text,) = split_card(page.card)
    assert page.card.to_object() == json.loads(text)


def test_an_empty_sheet(ana: Sample, tmp_path: Path) -> None:
    """Everything was taken off it."""
    with ana.open(writing=True) as vault:
        edit_sheet(vault, lambda _: EMPTY_SHEET, today=TODAY, now_ms=NOW_MS)
    with pytest.raises(InvalidRequest):
        build(ana, tmp_path / "card.html")
