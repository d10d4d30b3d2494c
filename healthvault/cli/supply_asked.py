# SPDX-License-Identifier: Apache-2.0
"""What `hv pack trace` and `hv pack cold` do once they run: read, follow or sum up, show.

Loads the vault if it is needed.
"""

from collections.abc import Iterator, Sequence

import click

from healthvault.areas.recalls import known_lists
from healthvault.areas.supply import (
    Supplied,
    chain_of_supplied,
    chosen_packs,
    files_supplied,
    vault_supplied,
)
from healthvault.areas.supply_cold import ColdResult, reports_of
from healthvault.cli.exits import EXITS
from healthvault.cli.inputs import stdin_or_file
from healthvault.cli.objects import JsonObject
from healthvault.cli.opening import opened
from healthvault.cli.spans import Row, Span
from healthvault.cli.supply_objects import COLD_LIMITS, TRACE_LIMITS, cold_object, shortened, trace_object
from healthvault.cli.supply_options import ColdChoice, exact_degrees, gap_ms, zone_of
from healthvault.cli.terminal import Terminal
from healthvault.errors import InvalidRequest, NotEstablished
from healthvault.packs.verdicts import KnownList
from healthvault.supply.cold import Kept, Limits
from healthvault.supply.custody import Trace
from healthvault.supply.findings import Level, Verdict
from healthvault.supply.logger import Assumed
from healthvault.supply.temperature import unit_of
from healthvault.vault.vault import Vault

__all__ = ["cold_asked", "show_cold", "show_traces", "traced"]

_VERDICTS = {
    Verdict.COMPLETE: "these documents tell the whole way, from its maker to dispensing, and agree",
    Verdict.UNDERWAY: "these documents agree as far as they go; none tells that it was dispensed",
    Verdict.UNKNOWN: "something in these documents cannot be judged, so the way is not established",
    Verdict.BROKEN: "these documents contradict each other, or a link between them is missing",
}
_KEPT = {
    Kept.WITHIN: "in range for all the time that was recorded",
    Kept.OUTSIDE: "out of range",
    Kept.UNKNOWN: "no excursion was recorded, but not all of the time is known",
}


def traced(terminal: Terminal, named: Sequence[str], codes: Sequence[str]) -> list[Trace]:
    """Return the way of each pack asked for. Raises as `chain_of_supplied` and `chosen_packs`."""
    files = [name for name in named if _is_file(name)]
    ids = [name for name in named if not _is_file(name)]
    supplied = list(files_supplied([stdin_or_file(name) for name in files]))
    lists: tuple[KnownList, ...] = ()
    if ids or not named:
        with opened(terminal) as vault:
            supplied += vault_supplied(vault, ids)
            lists = _recall_lists(terminal, vault)
    return list(chosen_packs(chain_of_supplied(supplied), codes, lists))


def _recall_lists(terminal: Terminal, vault: Vault) -> tuple[KnownList, ...]:
    known = known_lists(vault)
    if known.unreadable:
        ids = ", ".join(document.id for document in known.unreadable)
        terminal.warn(f"recall lists that cannot be read, and so are not looked at: {ids}")
    return known.lists


def show_traces(terminal: Terminal, traces: Sequence[Trace], columns: tuple[str, ...]) -> None:
    """Show the way of one pack step by step, or several as a list; end with 21 if one is broken."""
    if len(traces) == 1 and not terminal.settings.json:
        _show_one(terminal, traces[0])
    else:
        objects = map(trace_object, traces)
        if terminal.is_screen:
            terminal.painted(row for each in map(shortened, objects) for row in _pack_rows(each))
        else:
            terminal.rows(objects, columns)
    _say_alerts(terminal, traces)
    TRACE_LIMITS.say(terminal)
    if any(trace.verdict is Verdict.BROKEN for trace in traces):
        raise click.exceptions.Exit(EXITS[NotEstablished])


def cold_asked(
    terminal: Terminal, named: str, chosen: ColdChoice
) -> tuple[list[ColdResult], Limits, tuple[str, str]]:
    """Return what each device in a document tells, with the limits.

    Raises:
        InvalidRequest: `bad_limit`; FormatError and what else `reports_of` raises.
    """
    limits = Limits(
        least=exact_degrees(chosen["least"]),
        most=exact_degrees(chosen["most"]),
        max_gap_ms=gap_ms(chosen["max_gap"]),
    )
    if limits.least > limits.most:
        raise InvalidRequest("bad_limit", "--min is above --max")
    unit = unit_of(chosen["unit"]) if chosen["unit"] else None
    if chosen["unit"] and unit is None:
        raise InvalidRequest("bad_limit", f"{chosen['unit']!r} is no unit of temperature", hint="CEL, FAH or KEL")
    assumed = Assumed(unit=unit, zone=zone_of(chosen["zone"]) if chosen["zone"] else None)
    one = _one_supplied(terminal, named)
    return list(reports_of(one.origin, one.content, limits, assumed)), limits, (chosen["least"], chosen["most"])


