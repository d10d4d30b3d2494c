# SPDX-License-Identifier: Apache-2.0
"""What the options of `hv device add` say."""

from typing import TypedDict

__all__ = ["Said"]


class Said(TypedDict):
    """What the owner says of a device, as the options say it."""

    name: str | None
    manufacturer: str | None
    model: str | None
    implanted: str | None
    site: str | None
    by: str | None
    source: str | None
