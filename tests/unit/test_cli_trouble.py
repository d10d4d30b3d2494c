# SPDX-License-Identifier: Apache-2.0
"""Errors as people and scripts read them."""

import json
from collections.abc import Callable

import click
import pytest

from healthvault.cli.trouble import Trouble, explain, trace
from healthvault.errors import NotFound


def test_our_errors_keep_code_exit_message_and_hint() -> None:
    """Nothing is lost on the way to the terminal."""
    expected = Trouble(code="not_found", exit=5, message="nothing has the id d_x", hint="hv list")
    assert expected == explain(NotFound("not_found", "nothing has the id d_x", hint="hv list"))


@pytest.mark.parametrize(
    ("error", "code", "exit_code"),
    [
        (click.UsageError("no"), "usage", 2),
        (click.BadParameter("no"), "usage", 2),
        (KeyboardInterrupt(), "interrupted", 130),
        (KeyboardInterrupt(1), "interrupted", 129),
        (KeyboardInterrupt(2), "interrupted", 130),
        (KeyboardInterrupt(15), "interrupted", 143),
        (OSError(28, "No space left on device", "/x"), "io_error", 1),
        (ZeroDivisionError("secret in here"), "internal", 1),
        (MemoryError(), "internal", 1),
    ],
)
def test_every_exception_has_a_code_and_an_exit(error: BaseException, code: str, exit_code: int) -> None:
    """Also those that are not ours."""
    trouble = explain(error)
    assert (code, exit_code) == (trouble.code, trouble.exit)


def test_an_unforeseen_error_shows_its_type_only() -> None:
    """Its text may quote data."""
    assert "unexpected ValueError" == explain(ValueError("Ana Silva")).message


def test_errors_are_one_line_each_with_visible_characters() -> None:
    """A path with an escape sequence cannot act on the terminal, nor start another line."""
    trouble = Trouble(code="x", exit=1, message="a\x1b[2J\nb", hint="c\nd")
    assert "error: a\\x1b[2J\\nb\nhint: c\\nd\n" == trouble.to_text()


def test_the_file_is_named_unless_the_message_does() -> None:
    """One of several inputs that failed is named once."""
    assert "error: a.pdf: broken\n" == Trouble(code="x", exit=1, message="broken").to_text("a.pdf")
    assert "error: a.pdf: broken\n" == Trouble(code="x", exit=1, message="a.pdf: broken").to_text("a.pdf")


def test_the_json_line_has_the_promised_fields() -> None:
    """Type, schema, code, exit, message, hint, and the file where there is one."""
    trouble = Trouble(code="x", exit=1, message="m")
    assert (
        '{"type": "error", "schema": 1, "code": "x", "exit": 1, "message": "m", "hint": null}\n'
        == trouble.to_json()
    )
    assert "a.pdf" == json.loads(trouble.to_json("a.pdf"))["file"]


def ours(names: dict[str, str]) -> str:
    """Raise an error of ours from another."""
    try:
        return names["Ana Silva"]
    except KeyError as err:
        raise NotFound("not_found", "nothing\nthere") from err


def another(text: str) -> int:
    """Raise an error while another is at hand."""
    try:
        return int(text)
    except ValueError:
        return {1: 1}[int(text, 36)]


def a_third(text: str) -> int:
    """Raise an error that hides another."""
    try:
        return int(text)
    except ValueError:
        raise TypeError(text) from None


def test_a_trace_names_places_and_types_but_no_values() -> None:
    """Errors of ours speak; the text of others may quote data."""
    with pytest.raises(NotFound) as caught:
        ours({})
    first, second = trace(caught.value).split("Traceback, NotFound: nothing\\nthere\n")
    assert first.startswith("Traceback, KeyError\n  File ")
    assert "in test_a_trace_names" in second


@pytest.mark.parametrize(
    ("work", "error", "expected"),
    [(another, KeyError, ["ValueError", "KeyError"]), (a_third, TypeError, ["TypeError"])],
)
def test_a_trace_goes_as_far_as_python_would(
    work: Callable[[str], int], error: type[Exception], expected: list[str]
) -> None:
    """What was at hand is shown as well, unless it was hidden; values never are."""
    with pytest.raises(error) as caught:
        work("zaun")
    said = trace(caught.value)
    heads = [line for line in said.splitlines() if line.startswith("Traceback")]
    assert [f"Traceback, {name}" for name in expected] == heads
    assert "zaun" not in said.replace('work("zaun")', "")
