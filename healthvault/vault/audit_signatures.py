# SPDX-License-Identifier: Apache-2.0
"""Signatures checked in other threads, which libsodium lets run beside the walk over the journal.

Spec: docs/spec/vault-folder.md section 7.2.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self

from healthvault.errors import IntegrityError
from healthvault.ledger.entry import SignedEntry, verify_entry

__all__ = ["SignatureCheck"]

_BATCH = 256
_MOST_WAITING = 4

_Task = tuple[str, bytes, SignedEntry]
"""Where the entry is, the key (32 bytes), and the entry."""


class SignatureCheck:
    """Takes entries, and reports those whose signature does not hold; some only at the end of its block."""

    def __init__(self, report: Callable[[str, IntegrityError], None]) -> None:
        self._report = report
        self._pool = ThreadPoolExecutor(max_workers=2)
        self._batch: list[_Task] = []
        self._running: deque[Future[list[tuple[str, IntegrityError]]]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._send()
        while self._running:
            self._collect()
        self._pool.shutdown()

    def add(self, where: str, public: bytes, signed: SignedEntry) -> None:
        """Check one entry's signature under a key (32 bytes), now or later."""
        self._batch.append((where, public, signed))
        if len(self._batch) == _BATCH:
            self._send()

    def _send(self) -> None:
        if len(self._running) == _MOST_WAITING:
            self._collect()
        self._running.append(self._pool.submit(_failing, self._batch))
        self._batch = []

    def _collect(self) -> None:
        for where, error in self._running.popleft().result():
            self._report(where, error)


def _failing(batch: list[_Task]) -> list[tuple[str, IntegrityError]]:
    failing: list[tuple[str, IntegrityError]] = []
    for where, public, signed in batch:
        try:
            verify_entry(signed, public, own=True)
        except IntegrityError as err:
            failing.append((where, err))
    return failing
