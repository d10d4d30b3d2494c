# SPDX-License-Identifier: Apache-2.0
"""`hv what-if`: what a decision would do, before it is made."""

from healthvault.cli.command import hv_group

__all__ = ["what_if"]


@hv_group("hv what-if revoke g_2f8c", lines={"revoke": "Say who would lose what with a grant."})
def what_if() -> None:
    """Show what a decision would do; nothing is changed."""
