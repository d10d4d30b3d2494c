# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.verify.verdicts."""

from healthvault.errors import ConsentRefused, FormatError, HistoryError, IntegrityError, NotEstablished
from healthvault.verify.verdicts import Question, Report, Result, Verdict

LACK = NotEstablished("stale", "the status is old")
FAULTS = (
    FormatError("bad_note", "not a note"),
    IntegrityError("bad_proof", "not a proof"),
    ConsentRefused("grant_expired", "over"),
    HistoryError("fork", "another past"),
)


def verdict(report: Report, question: Question = Question.GRANT) -> Verdict:
    """Return one verdict of a report."""
    return next(item for item in report.verdicts() if item.question is question)


def test_nine_questions() -> None:
    """Each has one verdict, in a fixed order; unanswered ones are unknown, never passed."""
    verdicts = Report().verdicts()
    names = "integrity authorship inclusion consistency audience grant time issuer witnesses"
    assert names.split() == [item.question.value for item in verdicts]
    assert {(Result.UNKNOWN, "not reached", ())} == {
        (item.result, item.detail, item.problems) for item in verdicts
    }


def test_a_pass_says_what_was_proved() -> None:
    """In words, without problems."""
    report = Report()
    report.passed(Question.GRANT, "active")
    assert (Result.PASS, "active") == (verdict(report).result, verdict(report).detail)
    assert not report.has_problem(Question.GRANT)


def test_a_problem_outweighs_a_pass() -> None:
    """Whatever comes first; a lack of proof is unknown, anything else has failed."""
    for problem in FAULTS:
        for first in (True, False):
            report = Report()
            if first:
                report.problem(Question.GRANT, problem)
            report.passed(Question.GRANT, "active")
            if not first:
                report.problem(Question.GRANT, problem)
            assert (Result.FAIL, problem.message) == (verdict(report).result, verdict(report).detail)
            assert report.has_failed(Question.TIME, Question.GRANT)
            assert not report.has_failed(Question.TIME)
    report = Report()
    report.passed(Question.GRANT, "active")
    report.problem(Question.GRANT, LACK)
    assert (Result.UNKNOWN, (LACK,)) == (verdict(report).result, verdict(report).problems)
    assert report.has_problem(Question.GRANT)
    assert not report.has_failed(Question.GRANT)


def test_every_problem_is_kept() -> None:
    """In the order in which they were found."""
    report = Report()
    report.problem(Question.GRANT, LACK)
    report.problem(Question.GRANT, *FAULTS)
    assert (LACK, *FAULTS) == verdict(report).problems
    assert Result.FAIL is verdict(report).result
    assert "the status is old; not a note" in verdict(report).detail


def test_unknown_takes_a_pass_back() -> None:
    """Where nothing was established and that is no problem."""
    report = Report()
    report.passed(Question.GRANT, "active")
    report.unknown(Question.GRANT, "not proved")
    assert (Result.UNKNOWN, "not proved") == (verdict(report).result, verdict(report).detail)


def test_no_problem_at_all() -> None:
    """An empty list of problems is none."""
    report = Report()
    report.problem(Question.GRANT)
    report.passed(Question.GRANT, "active")
    assert Result.PASS is verdict(report).result
