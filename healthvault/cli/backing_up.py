# SPDX-License-Identifier: Apache-2.0
"""What `hv backup` does once it runs. Loads the vault."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.exits import EXITS
from healthvault.cli.objects import JsonObject, backup_object, drill_object
from healthvault.cli.opening import opened_locked, place_of
from healthvault.cli.terminal import Terminal
from healthvault.cli.unlocking import Unlocking
from healthvault.errors import NotFound, VaultDamaged
from healthvault.storage.known_backups import forget_backup
from healthvault.vault.backup import Destination, back_up, list_backups, newest_backup
from healthvault.vault.backup_drill import drill
from healthvault.vault.restore import restore
from healthvault.vault.unlock import Secret
from healthvault.vault.vault import Place
from healthvault.vault.views import BackupView, DrillReport

__all__ = ["forget", "known", "run", "run_drill"]

_SUFFIX = ".hvbackup"


def run(terminal: Terminal, path: str) -> None:
    """Make a backup; a source of a secret that is named is used to see that the copy opens by it."""
    place = place_of(terminal.settings)
    absolute = _absolute(path)
    is_file = absolute.is_file() or (path.endswith(_SUFFIX) and not absolute.is_dir())

    def make(secret: Secret | None) -> BackupView:
        destination = Destination(path=absolute, is_file=is_file)
        return back_up(place, destination, secret=secret, now_ms=now_ms(), observer=progress)

    with terminal.progress() as progress:
        made = Unlocking(terminal, place).use(make, required=False, asking=False)
    for warning in made.warnings:
        terminal.warn(warning)
    terminal.fields(backup_object(made))


def known(terminal: Terminal) -> list[JsonObject]:
    """Return the backups that this machine knows of."""
    return [backup_object(one) for one in list_backups(place_of(terminal.settings), now_ms=now_ms())]


def forget(terminal: Terminal, path: str) -> None:
    """Take a backup off the list. Raises NotFound: `not_found`."""
    with opened_locked(terminal) as vault:
        if not forget_backup(vault.state, vault.keyring.vault_id, _absolute(path)):
            raise NotFound("not_found", f"{path} is not on the list", hint="`hv backup --list`")
    terminal.say("taken off the list; what lies there was not touched")


def run_drill(terminal: Terminal, path: str | None) -> None:
    """Restore a backup to a temporary folder, try it, and remove it. Exits with 13 if anything is wrong."""
    source = _absolute(path) if path else newest_backup(place_of(terminal.settings), now_ms=now_ms())
    with TemporaryDirectory(prefix="hv-drill-") as folder, terminal.progress() as progress:
        trial = Place(root=Path(folder) / "vault", state_dir=Path(folder) / "state")
        restore(source, trial, observer=progress)

        def attempt(secret: Secret | None) -> DrillReport:
            return drill(trial, secret, now_ms=now_ms(), observer=progress)

        drilled = Unlocking(terminal, trial).use(attempt)
    terminal.fields(drill_object(str(source), drilled))
    if not drilled.check.is_clean:
        raise click.exceptions.Exit(EXITS[VaultDamaged])


def _absolute(path: str) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100  links of the user's stay as they are
