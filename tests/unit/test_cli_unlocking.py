# SPDX-License-Identifier: Apache-2.0
"""Which secret opens the vault, where several could: docs/spec/keys.md section 2.4, every pair."""

import os
import sys
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import keyring
import pytest

from healthvault.cli import hidden_line, prompt
from healthvault.cli.clock import now_ms
from healthvault.cli.commands import root
from healthvault.cli.settings import settings_of
from healthvault.cli.terminal import Terminal
from healthvault.cli.unlocking import Unlocking
from healthvault.errors import AnswerNeeded, WrongKey
from healthvault.storage.slots import SlotKind
from healthvault.storage.system_keyring import SystemKeyring
from healthvault.vault.system_unlock import add_system_slot, has_system_slot
from healthvault.vault.unlock import Secret
from healthvault.vault.vault import Place
from tests import vaults
from tests.system_keyrings import MemoryKeyring, called
from tests.vaults import Sample

ORDER = (
    "--passphrase-fd",
    "--passphrase-file",
    "--passphrase-command",
    "--key-file",
    "HV_PASSPHRASE_FD",
    "HV_PASSPHRASE_FILE",
    "HV_PASSPHRASE_COMMAND",
    "HV_KEY_FILE",
    "OS keyring",
    "prompt",
)
Use = Callable[[Secret | None], Secret | None]


class Machine:
    """A vault, and what may open it here."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.vault: Sample = vaults.ana(folder)
        self.backend: MemoryKeyring = called("keyring.backends.SecretService.Keyring")
        self.asked = 0
        self._folder = folder
        self._monkeypatch = monkeypatch
        monkeypatch.setattr(keyring, "get_keyring", lambda: self.backend)
        monkeypatch.setattr(prompt, "can_ask", lambda _: False)

    def unlock(self, ends_ms: int | None = None) -> None:
        """Do what `hv unlock` does."""
        with self.vault.open(writing=True) as opened:
            add_system_slot(opened, SystemKeyring(self.backend), ends_ms=ends_ms)

    def answer(self) -> None:
        """Let somebody sit at the terminal."""

        def typed(_: str) -> bytes:
            self.asked += 1
            return b"prompt"

        self._monkeypatch.setattr(prompt, "can_ask", lambda _: True)
        self._monkeypatch.setattr(prompt, "show_on_terminal", lambda _: None)
        self._monkeypatch.setattr(hidden_line, "hidden_line", typed)

    def give(self, source: str) -> str:
        """Make a source give its own name, and return what to say of it on the command line."""
        if source == "OS keyring":
            self.unlock()
            return ""
        if source == "prompt":
            self.answer()
            return ""
        if source.lower().endswith("fd"):
            reader, writer = os.pipe()
            os.write(writer, source.encode())
            os.close(writer)
            return str(reader)
        if source.lower().endswith("command"):
            return f'{sys.executable} -c \'print("{source}", end="")\''
        path = self._folder / source
        path.write_text(source)
        path.chmod(0o600)
        return str(path)

    def unlocking(self, *sources: str, more: tuple[str, ...] = (), place: Place | None = None) -> Unlocking:
        """Return the search of a command that was given some sources."""
        given = {source: self.give(source) for source in sources}
        options = [word for name, value in given.items() if name.startswith("--") for word in (name, value)]
        variables = {name: value for name, value in given.items() if name.startswith("HV_")}
        context = root.make_context("hv", [*options, *more, "list"])
        return Unlocking(Terminal(settings_of(context, variables)), place or self.vault.place)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Ana's computer, with nobody at it."""
    return Machine(tmp_path, monkeypatch)


def name_of(secret: Secret | None) -> str | None:
    """Return which source a secret is from."""
    if secret is None:
        return None
    return "OS keyring" if secret.kind is SlotKind.OS_KEYRING else secret.value.decode()


@pytest.mark.parametrize(("first", "second"), list(combinations(ORDER, 2)))
def test_of_two_sources_the_first_in_the_order_is_used(machine: Machine, first: str, second: str) -> None:
    """Whatever the other is, and it is not even asked."""
    used = machine.unlocking(second, first).use(lambda secret: secret)
    assert (first, 0) == (name_of(used), machine.asked)
    is_key_file = first in {"--key-file", "HV_KEY_FILE"}
    assert is_key_file == (used is not None and used.kind is SlotKind.KEY_FILE)


