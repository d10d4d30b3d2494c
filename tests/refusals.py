# SPDX-License-Identifier: Apache-2.0
"""What it means that a bundle is refused: code, class, exit, nothing remembered, nothing released. Not a test."""

from collections.abc import Callable

import pytest

from healthvault.errors import (
    ConsentRefused,
    FormatError,
    HealthVaultError,
    HistoryError,
    IntegrityError,
    NoMatchingIdentity,
    NotEstablished,
)
from healthvault.vault.receive import unaccepted
from tests.readers import Outcome

EXITS = {
    NoMatchingIdentity: 24,
    FormatError: 20,
    IntegrityError: 20,
    HistoryError: 23,
    ConsentRefused: 22,
    NotEstablished: 21,
}


def assert_refused(outcome: Outcome, code: str, kind: type[Exception], *, has_pins: bool = False) -> None:
    """Assert that a file is refused for exactly one reason.

    Args:
        outcome: What came of it.
        code: The reason.
        kind: The class that carries it; it fixes the exit.
        has_pins: The specification says that pins are stored all the same.
    """
    assert {code} == outcome.codes, outcome.codes
    assert kind is outcome.kind_of(code)
    assert EXITS[kind] == outcome.exit
    assert has_pins != outcome.are_pins_unchanged, "pins"
    assert_nothing_released(outcome)


def assert_nothing_released(outcome: Outcome) -> None:
    """Assert that neither `open` nor `import` would act, and on 20, 23 and 24 not even if told to."""
    assert unaccepted(outcome.verification, ())
    clearable = outcome.exit in {21, 22}
    assert clearable == (not unaccepted(outcome.verification, tuple(outcome.codes)))


def assert_accepted(outcome: Outcome) -> None:
    """Assert that a file is accepted without any open code, and remembered."""
    assert (set(), 0) == (outcome.codes, outcome.exit), outcome.codes
    assert not unaccepted(outcome.verification, ())


def code_of(step: Callable[[], object]) -> str:
    """Return the code with which a step refuses what it is given."""
    with pytest.raises(HealthVaultError) as caught:
        step()
    return caught.value.code
