# SPDX-License-Identifier: Apache-2.0
"""All that is said, put together: each thing once, with its medicine; dispenses and stops with prescriptions.

A reference leads to a prescription or nowhere: one that could mean two means none. Pure.
Spec: docs/spec/medicines.md section 5.
"""

import re
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from healthvault.medicines.sameness import told_once
from healthvault.medicines.telling import Sort, Telling, exact_day, first_day
from healthvault.medicines.wording import grouped

__all__ = ["Book", "Stop", "is_stop", "made_book", "until_day"]

_DENIED = frozenset({"entered-in-error"})
_TAIL = re.compile(r"(?:^|[/:])([A-Za-z0-9\-.]{1,128})$")
_NOT_HANDED_OVER = frozenset(
    {"preparation", "in-progress", "cancelled", "on-hold", "stopped", "declined", "not-done"}
)
_Group = tuple[str, str]
_Key = TypeVar("_Key", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A stop as it bears on a prescription or statement."""

    telling: Telling
    day: str
    """From this day on it is stopped."""
    is_named: bool
    """It names the very prescription; else it names the medicine."""
    is_sure: bool
    """False: whether what is stopped was begun before is not known."""


@dataclass(frozen=True, kw_only=True)
class Book:
    """Everything that was said by a day."""

    tellings: tuple[Telling, ...]
    groups: dict[str, _Group]
    """By id: patient and medicine."""
    links: dict[str, Telling]
    """By the id of a dispense or stop: its prescription."""

    def group(self, telling: Telling) -> _Group:
        """Return patient and medicine; what names its prescription is of the medicine of that."""
        return self.groups[self.links.get(telling.id, telling).id]

    @cached_property
    def members(self) -> dict[_Group, list[Telling]]:
        """Everything that is said of each medicine of each patient."""
        return _shelved(self.tellings, self.group)

    @cached_property
    def dispenses(self) -> tuple[Telling, ...]:
        """What was handed over, oldest first; what has no day last."""
        found = [
            each for each in self.tellings if each.sort is Sort.DISPENSE and each.status not in _NOT_HANDED_OVER
        ]
        return tuple(sorted(found, key=lambda each: (each.date is None, each.date or "", each.id)))

    def of(self, prescription: Telling) -> list[Telling]:
        """Return the dispenses that name a prescription, oldest first."""
        return self._of.get(prescription.id, [])

    def in_group(self, group: _Group) -> list[Telling]:
        """Return the dispenses of a medicine of a patient, oldest first."""
        return self._in_group.get(group, [])

    def stops(self, course: Telling) -> tuple[Stop, ...]:
        """Return the stops of a prescription or statement, the first first."""
        near = (*self._stops_of.get(course.id, ()), *self._loose_stops.get(self.group(course), ()))
        found = [stop for each in near if (stop := self._stop(each, course)) is not None]
        return tuple(sorted(found, key=lambda stop: (stop.day, stop.telling.id)))

    @cached_property
    def _of(self) -> dict[str, list[Telling]]:
        linked = [each for each in self.dispenses if each.id in self.links]
        return _shelved(linked, lambda each: self.links[each.id].id)

    @cached_property
    def _in_group(self) -> dict[_Group, list[Telling]]:
        return _shelved(self.dispenses, self.group)

    @cached_property
    def _stops_of(self) -> dict[str, list[Telling]]:
        named = [each for each in self.tellings if is_stop(each) and each.id in self.links]
        return _shelved(named, lambda each: self.links[each.id].id)

    @cached_property
    def _loose_stops(self) -> dict[_Group, list[Telling]]:
        """Stops of a medicine by its name; one that names a prescription that is not here stops nothing."""
        return _shelved([each for each in self.tellings if is_stop(each) and not each.about], self.group)

    def _stop(self, stop: Telling, course: Telling) -> Stop | None:
        day = until_day(stop)
        if day is None or stop.id == course.id:
            return None
        if stop.id in self.links:
            return Stop(telling=stop, day=day, is_named=True, is_sure=True)
        begun = first_day(course.date) if course.date else course.said
        if begun is not None and begun > day:
            return None
        is_sure = begun is not None and begun < day
        return Stop(telling=stop, day=day, is_named=False, is_sure=is_sure)


def _shelved(tellings: Iterable[Telling], key: Callable[[Telling], _Key]) -> dict[_Key, list[Telling]]:
    found: dict[_Key, list[Telling]] = {}
    for each in tellings:
        found.setdefault(key(each), []).append(each)
    return found


def is_stop(telling: Telling) -> bool:
    """Tell whether it says that a medicine was stopped."""
    is_stopped = any(each.status == "stopped" for each in telling.tellings)
    return telling.sort is Sort.STOP or (telling.sort is Sort.STATEMENT and is_stopped)


def until_day(telling: Telling) -> str | None:
    """Return the day from which a stop holds; None if it is not known."""
    return telling.until[:10] if exact_day(telling.until) and telling.until else None


def made_book(tellings: Iterable[Telling]) -> Book:
    """Return all that was said; what was entered in error, or names no medicine, is left out."""
    said = [each for each in tellings if each.status not in _DENIED and each.medicine.words.strip()]
    names = grouped(each.medicine for each in said)

    def group(telling: Telling) -> str:
        return names[telling.medicine.key]

    once = told_once(said, group)
    groups = {each.id: (each.patient, group(each)) for each in once}
    prescriptions = [each for each in once if each.sort is Sort.PRESCRIPTION]
    shelf = _Shelf.of(prescriptions)
    links = {each.id: found for each in once if each.about and (found := shelf.find(each, groups)) is not None}
    return Book(tellings=once, groups=groups, links=links)


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Prescriptions by what they may be named by."""

    by_name: dict[str, list[Telling]]

    @staticmethod
    def of(prescriptions: list[Telling]) -> "_Shelf":
        found: dict[str, list[Telling]] = {}
        for each in prescriptions:
            names = {name for one in each.tellings for name in _names_of(one)}
            for name in names:
                found.setdefault(name, []).append(each)
        return _Shelf(found)

    def find(self, telling: Telling, groups: dict[str, _Group]) -> Telling | None:
        """Return the only prescription that it can mean."""
        for reference in telling.about:
            found = self.by_name.get(reference, [])
            if not found and (tail := _TAIL.search(reference)) and not reference.startswith(("ni:", "d_")):
                found = self._by_tail(telling, f"/{tail[1]}", groups)
            found = [each for each in found if each.patient == telling.patient]
            if len(found) == 1:
                return found[0]
        return None

    def _by_tail(self, telling: Telling, tail: str, groups: dict[str, _Group]) -> list[Telling]:
        found = self.by_name.get(tail, [])
        near = [each for each in found if set(each.documents) & set(telling.documents)]
        return near or [each for each in found if groups[each.id] == groups[telling.id]]


def _names_of(telling: Telling) -> set[str]:
    names = {telling.id, telling.document, telling.content or telling.id}
    tail = telling.identity.partition("/")[2] if telling.identity else ""
    return names | ({f"/{tail}"} if tail else set())