@pytest.mark.parametrize("first", ORDER[:-1])
def test_a_wrong_secret_stops(machine: Machine, first: str) -> None:
    """What would come next is right, and not tried."""
    tried: list[str | None] = []

    def refuse(secret: Secret | None) -> None:
        tried.append(name_of(secret))
        raise WrongKey("wrong_key", "no")

    with pytest.raises(WrongKey):
        machine.unlocking(first, "prompt").use(refuse)
    assert [first] == tried


def test_who_mistypes_is_asked_three_times(machine: Machine) -> None:
    """The third wrong answer is the last; the right one ends it."""
    tries = 0

    def open_at_last(secret: Secret | None) -> Secret | None:
        nonlocal tries
        tries += 1
        if tries in {1, 2, 4, 5, 6}:
            raise WrongKey("wrong_passphrase", "no")
        return secret

    search = machine.unlocking("prompt")
    assert ("prompt", 3) == (name_of(search.use(open_at_last)), machine.asked)
    with pytest.raises(WrongKey):
        search.use(open_at_last)
    assert 6 == machine.asked


def test_the_recovery_words_are_asked_for_although_the_keyring_would_do(machine: Machine) -> None:
    """`--recovery` says what is wanted."""
    secret = machine.unlocking("OS keyring", "prompt", more=("--recovery",)).use(lambda found: found)
    assert SlotKind.RECOVERY == (secret and secret.kind)


@pytest.mark.parametrize("lost", ["over", "deleted", "no keyring"])
def test_a_keyring_that_gives_nothing_is_a_warning_and_then_the_prompt(
    machine: Machine, capsys: pytest.CaptureFixture[str], lost: str
) -> None:
    """The time is over, the item is gone, or there is no keyring of a system any more."""
    machine.unlock(now_ms() - 1)
    if lost == "deleted":
        machine.backend.items.clear()
    if lost == "no keyring":
        machine.backend = called("keyrings.alt.file.PlaintextKeyring")
    assert "prompt" == name_of(machine.unlocking("prompt").use(lambda secret: secret))
    warning = {
        "over": "the time of `hv unlock` is over",
        "deleted": "this system's keyring has no secret of it",
        "no keyring": "keyrings.alt.file.PlaintextKeyring is not the keyring of a system",
    }
    err = capsys.readouterr().err
    assert (1, True) == (err.count("warning: "), warning[lost] in err), err


def test_what_is_over_is_deleted_by_a_command_that_writes(machine: Machine) -> None:
    """Item and slot; a reading one leaves both."""
    machine.unlock(now_ms() - 1)
    search = machine.unlocking("prompt")
    search.use(lambda secret: secret)
    assert (1, True) == (len(machine.backend.items), has_system_slot(machine.vault.place))
    with machine.vault.open(writing=True) as vault:
        search.forget_ended(vault)
    assert (0, False) == (len(machine.backend.items), has_system_slot(machine.vault.place))


def test_a_vault_without_such_a_slot_never_loads_the_library(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would cost more than the rest of the command."""
    monkeypatch.setitem(sys.modules, "keyring", None)  # an import of it fails
    assert "prompt" == name_of(machine.unlocking("prompt").use(lambda secret: secret))


def test_nothing_is_asked_where_nobody_is(machine: Machine) -> None:
    """Required: exit 4 names what would help. Not required: the vault stays locked."""
    with pytest.raises(AnswerNeeded) as caught:
        machine.unlocking().use(lambda secret: secret)
    assert "no_terminal" == caught.value.code
    assert machine.unlocking().use(lambda secret: secret, required=False) is None


def test_nobody_is_asked_where_no_vault_is(machine: Machine, tmp_path: Path) -> None:
    """The action says so itself; a named source is not read."""
    nowhere = Place(root=tmp_path / "nowhere", state_dir=tmp_path)
    assert machine.unlocking("--passphrase-command", "prompt", place=nowhere).use(lambda secret: secret) is None
    assert 0 == machine.asked
