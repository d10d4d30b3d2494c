# SPDX-License-Identifier: Apache-2.0
"""Temperatures out of the sensor reports of EPCIS 2.0 events, a series for each device.

A report without a moment, or of a unit that is not known, is counted and not used. Source: EPCIS 2.0, 7.3.7.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from healthvault.supply.cold import Sample, Series, Summary
from healthvault.supply.event import Event
from healthvault.supply.part import Part
from healthvault.supply.temperature import Temperature, temperature_of, unit_of
from healthvault.supply.times import moment_of

__all__ = ["series_of_events"]

_KINDS = frozenset(
    f"{prefix}Temperature" for prefix in ("", "gs1:", "https://gs1.org/voc/", "https://ref.gs1.org/voc/")
)


@dataclass(slots=True)
class _Heard:
    things: dict[str, None] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)
    summaries: list[Summary] = field(default_factory=list)
    unplaced: int = 0


def series_of_events(events: Iterable[Event]) -> Iterator[Series]:
    """Yield what each device tells of temperatures, in the order of the events; events in error do not count."""
    heard: dict[tuple[str | None, tuple[str, ...]], _Heard] = {}
    for event in events:
        for element in () if event.is_error else event.sensors:
            about = element.first("sensorMetadata") or Part(name="sensorMetadata")
            for report in element.all("sensorReport"):
                if report.told("type") in _KINDS:
                    device = report.told("deviceID") or about.told("deviceID") or None
                    apart = event.things if device is None else ()  # one without a name may be any
                    one = heard.setdefault((device, apart), _Heard())
                    one.things.update(dict.fromkeys(event.things))
                    _hear(one, about, report)
    for (device, _), one in heard.items():
        yield Series(
            device=device,
            things=tuple(one.things),
            samples=tuple(one.samples),
            summaries=tuple(one.summaries),
            unplaced=one.unplaced,
        )


def _hear(heard: _Heard, about: Part, report: Part) -> None:
    unit = unit_of(report.told("uom")) if report.told("uom").isupper() else None
    value = temperature_of(report.told("value"), unit)
    least, most = (temperature_of(report.told(name), unit) for name in ("minValue", "maxValue"))
    at = _ms(report.told("time") or about.told("time"))
    begin, end = _ms(about.told("startTime")), _ms(about.told("endTime"))
    if value is not None and at is not None:
        heard.samples.append(Sample(at_ms=at, temperature=value))
    elif report.told("value"):
        heard.unplaced += 1
    _hear_summary(
        heard, (begin, end), (least, most), is_told=bool(report.told("minValue") or report.told("maxValue"))
    )


def _hear_summary(
    heard: _Heard,
    span: tuple[int | None, int | None],
    told: tuple[Temperature | None, Temperature | None],
    *,
    is_told: bool,
) -> None:
    begin, end = span
    if not is_told:
        return
    if begin is None or end is None or begin > end or told == (None, None):
        heard.unplaced += 1
        return
    heard.summaries.append(Summary(begin_ms=begin, end_ms=end, least=told[0], most=told[1]))


def _ms(text: str) -> int | None:
    moment = moment_of(text)
    return moment.ms if moment is not None else None
