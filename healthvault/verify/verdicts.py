# SPDX-License-Identifier: Apache-2.0
"""The report of a verification: one verdict a question, each with every problem found.

`pass` says that something was proved, `fail` that it is wrong, `unknown` that nothing was established; an
absence of proof is never a pass. Spec: docs/spec/bundle.md section 6.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from healthvault.errors import HealthVaultError, NoMatchingIdentity, NotEstablished

__all__ = ["Question", "Report", "Result", "Verdict"]


class Question(Enum):
    """What a verification answers, each apart."""

    INTEGRITY = "integrity"
    AUTHORSHIP = "authorship"
    INCLUSION = "inclusion"
    CONSISTENCY = "consistency"
    AUDIENCE = "audience"
    GRANT = "grant"
    TIME = "time"
    ISSUER = "issuer"
    WITNESSES = "witnesses"


class Result(Enum):
    """How a question was answered."""

    PASS = "pass"  # noqa: S105  a verdict, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer to one question."""

    question: Question
    result: Result
    detail: str
    problems: tuple[HealthVaultError, ...] = ()


@dataclass(slots=True)
class Report:
    """Collects problems and details while the steps run; a question that nobody answered is unknown."""

    _problems: dict[Question, list[HealthVaultError]] = field(default_factory=dict)
    _details: dict[Question, str] = field(default_factory=dict)
    _passed: set[Question] = field(default_factory=set)
    _contradicted: set[Question] = field(default_factory=set)

    def problem(self, question: Question, *problems: HealthVaultError) -> None:
        """Add problems to a question."""
        self._problems.setdefault(question, []).extend(problems)

    def contradict(self, question: Question) -> None:
        """Say that the answer is no, although its problems are such as can be accepted."""
        self._contradicted.add(question)

    def passed(self, question: Question, detail: str) -> None:
        """Say what was proved; a problem found as well outweighs it."""
        self._passed.add(question)
        self._details[question] = detail

    def unknown(self, question: Question, detail: str) -> None:
        """Say why nothing was established, where that is no problem."""
        self._passed.discard(question)
        self._details[question] = detail

    def add_detail(self, question: Question, detail: str) -> None:
        """Say more of a question, before what was said."""
        said = self._details.get(question)
        self._details[question] = f"{detail}; {said}" if said else detail

    def has_problem(self, question: Question) -> bool:
        """Tell whether a question has any problem."""
        return bool(self._problems.get(question))

    def has_failed(self, *questions: Question) -> bool:
        """Tell whether one of the questions has a problem that is more than a lack of proof."""
        return any(
            not isinstance(problem, (NotEstablished, NoMatchingIdentity))
            for question in questions
            for problem in self._problems.get(question, ())
        )

    def verdicts(self, questions: Iterable[Question] = Question) -> tuple[Verdict, ...]:
        """Return one verdict for each question that is asked of the file, in this order."""
        return tuple(map(self._verdict, questions))

    def _verdict(self, question: Question) -> Verdict:
        problems = tuple(self._problems.get(question, ()))
        if self.has_failed(question) or question in self._contradicted:
            result = Result.FAIL
        elif problems or question not in self._passed:
            result = Result.UNKNOWN
        else:
            result = Result.PASS
        said = [problem.message for problem in problems] or [self._details.get(question, "not reached")]
        return Verdict(question=question, result=result, detail="; ".join(said), problems=problems)
