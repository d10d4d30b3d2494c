# SPDX-License-Identifier: Apache-2.0
"""What the witnesses that a reader knows saw of a history: how many they are, and by when they saw an entry.

One public key counts once whatever its names, and one witness once whatever its keys.
Spec: docs/spec/bundle.md section 6 step 12, docs/spec/views.md section 5.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from healthvault.errors import NotEstablished
from healthvault.tlog.cosignature import Cosignature
from healthvault.verify.verdicts import Question, Report

__all__ = ["Sighting", "distinct_witnesses", "first_to_see", "judge_witnesses", "time_bound"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A witness's word that it saw the history when it had this many entries."""

    size: int
    cosignature: Cosignature


def distinct_witnesses(sightings: Iterable[Sighting]) -> tuple[Cosignature, ...]:
    """Return the newest word of each witness."""
    in_order = sorted((sighting.cosignature for sighting in sightings), key=lambda item: item.time_ms)
    by_key = {item.key.public: item for item in in_order}
    return tuple({item.key.name: item for item in by_key.values()}.values())


def first_to_see(sightings: Iterable[Sighting], seq: int) -> Cosignature | None:
    """Return the earliest word of a witness on a checkpoint that holds entry `seq`: it was made before that."""
    holding = [sighting.cosignature for sighting in sightings if sighting.size > seq]
    return min(holding, key=lambda item: item.time_ms, default=None)


def judge_witnesses(report: Report, sightings: Sequence[Sighting], needed: int) -> None:
    """Say how many witnesses saw the history; `not_witnessed` if they are fewer than asked for."""
    question, count = Question.WITNESSES, len(distinct_witnesses(sightings))
    if count:
        report.passed(question, _seen_by(count, max(sighting.size for sighting in sightings)))
    else:
        report.unknown(question, "no cosignature of a witness that you know")
    if count < needed:
        said = f"witnesses asked for: {needed}; of those that you know {count} saw this history"
        hint = "ask the owner for a newer bundle, or your contacts whether they are witnesses of hers"
        report.problem(question, NotEstablished("not_witnessed", said, hint=hint))


def _seen_by(count: int, size: int) -> str:
    who = "1 witness" if count == 1 else f"{count} witnesses"
    what = "entry 0" if size == 1 else f"its first {size} entries"
    return f"{who} that you know saw this history, as far as {what}"


def time_bound(sightings: Iterable[Sighting]) -> str:
    """Return in words whose clocks bound the entries of a history."""
    seen = max((sighting.size for sighting in sightings), default=0)
    if seen:
        return f"witnesses bound the first {seen} entries; the rest is by the owner's clock only"
    return "the owner's clock says so; nobody else does"
