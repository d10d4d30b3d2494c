# SPDX-License-Identifier: Apache-2.0
"""Failed attempts to unlock, as a sentence for people. Pure."""

from typing import TYPE_CHECKING

from healthvault.cli.clock import local_text, rfc3339

if TYPE_CHECKING:
    from healthvault.storage.attempts import FailedUnlocks

__all__ = ["failures_text"]


def failures_text(failures: "FailedUnlocks | None") -> str:
    """Say how often unlocking failed on this machine, or that nobody knows."""
    if failures is None:
        return (
            "how often unlocking failed is not known: it was not counted on this machine, or the count is damaged"
        )
    number = {0: "no failed attempts", 1: "1 failed attempt"}.get(
        failures.count, f"{failures.count} failed attempts"
    )
    newest = "" if failures.last_ms is None else f", the newest {local_text(rfc3339(failures.last_ms))}"
    return f"{number} to unlock since {local_text(rfc3339(failures.since_ms))}{newest}"
