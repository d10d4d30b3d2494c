# SPDX-License-Identifier: Apache-2.0
"""What `hv pack scan` does once it runs: finds the codes, asks of each, prints. Loads the vault."""

from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path

from healthvault.areas.pack_codes import MAX_FILE_BYTES, codes_in
from healthvault.areas.packs import ScannedPack, scan_pack
from healthvault.cli.clock import now_ms, wall_clock
from healthvault.cli.exits import exit_of, worst_exit
from healthvault.cli.inputs import stdin_or_file
from healthvault.cli.opening import opened
from healthvault.cli.pack_objects import LIMITS, exit_of_scan, scan_object
from healthvault.cli.terminal import Terminal
from healthvault.errors import FormatError
from healthvault.gs1.codes import parse_code
from healthvault.storage.inputs import InputError
from healthvault.vault.vault import Vault

__all__ = ["bytes_of", "here_and_now", "scan_codes"]

_STDIN = "-"


def scan_codes(terminal: Terminal, argument: str, *, keep: bool, clock_ok: bool) -> int:
    """Print what can be said of each code, and return the exit code.

    Raises:
        FormatError: As `parse_code` and `codes_in`; of one code among several only its line fails.
        InvalidRequest: `extra_missing`, and of a picture as `codes_in`.
    """
    codes = _codes(argument)
    _check_any(codes.values())  # before anything is unlocked
    exits = []
    with opened(terminal, writing=keep, clock_ok=clock_ok) as vault:
        for place, text in codes.items():
            try:
                exits.append(_print(terminal, place, _scanned(terminal, vault, text, keep=keep)))
            except FormatError as err:
                if len(codes) == 1:
                    raise
                terminal.failed(place, err)
                exits.append(exit_of(err))
    LIMITS.say(terminal)
    return worst_exit(exits)


def _check_any(texts: Collection[str]) -> None:
    """Check that one text is a code. Raises FormatError: as `parse_code` of one; `not_gs1`, none of several is."""
    first: FormatError | None = None
    for text in texts:
        try:
            parse_code(text)
        except FormatError as err:
            first = first or err
        else:
            return
    if first is not None and len(texts) == 1:
        raise first
    raise FormatError("not_gs1", f"none of {len(texts)} lines is a code of GS1")


def here_and_now() -> datetime:
    """Return the present with the zone of this machine."""
    return wall_clock(now_ms()).astimezone()


def bytes_of(path: str, most_bytes: int) -> bytes:
    """Return the bytes of a file, or of stdin. Raises InputError: `too_large`, `unreadable`, `not_a_file`."""
    file = stdin_or_file(path)
    with file.open() as source:
        pieces = bytearray()
        while len(pieces) <= most_bytes and (piece := source.read(1 << 20)):
            pieces += piece
    if len(pieces) > most_bytes:
        raise InputError("too_large", f"{file.shown}: more than {most_bytes >> 20} MiB")
    return bytes(pieces)


def _codes(argument: str) -> Mapping[str, str]:
    """Return the texts of the codes by their place; of one that was typed the place is empty."""
    if argument == _STDIN or (argument.strip() and _is_file(argument)):
        return codes_in(bytes_of(argument, MAX_FILE_BYTES), "code" if argument == _STDIN else Path(argument).name)
    return {"": argument}


def _is_file(argument: str) -> bool:
    """Tell whether an argument names something on the disk; what no code can be is meant as a name."""
    try:
        return Path(argument).exists() or Path(argument).suffix.lower() in {".png", ".jpg", ".jpeg", ".txt"}
    except (OSError, ValueError):
        return False


def _scanned(terminal: Terminal, vault: Vault, text: str, *, keep: bool) -> ScannedPack:
    with terminal.progress() as observer:
        return scan_pack(vault, parse_code(text), now=here_and_now(), keep=keep, observer=observer)


def _print(terminal: Terminal, place: str, found: ScannedPack) -> int:
    terminal.fields(scan_object(place, found), unsaid=("ok", "exit", "place", "proves", "does_not_prove"))
    for document in found.lists.unreadable:
        terminal.warn(f"{document.id[:10]} is said to be a list of recalls and cannot be read as one")
    if found.document is not None:
        terminal.say(f"kept as {found.document.id[:10]}")
    return exit_of_scan(found)
