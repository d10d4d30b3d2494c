# SPDX-License-Identifier: Apache-2.0
"""`hv emergency suggest`: what documents say, for the owner to take over or not."""

from healthvault.cli.command import hv_command
from healthvault.cli.emergency_objects import suggestion_object
from healthvault.cli.terminal import Terminal

__all__ = ["suggest"]

_COLUMNS = ("id", "section", "text", "detail", "patient", "taken")


@hv_command("hv emergency suggest", "hv emergency suggest --json | jq 'select(.section == \"allergy\")'")
def suggest(terminal: Terminal) -> None:
    """List what the FHIR documents in your vault say; nothing is put on the sheet.

    Allergies, active medicines and conditions, devices, blood groups, advance directives and contacts, each in the
    document's own words. What is not listed may still be so: not every document can be read. Look whose it is,
    then `hv emergency take` what is right.
    """
    from healthvault.cli.opening import opened
    from healthvault.vault.emergency import suggest as suggestions

    with opened(terminal) as vault:
        found = suggestions(vault)
    terminal.rows(map(suggestion_object, found.found), _COLUMNS)
    if found.unread:
        terminal.warn(
            f"not looked into, since they are XML, too large, or may not be passed on: {', '.join(found.unread)}"
        )
