# SPDX-License-Identifier: Apache-2.0
"""What the options of `hv claims dispute` say."""

from typing import TypedDict

from healthvault.cli.dates import When

__all__ = ["DisputeChoice"]


class DisputeChoice(TypedDict):
    """To whom, why, and on which terms."""

    to: str
    reason: str
    without: tuple[str, ...]
    until: When | None
    action: tuple[str, ...]
    sensitivity: tuple[str, ...]
    yes: bool
    clock_ok: bool
