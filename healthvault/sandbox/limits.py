# SPDX-License-Identifier: Apache-2.0
"""What reading one document may take. The process that reads sets some limits itself, its other end holds all.

Spec: docs/spec/contents.md section 5.
"""

__all__ = [
    "AHEAD_BYTES",
    "CPU_SECONDS",
    "LEAST_GET_BYTES",
    "MEMORY_BYTES",
    "MOST_AHEAD_BYTES",
    "SILENT_SECONDS",
    "most_read_bytes",
    "most_said_bytes",
    "most_seconds",
    "most_waited_seconds",
]

MEMORY_BYTES = 1 << 30  # of address space
CPU_SECONDS = 60  # for one document
CPU_BYTES_A_SECOND = 2 << 20  # and a second more for each two megabytes of it
CPU_PACKED_BYTES_A_SECOND = 256 << 10  # of a zip, whose content is some times as large
MOST_CPU_SECONDS = 3600
SLOWNESS = 10  # a second of processor time may take so long on a busy machine
SILENT_SECONDS = 600.0  # without any sign of life
AHEAD_BYTES = 1 << 18
MOST_AHEAD_BYTES = 16 << 20  # of one piece of the document
LEAST_GET_BYTES = 64  # a piece counts as large as this, so that asking for nothing comes to an end too
TIMES_READ = 6  # a reader may go over a document that often
LEAST_READ_BYTES = 64 << 20
LEAST_SAID_BYTES = 256 << 20  # of all statements
TIMES_SAID = 4


def most_seconds(size_bytes: int, *, is_packed: bool) -> int:
    """Return how many seconds of processor time a document may take."""
    rate = CPU_PACKED_BYTES_A_SECOND if is_packed else CPU_BYTES_A_SECOND
    return min(MOST_CPU_SECONDS, CPU_SECONDS + size_bytes // rate)


def most_waited_seconds(size_bytes: int) -> float:
    """Return how many seconds reading a document may take in all, whoever is waited for."""
    return float(SLOWNESS * most_seconds(size_bytes, is_packed=True))


def most_read_bytes(size_bytes: int) -> int:
    """Return how many bytes a reader may ask for in all."""
    return max(LEAST_READ_BYTES, size_bytes * TIMES_READ)


def most_said_bytes(size_bytes: int) -> int:
    """Return how many bytes may be said of a document in all."""
    return max(LEAST_SAID_BYTES, size_bytes * TIMES_SAID)