def show_cold(
    terminal: Terminal, asked: tuple[list[ColdResult], Limits, tuple[str, str]], columns: tuple[str, ...]
) -> None:
    """Show what readings come to; end with 21 unless all of it is known to be in range."""
    results, limits, typed = asked
    objects = [cold_object(result, limits, typed) for result in results]
    if len(objects) == 1 and not terminal.settings.json:
        terminal.fields(objects[0], unsaid=tuple(COLD_LIMITS.fields()))
    else:
        terminal.rows(objects, columns)
    for number, result in enumerate(results, start=1):
        _say_cold(terminal, result, f"device {number}: " if len(results) > 1 else "")
    COLD_LIMITS.say(terminal)
    if any(result.report.verdict is not Kept.WITHIN for result in results):
        raise click.exceptions.Exit(EXITS[NotEstablished])


def _say_cold(terminal: Terminal, result: ColdResult, which: str) -> None:
    report = result.report
    times = (("in range", report.within_ms), ("above", report.above_ms), ("below", report.below_ms))
    said = ", ".join(f"{_minutes(ms)} {name}" for name, ms in (*times, ("unknown", report.unknown_ms)))
    terminal.say(f"{which}{_KEPT[report.verdict]}: {said}")
    if report.series.unplaced:
        terminal.say(f"{report.series.unplaced} readings tell no known unit or time, and are not used")


def _minutes(ms: int) -> str:
    minutes, rest = divmod(ms, 60_000)
    return f"{minutes} min" if not rest else f"{minutes} min {rest // 1000} s"


def _one_supplied(terminal: Terminal, named: str) -> Supplied:
    if _is_file(named):
        (one,) = files_supplied([stdin_or_file(named)])
        return one
    with opened(terminal) as vault:
        (one,) = vault_supplied(vault, [named])
    return one


def _show_one(terminal: Terminal, trace: Trace) -> None:
    shown = trace_object(trace)
    steps, findings = shown.pop("steps"), shown.pop("findings")
    terminal.fields(shown, unsaid=tuple(TRACE_LIMITS.fields()))
    for sort, rows, columns in (("step", steps, _STEP), ("finding", findings, _FINDING)):
        told = (
            [{"row": sort, "pack": shown["pack"], **row} for row in rows if isinstance(row, dict)]
            if isinstance(rows, list)
            else []
        )
        if terminal.is_screen:
            terminal.rows([shortened(row) for row in told], _SHORT.get(sort, columns))
        else:
            terminal.rows(told, ("row", *columns))
    terminal.say(f"{trace.verdict.value}: {_VERDICTS[trace.verdict]}")


_STEP = ("time", "step", "place", "via", "signed", "documents", "event", "hash")
_SHORT = {
    "step": ("time", "step", "place", "in", "signed", "hash"),
    "finding": ("name", "level", "detail"),
}
_FINDING = ("name", "level", "detail", "document", "event")


def _pack_rows(shown: JsonObject) -> Iterator[Row]:
    """Yield a pack with its verdict and state, and below it what does not fit."""
    told = f"  {shown['verdict']}", f"  {shown['state']}" if shown["state"] else ""
    yield Row((Span(str(shown["pack"]), "bold", shrinks=True), Span(told[0]), Span(told[1], "dim")))
    names = shown["names"]
    if isinstance(names, list) and names:
        yield Row((Span("  "), Span(", ".join(map(str, names)), "yellow", shrinks=True)))


def _say_alerts(terminal: Terminal, traces: Sequence[Trace]) -> None:
    """Warn of recalls; what documents say of them stands on stdout alone."""
    count = sum(any(finding.name.level is Level.ALERT for finding in trace.findings) for trace in traces)
    if count:
        packs = "1 pack is" if count == 1 else f"{count} packs are"
        terminal.warn(f"{packs} recalled: ask your pharmacy before you use it")


def _is_file(name: str) -> bool:
    return name == "-" or not name.replace("_", "").isalnum()
