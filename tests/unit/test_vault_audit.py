# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.audit; every byte of a vault is tried in tests/damage/test_every_byte.py."""

from collections.abc import Callable
from pathlib import Path

import pytest

from healthvault.errors import InvalidRequest, VaultDamaged, VaultNotFound, WrongKey
from healthvault.storage.lock import WriterLock
from healthvault.storage.slots import SlotKind
from healthvault.vault.audit import AuditOptions, Findings, check_vault
from healthvault.vault.unlock import Secret
from healthvault.vault.vault import Place
from tests import vaults
from tests.vaults import Sample

PLAIN = AuditOptions()


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """A vault with two documents."""
    ana = vaults.ana(tmp_path)
    ana.add(b"one", b"two")
    return ana


def test_a_good_vault(ana: Sample) -> None:
    """Everything was looked at, nothing found, nothing changed."""
    before = vaults.snapshot(ana.place.root)
    for options in (PLAIN, AuditOptions(deep=True), AuditOptions(head_only=True)):
        report = check_vault(ana.place, ana.secret, options)
        assert ((), 3, 2, 2 * 4128) == (report.findings, report.entries, report.documents, report.stored_bytes)
        assert report.is_clean
    assert before == vaults.snapshot(ana.place.root)


def test_a_locked_vault(ana: Sample) -> None:
    """Without a secret signatures, links, tree and objects are looked at; how many documents stays unknown."""
    report = check_vault(ana.place, None, AuditOptions(deep=True))
    assert ((), 3, None, 2 * 4128) == (report.findings, report.entries, report.documents, report.stored_bytes)
    with vaults.flipped(ana.paths.pack(1), 5000):
        report = check_vault(ana.place, None, PLAIN)
    assert ["objects/0/1.pack entry 2 object 0"] == [finding.where for finding in report.findings]


def test_what_cannot_be_audited(ana: Sample, tmp_path: Path) -> None:
    """No vault, another version and a wrong secret end it at once."""
    with pytest.raises(VaultNotFound):
        check_vault(Place(root=tmp_path / "none", state_dir=tmp_path / "state"), None, PLAIN)
    with pytest.raises(WrongKey):
        check_vault(ana.place, Secret(kind=SlotKind.PASSPHRASE, value=b"wrong"), PLAIN)
    ana.paths.version.write_bytes(b"healthvault 9\n")
    with pytest.raises(InvalidRequest) as caught:
        check_vault(ana.place, ana.secret, PLAIN)
    assert "unsupported" == caught.value.code


def test_everything_is_found_at_once(ana: Sample) -> None:
    """The audit goes on after each finding, and names each place."""
    change(ana.paths.pack(1), 100)
    change(ana.paths.pack(1), 5000)
    change(ana.paths.keys(0), 64 + 80 + 20)
    with vaults.flipped(ana.paths.segment(0), 940):
        report = ana.check()
    found = [(finding.where, finding.code) for finding in report.findings if finding.severity == "error"]
    assert not report.is_clean
    assert {
        ("keys/0.ks entry 1", "vault_damaged"),
        ("objects/0/1.pack entry 1 object 0", "vault_damaged"),
        ("objects/0/1.pack entry 2 object 0", "vault_damaged"),
        ("journal", "vault_damaged"),
    } <= set(found)


def change(path: Path, offset: int) -> None:
    """Change one byte for good."""
    content = bytearray(path.read_bytes())
    content[offset] ^= 1
    path.write_bytes(content)


def no_checkpoint(ana: Sample) -> None:
    """Remove the checkpoint."""
    ana.paths.checkpoint.unlink()


def empty_checkpoint(ana: Sample) -> None:
    """Empty it."""
    ana.paths.checkpoint.write_bytes(b"")


def no_journal(ana: Sample) -> None:
    """Remove the journal."""
    ana.paths.segment(0).unlink()


def empty_journal(ana: Sample) -> None:
    """Empty it."""
    ana.paths.segment(0).write_bytes(b"")


def no_keyring(ana: Sample) -> None:
    """Remove the keyring."""
    ana.paths.keyring.unlink()


def no_keystore(ana: Sample) -> None:
    """Remove the keystore."""
    ana.paths.keys(0).unlink()


