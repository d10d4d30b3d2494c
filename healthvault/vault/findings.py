# SPDX-License-Identifier: Apache-2.0
"""What an audit finds: each finding with its exact place and what to do about it.

Spec: docs/spec/vault-folder.md section 7.2.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from healthvault.errors import FormatError, IntegrityError, InvalidRequest, VaultDamaged
from healthvault.vault.views import Finding

__all__ = ["MADE_ANEW", "MAX_ALIKE", "RESTORE", "SETTLED", "Findings"]

_T = TypeVar("_T")
MAX_ALIKE = 100
RESTORE = "put this file back from a backup; `hv export` takes out what is whole"
MADE_ANEW = "nothing: it is made anew when it is needed"
SETTLED = "nothing: the next writing command settles it"


@dataclass(slots=True)
class Findings:
    """What was found so far; of the same kind in the same file no more than 100."""

    root: str = ""
    """The vault's folder, which is not repeated in every message."""
    found: list[Finding] = field(default_factory=list)
    _counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, where: str, code: str, message: str, *, hint: str = RESTORE, severity: str = "error") -> None:
        """Add one finding.

        Args:
            where: The file, then the entry, object or slot in it.
            code: Stable, of docs/reference/codes.md.
            message: What is wrong.
            hint: What to do.
            severity: `error` or `warning`.
        """
        file = where.split(" ", 1)[0]
        message = message.replace(f"{self.root}/", "").removeprefix(f"{file}: ") if self.root else message
        self._counts[file, code] += 1
        if self._counts[file, code] == MAX_ALIKE + 1:
            where, message = file, "and more of this kind"
        if self._counts[file, code] <= MAX_ALIKE + 1:
            self.found.append(Finding(severity=severity, where=where, code=code, message=message, hint=hint))

    def warn(self, where: str, code: str, message: str, *, hint: str) -> None:
        """Add one finding that is no damage."""
        self.add(where, code, message, hint=hint, severity="warning")

    def attempt(self, where: str, work: Callable[[], _T], *, hint: str = RESTORE) -> _T | None:
        """Return what `work` returns; a fault of the vault becomes a finding, and the audit goes on."""
        try:
            return work()
        except (VaultDamaged, FormatError, IntegrityError) as err:
            self.add(where, err.code, err.message, hint=hint)
        except InvalidRequest as err:
            if err.code != "io_error":
                raise
            self.add(where, err.code, err.message, hint=hint)
        return None
