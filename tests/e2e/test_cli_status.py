# SPDX-License-Identifier: Apache-2.0
"""Revoked, and known to be so: status files, proofs and anchors over the installed `hv`, between people."""

from collections.abc import Callable
from pathlib import Path

import pytest
from people import Person

from tests.authority import needs_openssl, new_authority

Shift = Callable[[float], dict[str, str]]
SHIFT = """
import os, time
_now = time.time_ns
time.time_ns = lambda: _now() + int(os.environ["CLOCK_SHIFT_NS"])
"""
VISIT = ("--to", "Dr Lee", "--until", "30d", "--yes")


@pytest.fixture
def lee_knows(ana: Person, lee: Person) -> Person:
    """Dr Lee, who pinned Ana and got a bundle from her."""
    lee.hv("contact", "add", "Ana", ana.home / "own.hvcard", "--yes")
    ana.hv("share", *ana.ids()[:2], *VISIT, "-o", lee.home / "visit.hvb")
    return lee


@pytest.fixture
def at(tmp_path: Path) -> Shift:
    """Give the variables by which a command sees the clock so many days ahead, or behind."""
    folder = tmp_path / "clock"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(SHIFT)
    return lambda days: {"PYTHONPATH": str(folder), "CLOCK_SHIFT_NS": str(int(days * 86_400 * 10**9))}


def grant_of(ana: Person) -> str:
    """Return the id of the newest grant."""
    return ana.hv("grants", "--json").objects[0]["id"]


def test_revoked_and_known_to_be(ana: Person, lee_knows: Person) -> None:
    """The old bundle with a newer status file reads revoked, and from then on without it too."""
    lee, grant = lee_knows, grant_of(ana)
    first = lee.hv("verify", "visit.hvb", "--json").object
    assert ("active", first["checkpoint"]["size"] - 1) == (
        first["grant"]["status"],
        first["grant"]["status_entry"],
    )
    assert first["checkpoint"]["time"] == first["grant"]["status_as_of"]
    done = ana.hv("revoke", grant)
    assert "stays readable by its holder" in done.err
    assert f"hv status-proof {grant[:10]} -o FILE" in done.err
    refused = ana.hv("share", "--grant", grant, "--yes", "-o", "again.hvb", "--json", exit=22)
    assert "grant_revoked" == refused.error["code"]
    assert not (ana.home / "again.hvb").exists()
    made = ana.hv("status-proof", grant, "-o", lee.home / "new.hvs", "--json").object
    assert ("proof", "status", "revoked", "Dr Lee", grant) == (
        made["type"],
        made["kind"],
        made["status"],
        made["reader"],
        made["grant"],
    )
    lee.hv("verify", "visit.hvb")
    shown = lee.hv("verify", "visit.hvb", "--status", "new.hvs", "--json", exit=22).object
    assert (["grant_revoked"], "revoked") == (shown["codes"], shown["grant"]["status"])
    (file,) = shown["status_files"]
    assert (True, "new.hvs", "revoked") == (file["counts"], file["file"], file["status"])
    later = lee.hv("verify", "visit.hvb", "--json", exit=22).object
    assert (["grant_revoked"], "revoked") == (later["codes"], later["grant"]["status"])
    assert "status_files" not in later
    assert "had ended by" in lee.hv("verify", "visit.hvb", exit=22).out
    lee.hv("open", "visit.hvb", "-o", "out", exit=22)
    ana.hv("check")


