# SPDX-License-Identifier: Apache-2.0
"""Exit codes: one for each class of error, and which of several counts.

The table in docs/reference/codes.md is checked against this module by a test. Codes may gain, never change.
"""

from collections.abc import Iterable

from healthvault.errors import (
    AnswerNeeded,
    ConsentRefused,
    FormatError,
    HealthVaultError,
    HistoryError,
    IntegrityError,
    InvalidRequest,
    NoMatchingIdentity,
    NotEstablished,
    NotFound,
    PartlyDone,
    VaultBusy,
    VaultDamaged,
    VaultNotFound,
    WrongKey,
)

__all__ = ["DONE", "EXITS", "FAILED", "INTERRUPTED", "STOPPED", "USAGE", "exit_of", "exit_of_signal", "worst_exit"]

DONE = 0
FAILED = 1
USAGE = 2
INTERRUPTED = 130
STOPPED = frozenset({129, INTERRUPTED, 143})  # by SIGHUP, SIGINT and SIGTERM
EXITS: dict[type[HealthVaultError], int] = {
    InvalidRequest: FAILED,
    PartlyDone: 3,
    AnswerNeeded: 4,
    NotFound: 5,
    VaultNotFound: 10,
    VaultBusy: 11,
    WrongKey: 12,
    VaultDamaged: 13,
    FormatError: 20,
    IntegrityError: 20,
    NotEstablished: 21,
    ConsentRefused: 22,
    HistoryError: 23,
    NoMatchingIdentity: 24,
}
_WORST_FIRST = (24, 20, 23, 22, 21, 3, FAILED)


def exit_of(error: HealthVaultError) -> int:
    """Return the exit code of an error."""
    return next((code for kind, code in EXITS.items() if isinstance(error, kind)), FAILED)


def exit_of_signal(number: int) -> int:
    """Return the exit code of a command that a signal ended in order: what a shell would say of it."""
    return 128 + number


def worst_exit(exits: Iterable[int]) -> int:
    """Return which of several exit codes of a verification counts: 0 only when none of them is another."""
    found = set(exits) - {DONE}
    return next((code for code in _WORST_FIRST if code in found), min(found, default=DONE))
