# SPDX-License-Identifier: Apache-2.0
"""What a reader states of bytes that a test has made. Not a test."""

import io
from typing import TypeVar

from healthvault.errors import HealthVaultError
from healthvault.records.reading import read
from healthvault.records.statements import Statement

T = TypeVar("T")


def stated(data: bytes, name: str) -> list[Statement]:
    """Return all that a file states."""
    return list(read(io.BytesIO(data), name=name, size_bytes=len(data)))


def of(kind: type[T], statements: list[Statement]) -> list[T]:
    """Return the statements of one kind."""
    return [each for each in statements if isinstance(each, kind)]


def broken_off(data: bytes, name: str, kind: str | None = None) -> tuple[list[Statement], str]:
    """Return what a file states before its reader stops, and the code of the error; empty if there is none."""
    told: list[Statement] = []
    try:
        for each in read(io.BytesIO(data), name=name, size_bytes=len(data), kind=kind):
            told.append(each)  # noqa: PERF402 - what came before the error counts
    except HealthVaultError as err:
        return told, err.code
    return told, ""
