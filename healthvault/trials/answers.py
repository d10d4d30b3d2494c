# SPDX-License-Identifier: Apache-2.0
"""What is answered of a trial, each question apart: pass, fail, or unknown. Pure.

A problem of the class `IntegrityError` breaks a rule of the trial; one of `NotEstablished` leaves something open
that a reader may accept by its code. Spec: docs/spec/trials.md section 4.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum

from healthvault.errors import HealthVaultError, IntegrityError, NotEstablished

__all__ = ["Answer", "Asked", "Collected", "broken", "named", "open_question"]


class Asked(Enum):
    """The questions, in the order of their answers."""

    REGISTRATION = "registration"
    AMENDMENTS = "amendments"
    ORDER = "order"
    INPUTS = "inputs"
    ENDPOINTS = "endpoints"
    SCRIPT = "script"
    COUNT = "count"
    TIME = "time"
    FILES = "files"
    RESULTS = "results"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to one question."""

    asked: Asked
    result: str
    """`pass`, `fail` or `unknown`."""
    detail: str
    problems: tuple[HealthVaultError, ...] = ()

    def doubted(self, why: str) -> "Answer":
        """Return an answer that is no pass any more, and says why."""
        result = "unknown" if self.result == "pass" else self.result
        return replace(self, result=result, detail=f"{why}; {self.detail}")


@dataclass(slots=True)
class Collected:
    """Problems and details of one question while it is looked at."""

    asked: Asked
    details: list[str] = field(default_factory=list)
    problems: list[HealthVaultError] = field(default_factory=list)
    is_open: bool = False
    """Nothing was established, and that is no problem."""

    def answer(self) -> Answer:
        """Return the answer."""
        is_broken = any(not isinstance(one, NotEstablished) for one in self.problems)
        result = "fail" if is_broken else "unknown" if self.problems or self.is_open else "pass"
        said = [*(one.message for one in self.problems), *self.details]
        return Answer(
            asked=self.asked, result=result, detail="; ".join(said) or "not reached", problems=tuple(self.problems)
        )


def broken(code: str, message: str) -> IntegrityError:
    """Return a problem that no reader can accept."""
    return IntegrityError(code, message)


def open_question(code: str, message: str, *, hint: str | None = None) -> NotEstablished:
    """Return a problem that a reader may accept."""
    return NotEstablished(code, message, hint=hint)


def named(names: Iterable[str], *, most: int = 10) -> str:
    """Return some names in words, the first few of many."""
    found = list(names)
    rest = len(found) - most
    return ", ".join(found[:most]) + (f" and {rest} more" if rest > 0 else "")
