# SPDX-License-Identifier: Apache-2.0
"""What `hv device add` does once it runs. Loads the vault."""

from healthvault.areas.devices import add_card
from healthvault.cli.clock import now_ms
from healthvault.cli.device_options import Said
from healthvault.cli.objects import document_object
from healthvault.cli.opening import opened
from healthvault.cli.pack_scanning import here_and_now
from healthvault.cli.terminal import Terminal
from healthvault.devices.cards import NewCard
from healthvault.devices.carriers import Carrier, as_text, read_carrier
from healthvault.errors import FormatError, InvalidRequest
from healthvault.vault.read import find_document
from healthvault.vault.status import owner_name

__all__ = ["add_said"]

MAX_CHARS = 200
_HINT = "--as-text keeps it as it is; it is compared with nothing then"


def add_said(terminal: Terminal, udi: str, said: Said, *, as_text: bool, clock_ok: bool) -> None:
    """Keep a card and print its document.

    Raises:
        FormatError: As `read_carrier`; `check_digit`.
        InvalidRequest: `bad_text`, too much or more than a line; `bad_date`, in the future; as `add_card`.
        NotFound: `not_found`, `ambiguous`, the document that it is taken from.
    """
    today = here_and_now().date()
    carrier = _carrier(udi, is_text=as_text)
    for name, text in said.items():
        if isinstance(text, str) and (len(text) > MAX_CHARS or not text.strip() or not text.isprintable()):
            raise InvalidRequest("bad_text", f"--{name} is empty, too long or more than a line")
    if (said["implanted"] or "") > today.isoformat():
        raise InvalidRequest("bad_date", "it was implanted in the future", hint="--implanted 2026-11-20")
    with opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        prefix = said["source"]
        source = find_document(vault, prefix).id if prefix else None
        card = NewCard(
            carrier=carrier,
            owner=owner_name(vault),
            name=said["name"],
            manufacturer=said["manufacturer"],
            model=said["model"],
            implanted=said["implanted"],
            site=said["site"],
            by=said["by"],
            source=source,
        )
        document = add_card(vault, card, today=today, now_ms=now_ms())
    terminal.fields(document_object(document))


def _carrier(udi: str, *, is_text: bool) -> Carrier:
    if is_text:
        return as_text(udi)
    try:
        return read_carrier(udi, today=here_and_now().date())
    except FormatError as err:
        raise FormatError(err.code, err.message, hint=_HINT) from err
