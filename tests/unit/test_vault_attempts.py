# SPDX-License-Identifier: Apache-2.0
"""Failed attempts to unlock a vault: what counts as one, and that nothing depends on the count."""

from pathlib import Path

import pytest

from healthvault.errors import WrongKey
from healthvault.storage.attempts import FailedUnlocks
from healthvault.storage.slots import SlotKind
from healthvault.vault.attempts import known_failures, were_told
from healthvault.vault.session import open_vault
from healthvault.vault.unlock import Secret
from tests import vaults
from tests.vaults import NOW_MS, Sample

WRONG = (
    Secret(kind=SlotKind.PASSPHRASE, value=b"a wrong passphrase"),
    Secret(kind=SlotKind.KEY_FILE, value=b"no key file"),
    Secret(kind=SlotKind.RECOVERY, value=b"abandon " * 24),
)


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """A vault that nobody has opened on this machine."""
    return vaults.ana(tmp_path)


def fail(ana: Sample, secret: Secret, *, writing: bool = False) -> None:
    """Try a wrong secret."""
    with pytest.raises(WrongKey), open_vault(ana.place, secret, now_ms=NOW_MS, writing=writing):
        pass


def test_every_wrong_secret_counts_once(ana: Sample) -> None:
    """Passphrase, key file and words, reading and writing; a locked look counts nothing."""
    for number, secret in enumerate(WRONG):
        fail(ana, secret, writing=bool(number % 2))
    with open_vault(ana.place, None, now_ms=NOW_MS) as vault:
        assert FailedUnlocks(count=3, since_ms=NOW_MS, last_ms=NOW_MS) == vault.failures


def test_who_opens_it_sees_the_count_and_only_telling_ends_it(ana: Sample) -> None:
    """Opening alone changes nothing."""
    fail(ana, WRONG[1])
    for _ in range(2):
        with ana.open() as vault:
            assert vault.failures is not None
            assert 1 == vault.failures.count
    were_told(vault, vault.failures, NOW_MS + 1)
    assert FailedUnlocks(count=0, since_ms=NOW_MS + 1) == known_failures(vault)


def test_unknown_until_it_is_counted(ana: Sample) -> None:
    """A vault that comes to this machine has no count; from the first time on that somebody is told it has."""
    with ana.open() as vault:
        assert vault.failures is None
    were_told(vault, None, NOW_MS)
    assert FailedUnlocks(count=0, since_ms=NOW_MS) == known_failures(vault)


def test_a_count_that_cannot_be_kept_stops_nobody(ana: Sample) -> None:
    """Something else in its place: unknown, and the vault opens all the same."""
    with ana.open():
        pass
    ana.state.attempts_folder.touch()
    fail(ana, WRONG[1])
    with ana.open() as vault:
        assert vault.failures is None
    were_told(vault, None, NOW_MS)


def test_around_damage_it_counts_too(ana: Sample) -> None:
    """A wrong secret for a damaged vault is one attempt."""
    ana.paths.checkpoint.unlink()
    fail(ana, WRONG[1])
    with ana.open() as vault:
        assert vault.failures is not None
        assert 1 == vault.failures.count
