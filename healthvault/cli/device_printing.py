# SPDX-License-Identifier: Apache-2.0
"""What `hv device card` does once it runs: the lines of a card on stdout or in a new file. Loads the vault."""

from pathlib import Path

from healthvault.areas.devices import find_device
from healthvault.cli.device_objects import LIMITS, card_object
from healthvault.cli.opening import opened
from healthvault.cli.options import is_stdout
from healthvault.cli.pack_scanning import here_and_now
from healthvault.cli.terminal import Terminal
from healthvault.cli.text import safe
from healthvault.devices.cards import card_lines
from healthvault.storage.outputs import OutputFile
from healthvault.vault.status import owner_name

__all__ = ["print_card"]


def print_card(terminal: Terminal, prefix: str, output: Path | None) -> None:
    """Print or write a card.

    Raises:
        NotFound: `not_found`, `ambiguous`.
        InvalidRequest: `unsafe_output`, `io_error`.
    """
    today = here_and_now().date()
    with opened(terminal) as vault, terminal.progress() as observer:
        device = find_device(vault, prefix, today=today, observer=observer)
        lines = card_lines(device.said, device.said.patient or owner_name(vault))
    if output is not None and not is_stdout(output):
        with OutputFile(output) as file:
            file.write(_text(lines, device.sources[0].document.id, today.isoformat()))
            file.publish()
        terminal.say(f"{output}: who holds it can read it")
    elif terminal.settings.json:
        terminal.fields(card_object(device, lines))
    else:
        terminal.fields(dict(lines))
    LIMITS.say(terminal)


def _text(lines: tuple[tuple[str, str], ...], document: str, day: str) -> bytes:
    width = max(len(name) for name, _ in lines)
    told = [f"{name.ljust(width)}  {safe(value)}" for name, value in lines]
    end = f"Printed on {day} from {document} of a personal vault. No card of a hospital or a manufacturer:"
    return "\n".join(["IMPLANT CARD", "", *told, "", end, "it proves no device genuine.", ""]).encode()
