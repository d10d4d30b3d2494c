# SPDX-License-Identifier: Apache-2.0
"""`hv proxy`: contacts who act for the owner. One file a command: `proxy_NAME.py`."""

from healthvault.cli.command import hv_group

__all__ = ["proxy"]

_LINES = {
    "add": "Let a contact act for you, within limits.",
    "list": "List who may act for you.",
    "remove": "End every power of a contact.",
}


@hv_group("hv proxy add Tom --power share --category medication", "hv proxy list", lines=_LINES)
def proxy() -> None:
    """Let somebody act for you with keys of their own: a parent, a partner, a carer.

    A proxy is a contact with a grant that gives powers. Everything that ends a grant ends them, and every act
    names both of you. Other people's programs refuse an act beyond the grant.
    """