def test_a_status_file_alone(ana: Person, lee_knows: Person) -> None:
    """It says what it is and what it shows; before its bundle was verified, nothing is known of its grant."""
    lee, grant = lee_knows, grant_of(ana)
    ana.hv("status-proof", grant, "-o", lee.home / "one.hvs")
    early = lee.hv("verify", "one.hvs", "--json", exit=21).object
    assert ("status", ["unknown_grant"], None) == (early["kind"], early["codes"], early["bundle"])
    lee.hv("verify", "visit.hvb")
    shown = lee.hv("verify", "one.hvs", "--json").object
    assert ("status", "active", True) == (
        shown["kind"],
        shown["status_files"][0]["status"],
        shown["status_files"][0]["counts"],
    )
    text = lee.hv("verify", "one.hvs").out
    assert "a later revocation cannot be known from this file" in text
    lee.hv("open", "one.hvs", "-o", "out", exit=20)
    lee.hv("import", "one.hvs", exit=20)
    ana.hv("revoke", grant)
    ana.hv("status-proof", grant, "--to", "Dr Lee", "-o", lee.home / "two.hvs")
    assert ["grant_revoked"] == lee.hv("verify", "two.hvs", "--json", exit=22).object["codes"]
    lee.hv("verify", "visit.hvb", exit=22)
    ignored = lee.hv("verify", "visit.hvb", "--status", "one.hvs", "--json", exit=22).object
    assert (False, ["grant_revoked"]) == (ignored["status_files"][0]["counts"], ignored["codes"])


def test_an_old_bundle_alone_is_never_valid_now(lee_knows: Person, at: Shift) -> None:
    """It says as of when; who wants it newer gets 21 and what to ask for."""
    text = lee_knows.hv("verify", "visit.hvb").out
    assert "active as of entry" in text
    assert "today by the owner's clock; a later revocation cannot be known from this file" in text
    assert "valid" not in text.lower()
    old = lee_knows.hv("verify", "visit.hvb", "--max-age", "20d", "--json", exit=21, **at(25)).object
    assert (["stale"], "active") == (old["codes"], old["grant"]["status"])
    assert "25 days ago" in next(row["detail"] for row in old["verdicts"] if row["name"] == "grant")
    assert "hv status-proof" in lee_knows.hv("verify", "visit.hvb", "--max-age", "5d", exit=21, **at(8)).out


def test_a_clock_that_is_set_back_opens_nothing(ana: Person, lee_knows: Person, at: Shift) -> None:
    """A revoked grant stays so whatever the clock says; an expired one as long as the journal knows better."""
    first, second = grant_of(ana), ana.hv("grant", ana.ids()[0], *VISIT, "--json").object["id"]
    ana.hv("revoke", first)
    for days, options in ((-0.9, ()), (-40, ("--clock-ok",))):
        asked = ("share", "--grant", first, "--yes", "-o", "x.hvb", "--json", *options)
        assert "grant_revoked" == ana.hv(*asked, exit=22, **at(days)).error["code"]
    (ana.home / "later.txt").write_text("later")
    ana.hv("add", "later.txt", **at(30.9))
    for days in (30.5, 29.95):
        asked = ("share", "--grant", second, "--yes", "-o", "x.hvb", "--json")
        assert "grant_expired" == ana.hv(*asked, exit=22, **at(days)).error["code"]
    assert not (ana.home / "x.hvb").exists()


def test_another_file_in_its_place(ana: Person, lee_knows: Person) -> None:
    """A file that is none, of another grant, or changed: never read as proof."""
    lee = lee_knows
    ana.hv("share", ana.ids()[2], *VISIT, "-o", lee.home / "other.hvb")
    ana.hv("status-proof", grant_of(ana), "-o", lee.home / "other.hvs")
    shown = lee.hv("verify", "visit.hvb", "--status", "other.hvs", "--json").object
    (file,) = shown["status_files"]
    assert (False, True) == (file["counts"], "another grant" in file["detail"])
    broken = bytearray((lee.home / "other.hvs").read_bytes())
    broken[-1] ^= 1
    (lee.home / "broken.hvs").write_bytes(broken)
    shown = lee.hv("verify", "other.hvb", "--status", "broken.hvs", "--json", exit=20).object
    assert ["tampered"] == shown["codes"]
    assert "it is no status file" in lee.hv("verify", "other.hvb", "--status", "visit.hvb", exit=20).out
    lee.hv("verify", "visit.hvb", "--status", "missing", exit=3)


