# SPDX-License-Identifier: Apache-2.0
"""Which secret opens the vault: the first source that was named, else the system's keyring, else a person.

A source that is named and wrong stops; no other is tried in its place. Who mistypes is asked again.

Loads the vault. Spec: docs/spec/keys.md section 2.4.
"""

from collections.abc import Callable
from typing import TypeVar

from healthvault.cli.clock import now_ms
from healthvault.cli.prompt import can_ask, tried_answer
from healthvault.cli.secret_sources import read_source
from healthvault.cli.settings import Settings, Source
from healthvault.cli.terminal import Terminal
from healthvault.errors import InvalidRequest
from healthvault.storage.slots import SlotKind
from healthvault.storage.system_keyring import SystemKeyring, system_keyring
from healthvault.vault.session import is_vault
from healthvault.vault.system_unlock import FoundSecret, find_secret, forget_slots, has_system_slot
from healthvault.vault.unlock import Secret
from healthvault.vault.vault import Place, Vault

__all__ = ["Unlocking", "usable_keyring"]

_Result = TypeVar("_Result")


class Unlocking:
    """One command's search for the secret of one vault."""

    def __init__(self, terminal: Terminal, place: Place) -> None:
        self._terminal = terminal
        self._place = place
        self._system: SystemKeyring | None = None
        self._ended: frozenset[bytes] = frozenset()

    def use(
        self, action: Callable[[Secret | None], _Result], *, required: bool = True, asking: bool = True
    ) -> _Result:
        """Do what takes the secret, and return what it returns.

        Args:
            action: Gets None where there is no vault, or no secret and none is required.
            required: The action can do nothing without a secret.
            asking: Ask a person, if nothing else gives a secret.

        Raises:
            AnswerNeeded: `no_terminal`, nothing gives a secret and nobody can be asked; `secret_unavailable`.
            What the action raises.
        """
        settings = self._terminal.settings
        given = self._given(settings) if is_vault(self._place) else None
        is_asked = asking and (required or can_ask(settings))
        if given or not is_asked or not is_vault(self._place):
            return action(given)
        kind = SlotKind.RECOVERY if settings.is_recovery else SlotKind.PASSPHRASE
        question = "the recovery phrase" if settings.is_recovery else "the passphrase"
        return tried_answer(settings, question, lambda typed: action(Secret(kind=kind, value=typed)))

    def forget_ended(self, vault: Vault) -> None:
        """Remove the slots whose time was found to be over; a keyring that fails now is no reason to stop."""
        if self._system and self._ended:
            try:
                forget_slots(vault, self._system, self._ended)
            except InvalidRequest as err:
                self._terminal.warn(err.message)

    def _given(self, settings: Settings) -> Secret | None:
        if settings.sources:
            source = settings.sources[0]
            return Secret(kind=_kind(settings, source), value=read_source(source))
        if settings.is_recovery or not has_system_slot(self._place):
            return None
        found = self._found()
        if found is None:
            return None
        self._ended = found.ended
        if found.secret is None:
            why = "the time of `hv unlock` is over" if found.ended else "this system's keyring has no secret of it"
            self._terminal.warn(f"the vault is not unlocked here: {why}")
        return found.secret

    def _found(self) -> FoundSecret | None:
        self._system = usable_keyring(self._terminal)
        try:
            return find_secret(self._place, self._system, now_ms=now_ms()) if self._system else None
        except InvalidRequest as err:
            self._terminal.warn(err.message)
            return None


def usable_keyring(terminal: Terminal) -> SystemKeyring | None:
    """Return this system's keyring, or None, with a warning that says why."""
    try:
        return system_keyring()
    except InvalidRequest as err:
        terminal.warn(f"{err.message}; {err.hint}" if err.hint else err.message)
        return None


def _kind(settings: Settings, source: Source) -> SlotKind:
    if source.kind == "key_file":
        return SlotKind.KEY_FILE
    return SlotKind.RECOVERY if settings.is_recovery else SlotKind.PASSPHRASE
