# SPDX-License-Identifier: Apache-2.0
"""What could single her out in spite of all: said to the owner before anything is written.

The records are of one person, so every combination of them is a small cell; nothing here can tell how rare it is
among people, and nothing is called safe. Pure. Spec: docs/spec/research.md section 9.
"""

from collections import Counter
from collections.abc import Sequence

from healthvault.research.record import PERSON, Record

__all__ = ["rare_codes", "warnings_of"]

_TELLING = ("AllergyIntolerance", "Condition", "Procedure")  # what neighbours, papers and colleagues know of


def warnings_of(records: Sequence[Record], *, elsewhere: int) -> tuple[str, ...]:
    """Return what to warn the owner of.

    Args:
        records: Of the export.
        elsewhere: How many of them went to other studies of hers too.
    """
    found = [_of_person(records), _of_rare(records), _of_days(records), _of_value(records)]
    if elsewhere:
        found.append(
            f"{elsewhere} of these records went to another study of yours too: whoever holds both exports can put"
            " values, codes and the days between them side by side, and see that they are of one person"
        )
    return tuple(line for line in found if line)


def rare_codes(records: Sequence[Record]) -> tuple[str, ...]:
    """Return the codes that stand in the records once only, sorted; of a record its first."""
    counts = Counter(code for record in records for _, code in record.codes[:1])
    return tuple(sorted(code for code, count in counts.items() if count == 1))


def _of_person(records: Sequence[Record]) -> str:
    person = next((record for record in records if record.type == PERSON), None)
    said = ((person.sex, "sex"), (person.birth, "time of birth")) if person else ()
    told = [word for value, word in said if value]
    kinds = Counter(record.type for record in records if record.type in _TELLING)
    told += [f"{count} {kind}" for kind, count in sorted(kinds.items())]
    return f"small cell: {', '.join(told)}: together they may be those of one person only" if told else ""


def _of_rare(records: Sequence[Record]) -> str:
    once = len(rare_codes(records))
    return f"{once} codes stand there once only: the rarer among people, the easier to know you by" if once else ""


def _of_days(records: Sequence[Record]) -> str:
    days = {record.date for record in records if record.date}
    if not days:
        return ""
    return (
        f"{len(days)} days are all moved by the same number: whoever knows the true day of one thing knows all,"
        " and the days between them are true"
    )


def _of_value(records: Sequence[Record]) -> str:
    count = sum(record.value is not None for record in records)
    return (
        f"{count} measured values: whoever has them from elsewhere can find you by a few of them" if count else ""
    )
