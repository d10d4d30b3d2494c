# SPDX-License-Identifier: Apache-2.0
"""Temperatures out of EPCIS: each device by itself; what has no moment or unit is counted and not used."""

from supply_events import MAKER, document, happened, unit

from healthvault.supply.cold import Series
from healthvault.supply.document import parse_epcis
from healthvault.supply.sensors import series_of_events


def heard(*elements: dict) -> list[Series]:
    """Return the series of an event with sensor elements."""
    event = happened("01-06T09:00", "sensor_reporting", MAKER, unit("1"), sensorElementList=list(elements))
    return list(series_of_events(parse_epcis(document([event])).events))


def test_readings_and_summaries_by_device() -> None:
    """A reading has its own time or that of its element; other measures are left."""
    first = {
        "sensorMetadata": {"time": "2026-01-06T08:00:00Z", "deviceID": "urn:epc:id:giai:4000001.111"},
        "sensorReport": [
            {"type": "Temperature", "value": 4.50, "uom": "CEL"},
            {"type": "gs1:Temperature", "value": 40, "uom": "FAH", "time": "2026-01-06T08:10:00Z"},
            {"type": "RelativeHumidity", "value": 40, "uom": "A93"},
        ],
    }
    second = {
        "sensorMetadata": {"startTime": "2026-01-06T08:00:00Z", "endTime": "2026-01-06T09:00:00Z"},
        "sensorReport": [{"type": "Temperature", "minValue": 2.9, "maxValue": 7.4, "meanValue": 4, "uom": "CEL"}],
    }
    one, other = heard(first, second)
    assert ("urn:epc:id:giai:4000001.111", None) == (one.device, other.device)
    assert ["4.5 CEL", "40 FAH"] == [sample.temperature and sample.temperature.text for sample in one.samples]
    assert (2, 0, 0, 1) == (len(one.samples), len(one.summaries), len(other.samples), len(other.summaries))
    assert ("https://id.gs1.org/01/04012345098761/21/1",) == one.things


def test_what_cannot_be_placed_is_counted() -> None:
    """No time, no zone, no unit, a unit in other letters, no span."""
    reports = [
        {"type": "Temperature", "value": 4, "uom": "CEL"},
        {"type": "Temperature", "value": 4, "uom": "CEL", "time": "2026-01-06T08:10:00"},
        {"type": "Temperature", "value": 4, "time": "2026-01-06T08:10:00Z"},
        {"type": "Temperature", "value": 4, "uom": "cel", "time": "2026-01-06T08:10:00Z"},
        {"type": "Temperature", "minValue": 4, "maxValue": 5, "uom": "CEL"},
    ]
    (series,) = heard({"sensorReport": reports})
    assert (0, 0, 5) == (len(series.samples), len(series.summaries), series.unplaced)


def test_devices_without_a_name_are_not_taken_for_one() -> None:
    """Of two things each: the readings of one fill no gap of the other."""
    report = [{"type": "Temperature", "value": 4, "uom": "CEL", "time": "2026-01-06T08:10:00Z"}]
    events = [
        happened(
            "01-06T09:00", "sensor_reporting", MAKER, unit(serial), sensorElementList=[{"sensorReport": report}]
        )
        for serial in ("1", "2")
    ]
    told = list(series_of_events(parse_epcis(document(events)).events))
    assert [1, 1] == [len(series.samples) for series in told]
    assert [1, 1] == [len(series.things) for series in told]
