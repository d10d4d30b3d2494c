# SPDX-License-Identifier: Apache-2.0
"""When an entry was made, as far as the clocks of others bound it; the owner's own clock counts for nothing.

A cosignature that came back in a receipt bounds both ways: what its checkpoint holds was made before it, and what
was written after the receipt had come in was made after it. Spec: docs/spec/views.md section 5.
"""

from bisect import bisect_left, bisect_right
from itertools import accumulate

from healthvault.storage.consent_rows import ConsentRows
from healthvault.vault.vault import Vault
from healthvault.vault.views import Interval

__all__ = ["Intervals"]


class Intervals:
    """The bounds of all entries of an unlocked vault, read once."""

    def __init__(self, vault: Vault) -> None:
        rows = ConsentRows(vault.catalogue)
        contacts = {row.vault for row in rows.contacts()}  # a stranger's clock may say anything
        seen = [row for row in rows.receipts() if row.vault in contacts]
        by_size = sorted((row.size, row.cosigned_ms) for row in seen)
        self._sizes = [size for size, _ in by_size]
        earliest = accumulate((time_ms for _, time_ms in reversed(by_size)), min)
        self._seen_by_ms = [*earliest][::-1]
        self._came_in = [row.seq for row in seen]
        self._signed_by_ms = [*accumulate((row.cosigned_ms for row in seen), max)]

    def of(self, seq: int) -> Interval:
        """Return the bounds of an entry."""
        holding = bisect_right(self._sizes, seq)
        before = bisect_left(self._came_in, seq)
        return Interval(
            not_before_ms=self._signed_by_ms[before - 1] if before else None,
            not_after_ms=self._seen_by_ms[holding] if holding < len(self._sizes) else None,
        )
