# SPDX-License-Identifier: Apache-2.0
"""What the options of the trial commands say."""

from pathlib import Path
from typing import TypedDict

from healthvault.cli.dates import When
from healthvault.cli.reading_options import ReadChoice

__all__ = ["BundleChoice", "VerifyChoice"]


class BundleChoice(TypedDict):
    """For whom, and until when."""

    to: tuple[str, ...]
    code: bool
    until: When | None
    yes: bool
    clock_ok: bool


class VerifyChoice(ReadChoice):
    """What is asked of a trial, besides what is asked of its bundle."""

    study: str | None
    inputs: Path | None
    results: Path | None
    timestamp: tuple[str, ...]
    authority: str | None
    accept: tuple[str, ...]
