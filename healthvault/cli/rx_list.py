# SPDX-License-Identifier: Apache-2.0
"""`hv rx list`: prescriptions, with what was dispensed on each."""

from healthvault.cli.command import hv_command
from healthvault.cli.look_options import everyone_option
from healthvault.cli.terminal import Terminal

__all__ = ["list_"]

_COLUMNS = (
    "id",
    "date",
    "medicine",
    "dose",
    "prescriber",
    "signed_by",
    "valid_until",
    "dispensed",
    "allowed",
    "patient",
)


@hv_command("hv rx list", "hv rx list --json | jq 'select(.prescriber_signed)'", name="list")
@everyone_option
def list_(terminal: Terminal, *, everyone: bool) -> None:
    """List prescriptions: your own, those that you received, and those in documents of hospitals.

    How often each was dispensed counts only the dispenses that name it. "Signed by" names whom a key proves, and
    how: a bundle of theirs, one that was passed on, or an attestation. The prescriber is but a name.
    """
    from healthvault.cli.look_medicines import looked_up
    from healthvault.cli.medicine_objects import LISTED, prescription_object
    from healthvault.cli.medicine_rows import prescription_rows
    from healthvault.medicines.telling import Sort

    with looked_up(terminal, everyone=everyone) as known:
        found = [each for each in known.book.tellings if each.sort is Sort.PRESCRIPTION]
        found.sort(key=lambda each: (each.patient, each.date or "", each.medicine.words, each.id), reverse=True)
        if terminal.is_screen:
            terminal.painted(row for each in found for row in prescription_rows(each, len(known.book.of(each))))
        else:
            terminal.rows((prescription_object(each, known.book.of(each)) for each in found), _COLUMNS)
    LISTED.say(terminal)