def no_pack(ana: Sample) -> None:
    """Remove the objects."""
    ana.paths.pack(1).unlink()


def no_objects(ana: Sample) -> None:
    """Put a link in the place of their folder."""
    ana.paths.objects.rename(ana.paths.root / "tmp" / "orphans" / "objects")
    ana.paths.objects.symlink_to(ana.paths.root / "tmp" / "orphans" / "objects")


def bad_pins(ana: Sample) -> None:
    """Put something else in the place of the pins."""
    ana.paths.pins.write_bytes(b"x" * 5000)


@pytest.mark.parametrize(
    ("damage", "where"),
    [
        (no_checkpoint, "checkpoint"),
        (empty_checkpoint, "checkpoint"),
        (no_journal, "journal/00000000.seg entries 0-2"),
        (empty_journal, "journal/00000000.seg entries 0-2"),
        (no_keyring, "keyring"),
        (no_keystore, "keys/0.ks"),
        (no_pack, "objects/0/1.pack entry 1 object 0"),
        (no_objects, "objects"),
        (bad_pins, "pins"),
    ],
)
def test_what_is_missing(ana: Sample, damage: Callable[[Sample], None], where: str) -> None:
    """A part that is not there, or empty, is named; it is never taken for a vault that holds little."""
    damage(ana)
    report = ana.check()
    assert where in [finding.where for finding in report.findings if finding.severity == "error"]


def test_strangers(ana: Sample) -> None:
    """What a sync program left beside the files is mentioned; it is no error."""
    (ana.place.root / "keyring (conflicted copy)").touch()
    (ana.place.root / ".DS_Store").touch()
    report = ana.check()
    assert {"keyring (conflicted copy)", ".DS_Store"} == {finding.where for finding in report.findings}
    assert {("warning", "stranger")} == {(finding.severity, finding.code) for finding in report.findings}
    assert report.is_clean


def test_unfinished_commands(ana: Sample) -> None:
    """Entries beyond the checkpoint are mentioned, and are not counted."""
    before = {path: path.read_bytes() for path in (ana.paths.checkpoint, ana.pin)}
    ana.add(b"three")
    for path, content in before.items():
        path.write_bytes(content)
    report = ana.check()
    assert [("warning", "journal/00000000.seg", "unfinished"), ("warning", "objects/0/3.pack", "unfinished")] == [
        (finding.severity, finding.where, finding.code) for finding in report.findings
    ]
    assert (3, True) == (report.entries, report.is_clean)


def test_a_stale_cache(ana: Sample) -> None:
    """A tree cache that is out of date is mentioned, and not an error."""
    for path in ana.paths.tree.iterdir():
        path.write_bytes(b"")
    report = ana.check()
    assert [("warning", f"tree/{name}", "cache_stale") for name in ("0", "events", "offsets")] == [
        (finding.severity, finding.where, finding.code) for finding in report.findings
    ]


def test_beside_a_writer(ana: Sample) -> None:
    """An audit takes no lock."""
    with WriterLock(ana.paths.lock):
        assert () == ana.check().findings


def test_the_observer(ana: Sample) -> None:
    """It is told of the objects of each entry, with their size."""
    told: list[tuple[int, str]] = []

    class Watching:
        """Remembers what it is told."""

        def advance(self, amount_bytes: int, label: str) -> None:
            """Remember it."""
            told.append((amount_bytes, label))

    check_vault(ana.place, ana.secret, PLAIN, observer=Watching())
    assert [(4128, "entry 1"), (4128, "entry 2")] == told


def test_attempts() -> None:
    """A fault of the vault becomes a finding; one of the request does not."""
    findings = Findings()

    def fail(error: Exception) -> None:
        raise error

    assert 5 == findings.attempt("x", lambda: 5)
    for code in ("vault_damaged", "vault_forked"):
        findings.attempt("x", lambda code=code: fail(VaultDamaged(code, "m")))  # type: ignore[misc]
    findings.attempt("y", lambda: fail(InvalidRequest("io_error", "m")))
    assert [("x", "vault_damaged"), ("x", "vault_forked"), ("y", "io_error")] == [
        (finding.where, finding.code) for finding in findings.found
    ]
    with pytest.raises(InvalidRequest):
        findings.attempt("z", lambda: fail(InvalidRequest("unsupported", "m")))
