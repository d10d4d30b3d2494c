# SPDX-License-Identifier: Apache-2.0
"""From the global options to an open vault: its place, its secret, its warnings.

`unlocking` says which secret that is. Imported by commands when they run: it loads the vault.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace

from healthvault.cli.clock import now_ms
from healthvault.cli.failures import failures_text
from healthvault.cli.options import ShareChoice
from healthvault.cli.paths import state_folder, vault_folder
from healthvault.cli.prompt import new_passphrase
from healthvault.cli.recovery_answers import is_by_shares, naming_shares, recovery_answer
from healthvault.cli.secret_sources import read_source
from healthvault.cli.settings import Settings, Source
from healthvault.cli.terminal import Terminal
from healthvault.cli.unlocking import Unlocking
from healthvault.errors import InvalidRequest
from healthvault.storage.permissions import permission_warnings
from healthvault.vault.attempts import counting_failures, were_told
from healthvault.vault.session import is_vault, open_vault
from healthvault.vault.status import vault_status
from healthvault.vault.unlock import Secret
from healthvault.vault.vault import Place, Vault
from healthvault.vault.views import VaultStatus

__all__ = [
    "chosen_passphrase",
    "new_passphrase_answer",
    "new_place",
    "new_status",
    "opened",
    "opened_by_words",
    "opened_if_there",
    "opened_locked",
    "opened_maybe_locked",
    "place_of",
]

WAIT_SECONDS = 10.0  # for another writer; docs/spec/vault-folder.md section 8.2


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
        AnswerNeeded: `no_terminal`, nothing gives a secret and nobody can be asked; `secret_unavailable`.
        What `open_vault` raises.
    """
    place = place_of(terminal.settings)
    unlocking = Unlocking(terminal, place)

    def open_by(secret: Secret | None) -> AbstractContextManager[Vault]:
        return open_vault(
            place, secret, now_ms=now_ms(), writing=writing, clock_ok=clock_ok, wait_seconds=WAIT_SECONDS
        )

    with ExitStack() as closing:
        vault = unlocking.use(lambda secret: closing.enter_context(open_by(secret)))
        _pass_on_warnings(terminal, vault)
        if writing:
            unlocking.forget_ended(vault)
        yield vault


@contextmanager
def opened_by_words(
    terminal: Terminal,
    words_file: str | None,
    *,
    shares: ShareChoice | None = None,
    clock_ok: bool,
    restarting: bool = False,
) -> Iterator[tuple[Vault, Secret]]:
    """Open the vault for a change that only the recovery words allow, by these words, and yield them too.

    Args:
        terminal: Where to ask, if no file is named.
        words_file: Holds the words.
        shares: As for `recovery_answer`.
        clock_ok: Write although the clock looks wrong.
        restarting: Write although this machine has seen a newer state.

    Raises:
        As `recovery_answer` and `open_vault`; WrongKey: `wrong_share`.
    """
    place = place_of(terminal.settings)
    with ExitStack() as closing:
        words = None
        if is_vault(place):
            with counting_failures(place, now_ms()):
                words = recovery_answer(terminal.settings, words_file, shares)
        with naming_shares(by_shares=is_by_shares(shares)):
            vault = closing.enter_context(
                open_vault(
                    place,
                    words,
                    now_ms=now_ms(),
                    writing=True,
                    clock_ok=clock_ok,
                    restarting=restarting,
                    wait_seconds=WAIT_SECONDS,
                )
            )
        _pass_on_warnings(terminal, vault)
        if words is not None:
            yield vault, words


@contextmanager
def opened_maybe_locked(terminal: Terminal, *, asking: bool) -> Iterator[Vault]:
    """Open the vault for a command that can do something with a locked one.

    Args:
        terminal: A source that its settings name is always used, and so is the system's keyring.
        asking: Ask a person if nothing gives a secret; without a terminal the vault stays locked.
    """
    place = place_of(terminal.settings)
    with ExitStack() as closing:
        vault = Unlocking(terminal, place).use(
            lambda secret: closing.enter_context(open_vault(place, secret, now_ms=now_ms())),
            required=False,
            asking=asking,
        )
        _pass_on_warnings(terminal, vault)
        yield vault


@contextmanager
def opened_locked(terminal: Terminal) -> Iterator[Vault]:
    """Open the vault for a command that needs no secret, whatever is named; it may try one on it."""
    place = place_of(terminal.settings)
    with counting_failures(place, now_ms()), open_vault(place, None, now_ms=now_ms()) as vault:
        _pass_on_warnings(terminal, vault)
        yield vault


@contextmanager
def opened_if_there(terminal: Terminal) -> Iterator[Vault | None]:
    """Open the vault if there is one: who only verifies needs none."""
    if not is_vault(place_of(terminal.settings)):
        yield None
        return
    with opened(terminal) as vault:
        yield vault


def chosen_passphrase(settings: Settings) -> str:
    """Return the passphrase of a vault that is to be made: from a source for passphrases, else typed twice.

    Raises:
        As `new_passphrase_answer`.
    """
    named = [source for source in settings.sources if source.kind != "key_file"]
    return _passphrase_text(read_source(named[0]) if named else new_passphrase(settings))


def new_passphrase_answer(settings: Settings, path: str | None) -> str:
    """Return a passphrase that is to be set: from the file of `--new-passphrase-file`, else typed twice.

    Raises:
        AnswerNeeded: `no_terminal`, `secret_unavailable`.
        InvalidRequest: `passphrases_differ`, `secret_exposed`.
    """
    if path is None:
        return _passphrase_text(new_passphrase(settings, hint="give it by --new-passphrase-file FILE"))
    source = Source(kind="passphrase_file", value=path, origin="--new-passphrase-file")
    return _passphrase_text(read_source(source))


def _passphrase_text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")  # half a surrogate pair is refused with a clear message


def _pass_on_warnings(terminal: Terminal, vault: Vault) -> None:
    for warning in (*vault.warnings, *permission_warnings(vault.paths, vault.state)):
        terminal.warn(warning)
    if vault.unlocked is not None:
        _tell_failures(terminal, vault)


def _tell_failures(terminal: Terminal, vault: Vault) -> None:
    """Say how often unlocking failed; under `--quiet` nobody is told, and the count stays."""
    failures = vault.failures
    if failures is not None and failures.count:
        if terminal.settings.quiet and not terminal.settings.json:
            return
        terminal.warn(failures_text(failures))
    were_told(vault, failures, now_ms())
