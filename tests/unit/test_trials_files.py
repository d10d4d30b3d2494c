# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.trials.files: docs/spec/trials.md section 5."""

import hashlib

import pytest

from healthvault.trials.answers import Asked
from healthvault.trials.files import Committed, FoundFile, compare_files
from tests.trials import codes, doc_id


def committed(name: str, data: bytes, seq: int = 1) -> Committed:
    """Return a file of the bundle."""
    return Committed(document=doc_id(seq), name=name, size_bytes=len(data), sha256=hashlib.sha256(data).digest())


def lying(name: str, data: bytes) -> FoundFile:
    """Return a file of the folder."""
    return FoundFile(name=name, size_bytes=len(data), sha256=hashlib.sha256(data).digest())


INPUTS = (committed("a.csv", b"1"), committed("b.csv", b"2", 2))
OTHERS = (committed("protocol.pdf", b"p", 3),)


@pytest.mark.parametrize(
    ("found", "expected", "named"),
    [
        ([("a.csv", b"1"), ("b.csv", b"2")], [], "2 files"),
        ([("a.csv", b"1"), ("sub/other-name", b"2"), ("protocol.pdf", b"p")], [], "2 files"),
        ([("a.csv", b"1"), ("b.csv", b"3")], ["input_changed"], "b.csv"),
        ([("a.csv", b"1"), ("sub/B.CSV", b"3")], ["input_changed"], "B.CSV"),
        ([("a.csv", b"1")], ["input_missing"], "b.csv"),
        ([("a.csv", b"1"), ("b.csv", b"2"), ("c.csv", b"3")], ["input_added"], "c.csv"),
        ([("a.csv", b"1"), ("b.csv", b"2"), ("sub/b.csv", b"3")], ["input_added"], "sub/b.csv"),
        ([("a.csv", b"2"), ("b.csv", b"1")], [], "2 files"),
        ([], ["input_missing"], "a.csv, b.csv"),
    ],
)
def test_files_and_inputs(found: list[tuple[str, bytes]], expected: list[str], named: str) -> None:
    """By bytes, whatever their names; what differs is named."""
    answer = compare_files(Asked.FILES, INPUTS, OTHERS, [lying(*each) for each in found])
    assert (expected, True) == (codes(answer), named in answer.detail)
    assert ("fail" if expected else "pass") == answer.result


def test_what_a_program_would_stumble_over() -> None:
    """A copy was not committed to; other names, and other documents beside them, are named."""
    both = [lying("a.csv", b"1"), lying("b.csv", b"2")]
    answer = compare_files(Asked.FILES, INPUTS, OTHERS, [*both, lying("copy.csv", b"1")])
    assert (["input_added"], True) == (codes(answer), "copy.csv" in answer.detail)
    assert "none more" in compare_files(Asked.FILES, INPUTS, OTHERS, both).detail
    answer = compare_files(Asked.FILES, INPUTS, OTHERS, [*both, lying("protocol.pdf", b"p")])
    assert ([], True, False) == (codes(answer), "protocol.pdf" in answer.detail, "none more" in answer.detail)
    answer = compare_files(Asked.FILES, INPUTS, OTHERS, [lying("a.csv", b"2"), lying("b.csv", b"1")])
    assert ("pass", True) == (answer.result, "under another name: a.csv, b.csv" in answer.detail)


def test_a_doubted_answer() -> None:
    """It is no pass; a failure stays one."""
    passed = compare_files(Asked.FILES, (), (), [])
    assert ("unknown", True) == (passed.doubted("why").result, passed.doubted("why").detail.startswith("why; "))
    assert "fail" == compare_files(Asked.FILES, INPUTS, (), []).doubted("why").result
