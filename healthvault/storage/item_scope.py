# SPDX-License-Identifier: Apache-2.0
"""Which items and documents are looked at, as tests of a question and the values that are bound in it.

Spec: docs/spec/contents.md section 9.
"""

import json
from dataclasses import dataclass

__all__ = ["Scope"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which items and documents are looked at; None leaves a question open."""

    since: str | None = None
    until: str | None = None
    """The last day; what has no date is not after it."""
    kind: str | None = None
    """Of a document, or the FHIR type of an item."""
    category: str | None = None
    not_owners: tuple[tuple[int, int | None], ...] = ()
    """Document and subject (its number) of what is not known to be about the owner."""
    hidden: tuple[int, ...] = ()
    """Documents of which nothing is known to be about the owner."""
    undated: bool = False
    """What has no date is looked at too where `since` or `until` is given."""

    def values(self) -> dict[str, str | None]:
        """Return what is bound in each question."""
        others = json.dumps([f"{seq}:{'' if number is None else number}" for seq, number in self.not_owners])
        return {
            "since": self.since,
            "until": self.until,
            "kind": self.kind,
            "category": self.category,
            "others": others,
            "hidden": json.dumps(self.hidden),
        }

    def of_items(self) -> str:
        """Return the tests of an item."""
        tests = ["label.status = 'current'"]
        tests += self._days("item.day")
        tests += ["(item.type = :kind or label.type = :kind)"] if self.kind else []
        tests += ["item.category = :category"] if self.category else []
        if self.not_owners:
            tests.append(
                "item.seq || ':' || ifnull(item.subject, '') not in (select value from json_each(:others))"
            )
        return " and ".join(tests)

    def of_documents(self) -> str:
        """Return the tests of a document."""
        tests = ["label.status = 'current'"]
        tests += self._days("substr(label.date, 1, 10)")
        tests += ["label.type = :kind"] if self.kind else []
        tests += ["label.category = :category"] if self.category else []
        tests += ["label.seq not in (select value from json_each(:hidden))"] if self.hidden else []
        return " and ".join(tests)

    def _days(self, day: str) -> list[str]:
        tests = [f"{day} >= :since"] if self.since else []
        tests += [f"{day} <= :until"] if self.until else []
        return [f"({day} is null or {test})" for test in tests] if self.undated else tests
