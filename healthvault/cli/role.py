# SPDX-License-Identifier: Apache-2.0
"""`hv role`: templates of terms, and who has which. One file a command: `role_NAME.py`."""

from healthvault.cli.command import hv_group

__all__ = ["role"]

_LINES = {
    "list": "List the roles, and who has each.",
    "define": "Define a role, or change one for what comes.",
    "bind": "Say that a contact has a role.",
    "unbind": "Say that a contact has a role no longer.",
}


@hv_group("hv role list", 'hv role bind "Dr Lee" gp', lines=_LINES)
def role() -> None:
    """Keep templates of terms for people who do the same for you, and say who they are.

    A role says at most what may be shared, for what, and for how long. `hv share --role` and `hv grant --role`
    take their terms from it. Changing a role, or who has it, changes nothing that was handed out.
    """
