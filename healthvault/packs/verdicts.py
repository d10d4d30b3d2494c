# SPDX-License-Identifier: Apache-2.0
"""What can be said of a code, each question apart, and the one sentence that never says too much. Pure.

Spec: docs/spec/packs.md section 6.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from healthvault.gs1.recalls import Answer, Recall, is_about
from healthvault.gs1.trade_items import TradeItem

__all__ = [
    "CANNOT",
    "KnownList",
    "Result",
    "Sighting",
    "Verdict",
    "age_of",
    "check_digit_verdict",
    "expiry_verdict",
    "incomparable",
    "recall_verdict",
    "seen_verdict",
    "sentence",
]

CANNOT = "cannot prove this pack is genuine"


class Result(Enum):
    """As in every verification."""

    PASS = "pass"  # noqa: S105  no password
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer to one question."""

    name: str
    result: Result
    detail: str
    words: str = ""
    """Its part of the sentence."""
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownList:
    """A list of recalls that is known here."""

    document: str
    """Id."""
    day: date | None
    source: str
    recalls: tuple[Recall, ...]
    is_received: bool
    """It came from somebody else; else the owner imported it from a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A place where the same serial number stands already."""

    document: str
    """Id."""
    role: str
    """`scan`, `received scan`, `dispense` or `supply chain event`."""
    when: str | None
    """ISO 8601, as far as known."""
    detail: str = ""


def check_digit_verdict(wrong: Sequence[str]) -> Verdict:
    """Return whether the numbers of a code are right, by the identifiers of those that are not."""
    if wrong:
        said = f"wrong in {', '.join(f'({ai})' for ai in wrong)}: mistyped, damaged or made up"
        return Verdict(name="check_digit", result=Result.FAIL, detail=said, code="check_digit")
    return Verdict(name="check_digit", result=Result.PASS, detail="right; anybody can work it out")


def expiry_verdict(expiries: Sequence[date], *, today: date) -> Verdict:
    """Return whether a thing has expired, by every day of expiry that is known of it."""
    if not expiries:
        return Verdict(name="expiry", result=Result.UNKNOWN, detail="the code gives no expiry: read the pack")
    first, last = min(expiries), max(expiries)
    if first < today:
        said = f"expired on {first.isoformat()}"
        return Verdict(name="expiry", result=Result.FAIL, detail=said, words="expired", code="expired")
    return Verdict(name="expiry", result=Result.PASS, detail=f"expires on {last.isoformat()}")


def recall_verdict(items: Sequence[TradeItem], lists: Sequence[KnownList], *, today: date) -> Verdict:
    """Return whether a thing is recalled, by every list that is known here.

    Args:
        items: All that is known of the thing; several where scans contradict each other.
        lists: In no order.
        today: By which the age of the lists is told.
    """
    if not lists:
        said = "no list of recalls is here: `hv pack recall FILE` takes one in"
        return Verdict(name="recall", result=Result.UNKNOWN, detail=said, words="no recall list here")
    about = [
        (is_about(recall, item), recall, known) for known in lists for recall in known.recalls for item in items
    ]
    hit = next((each for each in about if each[0] is Answer.YES), None)
    if hit is not None:
        return Verdict(
            name="recall", result=Result.FAIL, detail=_named(*hit[1:]), words="recalled", code="recalled"
        )
    doubt = next((each for each in about if each[0] is Answer.UNKNOWN), None)
    if doubt is not None:
        said = f"it may be: the code does not say enough, or contradicts the list; {_named(*doubt[1:])}"
        return Verdict(name="recall", result=Result.UNKNOWN, detail=said, words="perhaps recalled")
    said = f"not in the lists known here: {age_of(lists, today=today)}"
    return Verdict(name="recall", result=Result.PASS, detail=said, words="unrecalled")


def incomparable(name: str) -> Verdict:
    """Return the verdict on a code of which a number is wrong: nothing can be known of what it names."""
    said = "a number in the code is wrong: there is nothing to compare"
    return Verdict(name=name, result=Result.UNKNOWN, detail=said)


def seen_verdict(serial: str | None, sightings: Sequence[Sighting]) -> Verdict:
    """Return whether the serial number of a pack was seen here before."""
    if serial is None:
        said = "the code has no serial number; where one is printed, the separator before it is missing"
        return Verdict(name="first_seen", result=Result.UNKNOWN, detail=said, words="without a serial number")
    if not sightings:
        said = "first seen here; what was seen elsewhere nobody here knows"
        return Verdict(name="first_seen", result=Result.PASS, detail=said, words="first seen here")
    said = "seen before here: this very pack again, or a copy of its code"
    return Verdict(
        name="first_seen", result=Result.UNKNOWN, detail=said, words="seen before here", code="seen_before"
    )


def sentence(verdicts: Sequence[Verdict]) -> str:
    """Return all of it in one sentence, which ends with what no code can prove."""
    is_right = all(each.code != "check_digit" for each in verdicts)
    parts = ["well-formed" if is_right else "wrong check digit", *(each.words for each in verdicts if each.words)]
    return f"{', '.join(parts)}: {CANNOT}"


def age_of(lists: Sequence[KnownList], *, today: date) -> str:
    """Return how many lists there are, how many from others, and how old the newest is; the future is no age."""
    days = [known.day for known in lists if known.day is not None and known.day <= today]
    count = f"{len(lists)} list{'' if len(lists) == 1 else 's'}"
    if received := sum(known.is_received for known in lists):
        count += f" ({received} received from others)"
    if not days:
        return f"{count}, of unknown date"
    old = (today - max(days)).days
    return f"{count}, the newest of {max(days).isoformat()}, {old} day{'' if old == 1 else 's'} old"


def _named(recall: Recall, known: KnownList) -> str:
    what = f"lot {recall.lot}" if recall.lot else "all lots"
    what += f", serial number {recall.serial}" if recall.serial else ""
    by = "received from somebody" if known.is_received else "imported by you"
    why = f": {recall.reason}" if recall.reason else ""
    of = f", of {recall.day.isoformat()}" if recall.day else ""
    return f"{what} of {recall.gtin} by {recall.place} of {known.document[:10]} ({by}{of}){why}"
