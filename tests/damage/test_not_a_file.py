# SPDX-License-Identifier: Apache-2.0
"""Something else in the place of a vault's file: a link, a second name, a folder, a pipe.

Nothing is written through it, the audit names it and goes on to its end, and every document that does without it
is read.
"""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from healthvault.errors import HealthVaultError, VaultDamaged
from healthvault.storage.inputs import InputFile
from healthvault.vault.audit import AuditOptions, check_vault
from healthvault.vault.read import document_bytes, list_documents
from healthvault.vault.receive import verify_file
from tests import vaults
from tests.vaults import EVERYTHING, NOW_MS, Sample

CONTENTS = (b"one", b"two", b"three")
NEEDED = {"keyring", "journal/00000000.seg", "keys/0.ks"}
"""Without one of these nothing can be read; without a pack all but its own document."""


def link(path: Path, aside: Path) -> None:
    """A link to the file that was there."""
    path.rename(aside)
    path.symlink_to(aside)


def second_name(path: Path, aside: Path) -> None:
    """The file itself, which has another name too."""
    aside.hardlink_to(path)


def folder(path: Path, aside: Path) -> None:
    """A folder."""
    path.rename(aside)
    path.mkdir(mode=0o700)


def pipe(path: Path, aside: Path) -> None:
    """A pipe, which must not make anybody wait."""
    path.rename(aside)
    os.mkfifo(path, 0o600)


@pytest.fixture(name="ana")
def _ana(tmp_path: Path) -> Sample:
    """Ana with three documents in packs of their own, and pins."""
    ana, lee = vaults.pair(tmp_path)
    for content in CONTENTS:
        ana.add(content)
    lee.share(tmp_path / "lee.hvb", lee.add(b"letter"), to=("Ana",))
    with ana.open() as vault:
        verify_file(vault, ana.place, InputFile(name="", path=tmp_path / "lee.hvb"), vaults.PLAIN, now_ms=NOW_MS)
    assert () == ana.faults()
    return ana


def readable(ana: Sample) -> set[bytes]:
    """Return the contents that can be read."""
    found: set[bytes] = set()
    with contextlib.suppress(HealthVaultError), ana.open() as vault:
        for item in list_documents(vault, EVERYTHING):
            with contextlib.suppress(VaultDamaged):
                found.add(document_bytes(vault, item))
    return found


@pytest.mark.parametrize("replace", [link, second_name, folder, pipe])
def test_it_is_named_and_nothing_goes_through_it(
    ana: Sample, tmp_path: Path, replace: Callable[[Path, Path], None]
) -> None:
    """For every file of the vault."""
    packs = {
        f"objects/0/{item.entry}.pack": data for item, data in zip(ana.documents()[::-1], CONTENTS, strict=True)
    }
    for number, (name, content) in enumerate(sorted(vaults.snapshot(ana.place.root).items())):
        (tmp_path / f"{number}").mkdir()
        copy = vaults.copy_vault(ana, tmp_path / f"{number}/ana", tmp_path / f"{number}/state")
        aside = tmp_path / f"{number}/aside"
        replace(copy.place.root / name, aside)
        report = check_vault(copy.place, copy.secret, AuditOptions(deep=True))
        named = [item for item in report.findings if item.where.split(" ")[0] == name]
        assert named, name
        assert name.startswith("tree/") <= named[0].hint.startswith("remove it")
        left = set() if name in NEEDED else set(CONTENTS) - {packs.get(name, b"")}
        assert left == readable(copy), name
        with contextlib.suppress(HealthVaultError):
            copy.add(b"one more")
        assert content == aside.read_bytes(), name
