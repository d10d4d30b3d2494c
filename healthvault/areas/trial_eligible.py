# SPDX-License-Identifier: Apache-2.0
"""Whether the owner meets the criteria of a trial, by what her own documents state. Nothing is shared or kept.

Spec: docs/spec/trial-consent.md section 7.
"""

from dataclasses import dataclass
from datetime import date

from healthvault.storage.contents import Contents
from healthvault.storage.item_rows import ItemRows
from healthvault.storage.item_scope import Scope
from healthvault.trials.criteria import Criteria
from healthvault.trials.eligibility import TYPES, Answer, Fact, Person, evaluate
from healthvault.vault.owners_view import owners_scope
from healthvault.vault.person import owner_of
from healthvault.vault.vault import Vault
from healthvault.vault.whose import Whose

__all__ = ["Judged", "judge"]

_TYPES = (*(name for types in TYPES.values() for name in types), "Observation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The answer, and whose records there are."""

    answer: Answer
    whose: Whose


def judge(vault: Vault, contents: Contents, criteria: Criteria, day: date) -> Judged:
    """Return whether the owner meets criteria as of a day.

    Args:
        vault: Unlocked.
        contents: The index, brought up.
        criteria: A stranger's.
        day: What is dated later does not count.

    Raises:
        InvalidRequest: `io_error`.
    """
    scope, whose = owners_scope(vault, contents, Scope(), everyone=False)
    rows = ItemRows(contents).of_types(scope, _TYPES)
    owner = owner_of(vault)
    person = Person(
        birth_date=owner.birth_date,
        sex=owner.sex,
        facts=tuple(Fact(document=row.document.id, item=row.item) for row in rows),
    )
    return Judged(answer=evaluate(criteria, person, day), whose=whose)
