# SPDX-License-Identifier: Apache-2.0
"""The JSON objects of `hv pack trace` and `hv pack cold`. Pure; see `objects` for what holds for all of them."""

from typing import TYPE_CHECKING

from healthvault.cli.clock import rfc3339
from healthvault.cli.limits import Limits
from healthvault.cli.objects import Json, JsonObject, new_object

if TYPE_CHECKING:
    from healthvault.areas.supply_cold import ColdResult
    from healthvault.supply.cold import Excursion
    from healthvault.supply.cold import Limits as Bounds
    from healthvault.supply.custody import Trace
    from healthvault.supply.findings import Finding
    from healthvault.supply.steps import Step

__all__ = ["COLD_LIMITS", "TRACE_LIMITS", "cold_object", "shortened", "trace_object"]

TRACE_LIMITS = Limits(
    proves="what these documents tell of a pack, whether they agree, and whose signature each step has",
    does_not_prove=(
        "that the pack in your hand is this one, that an event is true, least of all an unsigned one,"
        " nor what no document tells"
    ),
)
COLD_LIMITS = Limits(
    proves="what these readings come to, exactly, with gaps as unknown",
    does_not_prove=(
        "that the logger was right, or with the pack all the time; nothing here watches anything as it happens"
    ),
)


def trace_object(trace: "Trace") -> JsonObject:
    """Return the way of one pack."""
    steps: list[Json] = [_step(step) for step in trace.steps]
    findings: list[Json] = [_finding(finding) for finding in trace.findings]
    names: list[Json] = [*sorted({finding.name.value for finding in trace.findings})]
    unsigned = sum(not step.told.signers for step in trace.steps)
    return new_object(
        "pack_trace",
        {
            "pack": trace.pack,
            "verdict": trace.verdict.value,
            "names": names,
            "state": trace.state.kind,
            "place": trace.state.place,
            "container": trace.state.container,
            "since": None if trace.state.since_ms is None else rfc3339(trace.state.since_ms),
            "lot": trace.lot,
            "expiry": trace.expiry,
            "unsigned": unsigned,
            "steps": steps,
            "findings": findings,
            **TRACE_LIMITS.fields(),
        },
    )


def _step(step: "Step") -> JsonObject:
    event = step.told.event
    signers: list[Json] = [{"name": name, "how": how} for name, how in step.told.signers]
    return {
        "time": None if event.time.ms is None else rfc3339(event.time.ms),
        "step": event.step or None,
        "place": event.where,
        "read_point": event.read_point,
        "via": step.via,
        "signed": ", ".join(name for name, _ in step.told.signers) or "unsigned",
        "signers": signers,
        "action": event.action or None,
        "disposition": event.disposition or None,
        "from": [name for _, name in event.sources],
        "to": [name for _, name in event.destinations],
        "documents": [origin.document for origin in step.told.origins],
        "event": event.place,
        "event_id": event.id,
        "hash": event.hashes.reference,
        "hash_2_1": event.hashes.text,
    }


def _finding(finding: "Finding") -> JsonObject:
    return {
        "name": finding.name.value,
        "level": finding.name.level.value,
        "detail": finding.detail,
        "document": finding.document,
        "event": finding.place,
    }


def shortened(row: JsonObject) -> JsonObject:
    """Return a pack or a step with names that fit a screen; whole ones are in a pipe and in JSON."""
    found = dict(row)
    via = found.get("via")
    if isinstance(via, str):
        found["in"] = None if found.get("pack") == via else _short_name(via)
    for field, short in (("pack", _short_name), ("place", _short_name), ("hash", _short_hash), ("time", _minute)):
        value = found.get(field)
        if isinstance(value, str):
            found[field] = short(value)
    return found


def _short_name(name: str) -> str:
    """Return a name without the address of its vocabulary: `039999.345678`, `00300010123455/11`."""
    link = name.removeprefix("https://id.gs1.org/")
    if link != name:
        return "/".join(link.split("/")[1::2])
    return name.removeprefix("urn:epc:id:").partition(":")[2].removesuffix(".0") or name


def _short_hash(text: str) -> str:
    return text.partition(";")[2][:8]


def _minute(text: str) -> str:
    return text[:16].replace("T", " ")


def cold_object(result: "ColdResult", bounds: "Bounds", asked: tuple[str, str]) -> JsonObject:
    """Return what one device's readings come to.

    Args:
        result: The report.
        bounds: As exact numbers.
        asked: The limits in degrees Celsius, as typed.
    """
    report = result.report
    excursions: list[Json] = [_excursion(each) for each in report.excursions]
    gaps: list[Json] = [{"from": rfc3339(begin), "until": rfc3339(end)} for begin, end in report.gaps]
    return new_object(
        "cold_chain",
        {
            "document": result.origin.document,
            "device": report.series.device,
            "signed": ", ".join(name for name, _ in result.origin.signers) or "unsigned",
            "things": list(report.series.things),
            "verdict": report.verdict.value,
            "min": asked[0],
            "max": asked[1],
            "max_gap_ms": bounds.max_gap_ms,
            "from": None if report.begin_ms is None else rfc3339(report.begin_ms),
            "until": None if report.end_ms is None else rfc3339(report.end_ms),
            "within_ms": report.within_ms,
            "above_ms": report.above_ms,
            "below_ms": report.below_ms,
            "unknown_ms": report.unknown_ms,
            "readings": len(report.series.samples),
            "summaries": len(report.series.summaries),
            "unplaced": report.series.unplaced,
            "excursions": excursions,
            "gaps": gaps,
            **COLD_LIMITS.fields(),
        },
    )


def _excursion(excursion: "Excursion") -> JsonObject:
    return {
        "side": excursion.side.value,
        "from": rfc3339(excursion.begin_ms),
        "until": rfc3339(excursion.end_ms),
        "duration_ms": excursion.duration_ms,
        "extreme": excursion.extreme.text,
        "open": excursion.is_open,
    }
