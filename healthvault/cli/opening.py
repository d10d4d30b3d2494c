# SPDX-License-Identifier: Apache-2.0
"""From the global options to an open vault: its place, its secret, its warnings.

A secret comes from the first source that was named, else from a person at the terminal. Imported by commands when
they run: it loads the vault.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from healthvault.cli.clock import now_ms
from healthvault.cli.paths import state_folder, vault_folder
from healthvault.cli.prompt import can_ask, new_passphrase, secret_answer
from healthvault.cli.secret_sources import read_source
from healthvault.cli.settings import Settings, Source
from healthvault.cli.terminal import Terminal
from healthvault.errors import InvalidRequest
from healthvault.storage.slots import SlotKind
from healthvault.vault.session import is_vault, open_vault
from healthvault.vault.status import vault_status
from healthvault.vault.unlock import Secret
from healthvault.vault.vault import Place, Vault
from healthvault.vault.views import VaultStatus

__all__ = [
    "chosen_passphrase",
    "new_place",
    "new_status",
    "opened",
    "opened_if_there",
    "opened_maybe_locked",
    "optional_secret",
    "place_of",
    "required_secret",
]


def place_of(settings: Settings) -> Place:
    """Return where the vault is, or would be."""
    return Place(root=vault_folder(settings.vault), state_dir=state_folder())


def new_place(settings: Settings) -> Place:
    """Return where a vault is to be made. Raises InvalidRequest: `vault_exists`; asked before any passphrase."""
    place = place_of(settings)
    if is_vault(place):
        raise InvalidRequest(
            "vault_exists", f"{place.root}: there is a vault already", hint="choose another folder with --vault"
        )
    return place


def new_status(place: Place, name: str) -> VaultStatus:
    """Return the status of a vault that was made just now, without paying for its passphrase again."""
    with open_vault(place, None, now_ms=now_ms()) as vault:
        return replace(vault_status(vault), name=name, documents=0)


@contextmanager
def opened(terminal: Terminal, *, writing: bool = False, clock_ok: bool = False) -> Iterator[Vault]:
    """Open and unlock the vault for one command.

    Raises:
        AnswerNeeded: `no_terminal`, nothing names a secret and nobody can be asked; `secret_unavailable`.
        What `open_vault` raises.
    """
    place, secret = place_of(terminal.settings), required_secret(terminal.settings)
    with open_vault(place, secret, now_ms=now_ms(), writing=writing, clock_ok=clock_ok) as vault:
        _pass_on_warnings(terminal, vault)
        yield vault


@contextmanager
def opened_maybe_locked(terminal: Terminal, *, asking: bool) -> Iterator[Vault]:
    """Open the vault for a command that can do something with a locked one; `asking` as in `optional_secret`."""
    secret = optional_secret(terminal.settings, asking=asking)
    with open_vault(place_of(terminal.settings), secret, now_ms=now_ms()) as vault:
        _pass_on_warnings(terminal, vault)
        yield vault


def optional_secret(settings: Settings, *, asking: bool) -> Secret | None:
    """Return the secret, or None where a command goes on without.

    Args:
        settings: A source that they name is always used.
        asking: Ask a person if no source is named; without a terminal there is no secret.
    """
    wanted = settings.sources or (asking and can_ask(settings))
    return _secret(settings) if wanted and is_vault(place_of(settings)) else None


def required_secret(settings: Settings) -> Secret | None:
    """Return the secret, or None where there is no vault that it could open. Raises AnswerNeeded as `opened`."""
    return _secret(settings) if is_vault(place_of(settings)) else None


@contextmanager
def opened_if_there(terminal: Terminal) -> Iterator[Vault | None]:
    """Open the vault if there is one: who only verifies needs none."""
    if not is_vault(place_of(terminal.settings)):
        yield None
        return
    with opened(terminal) as vault:
        yield vault


def chosen_passphrase(settings: Settings) -> str:
    """Return a passphrase that is to be set: from a source for passphrases, else typed twice.

    Raises:
        AnswerNeeded: `no_terminal`, `secret_unavailable`.
        InvalidRequest: `passphrases_differ`, `bad_passphrase`.
    """
    named = [source for source in settings.sources if source.kind != "key_file"]
    data = read_source(named[0]) if named else new_passphrase(settings)
    return data.decode("utf-8", "surrogateescape")  # half a surrogate pair is refused with a clear message


def _secret(settings: Settings) -> Secret:
    if settings.sources:
        source = settings.sources[0]
        return Secret(kind=_kind(settings, source), value=read_source(source))
    question = "the recovery phrase" if settings.is_recovery else "the passphrase"
    return Secret(kind=_kind(settings, None), value=secret_answer(settings, question))


def _kind(settings: Settings, source: Source | None) -> SlotKind:
    if source is not None and source.kind == "key_file":
        return SlotKind.KEY_FILE
    return SlotKind.RECOVERY if settings.is_recovery else SlotKind.PASSPHRASE


def _pass_on_warnings(terminal: Terminal, vault: Vault) -> None:
    for warning in vault.warnings:
        terminal.warn(warning)
