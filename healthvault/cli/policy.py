# SPDX-License-Identifier: Apache-2.0
"""`hv policy`: try consent out before anybody depends on it."""

from healthvault.cli.command import hv_group

__all__ = ["policy"]


@hv_group("hv policy test family.json", lines={"test": "Check that decisions are as a file expects."})
def policy() -> None:
    """Try your decisions out."""
