# SPDX-License-Identifier: Apache-2.0
"""Exit codes: a promise."""

import itertools

import pytest

from healthvault import errors
from healthvault.cli.exits import EXITS, exit_of, worst_exit
from healthvault.errors import FormatError, HealthVaultError, InvalidRequest

PROMISED = {
    "InvalidRequest": 1, "PartlyDone": 3, "AnswerNeeded": 4, "NotFound": 5, "VaultNotFound": 10, "VaultBusy": 11,
    "WrongKey": 12, "VaultDamaged": 13, "FormatError": 20, "IntegrityError": 20, "NotEstablished": 21,
    "ConsentRefused": 22, "HistoryError": 23, "NoMatchingIdentity": 24,
}  # fmt: skip


def test_every_class_of_error_has_its_promised_exit() -> None:
    """The table covers the whole tree of errors, and says what docs/reference/codes.md says."""
    assert {kind.__name__: code for kind, code in EXITS.items()} == PROMISED
    assert {*PROMISED, "HealthVaultError"} == set(errors.__all__)


def test_a_special_case_of_a_class_has_the_exit_of_the_class() -> None:
    """A subclass counts as its parent, the root as any other failure."""
    special = type("Special", (FormatError,), {})
    assert 20 == exit_of(special("malformed", "x"))
    assert 1 == exit_of(InvalidRequest("declined", "x"))
    assert 1 == exit_of(HealthVaultError("x", "x"))


def test_the_first_of_24_20_23_22_21_counts() -> None:
    """Over all pairs the order of the promise decides, and 3 counts only beside 0."""
    order = [24, 20, 23, 22, 21, 3, 0]
    for worse, better in itertools.combinations(order, 2):
        assert worse == worst_exit([better, worse]) == worst_exit([worse, better])


@pytest.mark.parametrize(("exits", "worst"), [([], 0), ([0, 0], 0), ([21, 23, 22], 23), ([0, 3, 0], 3)])
def test_several_exits_become_one(exits: list[int], worst: int) -> None:
    """No problem is 0."""
    assert worst == worst_exit(exits)
