# SPDX-License-Identifier: Apache-2.0
"""A sink that works in a second thread, so that hashing and writing one batch overlap sealing the next.

Order is kept, two batches at most are in memory, and what fails there is raised here, at a later `write` or at
`finish`. Worth it for large documents only: hashing, sealing and writing release the interpreter's lock.

Spec: docs/spec/vault-folder.md section 5.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self

__all__ = ["Relay"]

BATCH_BYTES = 1 << 20


class Relay:
    """Hands what it is given to `sink`, in order. Leaving its block waits for the thread."""

    def __init__(self, sink: Callable[[bytes], object]) -> None:
        self._sink = sink
        self._pool = ThreadPoolExecutor(1)
        self._running: Future[None] | None = None
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def write(self, data: bytes) -> None:
        """Take data on. Raises whatever the sink raised for earlier data."""
        self._waiting.append(data)
        self._waiting_bytes += len(data)
        if self._waiting_bytes >= BATCH_BYTES:
            self._hand_over()

    def finish(self) -> None:
        """Wait until the sink has taken everything. Raises whatever it raised."""
        self._hand_over()
        self._join()

    def _hand_over(self) -> None:
        self._join()
        self._running = self._pool.submit(self._drain, self._waiting)
        self._waiting, self._waiting_bytes = [], 0

    def _join(self) -> None:
        if self._running is not None:
            self._running.result()

    def _drain(self, batch: Sequence[bytes]) -> None:
        self._sink(b"".join(batch))  # in one piece: two threads that take turns often only wait for each other