def test_for_a_code(ana: Person, nobody: Person) -> None:
    """Whoever has the code of the bundle opens the status file with it; the owner types it once more."""
    code = ana.hv("share", "--tag", "2026", "--code", "--yes", "-o", nobody.home / "a.hvb", "--json").object[
        "code"
    ]
    (nobody.home / "code").write_text(code + "\n")
    grant = grant_of(ana)
    ana.hv("revoke", grant)
    assert "no_terminal" == ana.hv("status-proof", grant, "-o", "x.hvs", "--json", exit=4).error["code"]
    (ana.home / "wrong").write_text("one two three\n")
    asked = ("status-proof", grant, "-o", nobody.home / "a.hvs", "--json", "--code-file")
    assert "bad_code" == ana.hv(*asked, "wrong", exit=1).error["code"]
    assert "whoever has the code" == ana.hv(*asked, nobody.home / "code").object["reader"]
    shown = nobody.hv("verify", "a.hvb", "--status", "a.hvs", "--code-file", "code", "--json", exit=22).object
    assert {"unknown_signer", "grant_revoked"} == set(shown["codes"])


def test_wrong_wishes(ana: Person, lee_knows: Person) -> None:
    """What is refused, and how."""
    grant = grant_of(ana)
    assert "not_grantee" == ana.hv("status-proof", grant, "--to", "Bo", "-o", "x", "--json", exit=22).error["code"]
    assert "not_found" == ana.hv("status-proof", "g_2222", "-o", "x", "--json", exit=5).error["code"]
    assert "unsafe_output" == ana.hv("status-proof", grant, "-o", "note.txt", "--json", exit=1).error["code"]
    assert (
        "bad_size" == ana.hv("prove", "--from", "999", "--to", "Dr Lee", "-o", "x", "--json", exit=1).error["code"]
    )
    for arguments in (
        ("prove", "-o", "x"),
        ("prove", ana.ids()[0], "--from", "3", "-o", "x"),
        ("prove", ana.ids()[0], "--to", "Dr Lee", "-o", "x"),
        ("prove", "--from", "3", "-o", "x"),
        ("prove", "--from", "0", "--to", "Dr Lee", "-o", "x"),
        ("anchor", "--import", "x"),
        ("anchor", "--request", "x", "--import", "y", "--root", "z"),
    ):
        ana.hv(*arguments, exit=2)
    assert not (ana.home / "x").exists()


def test_proofs(ana: Person, lee_knows: Person) -> None:
    """For a reader, and for other tools."""
    lee = lee_knows
    size = lee.hv("verify", "visit.hvb", "--json").object["checkpoint"]["size"]
    made = ana.hv("prove", "--from", size, "--to", "Dr Lee", "-o", lee.home / "lee.hvp", "--json").object
    assert ("proof", size) == (made["kind"], made["since"])
    shown = lee.hv("verify", "lee.hvp", "--json").object
    assert ("proof", made["checkpoint"]["size"]) == (shown["kind"], shown["checkpoint"]["size"])
    assert "extends the" in next(row["detail"] for row in shown["verdicts"] if row["name"] == "consistency")
    text = ana.hv("prove", ana.ids()[0], "-o", "a.tlog-proof", "--json").object
    assert (1, "inclusion") == (text["entry"], text["kind"])
    assert (ana.home / "a.tlog-proof").read_bytes().startswith(b"c2sp.org/tlog-proof@v1\nindex 1\n")


@needs_openssl
def test_an_anchor(ana: Person, tmp_path: Path) -> None:
    """Files in, files out: a request, the authority's response, the list."""
    authority = new_authority(tmp_path / "tsa")
    assert [] == ana.hv("anchor", "--json").objects
    asked = ana.hv("anchor", "--request", "now.tsq", "--json").object
    (ana.home / "now.tsr").write_bytes(authority.stamp((ana.home / "now.tsq").read_bytes()))
    made = ana.hv("anchor", "--import", "now.tsr", "--root", authority.root, "--json").object
    assert (asked["size"], asked["root"]) == (made["size"], made["root"])
    assert [made] == ana.hv("anchor", "--json").objects
    other = new_authority(tmp_path / "other")
    refused = ana.hv("anchor", "--import", "now.tsr", "--root", other.root, "--json", exit=20)
    assert "bad_timestamp" == refused.error["code"]
    assert "extra_missing" not in refused.err
    ana.hv("check")
    assert "anchor" == ana.hv("log", "--json").objects[0]["kind"]
