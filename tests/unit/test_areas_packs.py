# SPDX-License-Identifier: Apache-2.0
"""Scans, recall lists and devices with a vault: what was seen before, where, and by whom."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from healthvault.areas.devices import add_card, check_devices, find_device, known_devices
from healthvault.areas.packs import ScannedPack, known_packs, scan_pack
from healthvault.areas.recall_hits import hits_of
from healthvault.areas.recalls import import_recall_list, known_lists
from healthvault.devices.cards import NewCard
from healthvault.devices.carriers import read_carrier
from healthvault.errors import FormatError, InvalidRequest, NotFound
from healthvault.gs1.codes import parse_code
from healthvault.packs.verdicts import Result, sentence
from healthvault.vault.add import AddOptions
from tests.vaults import NOW_MS, Sample, ana

NOW = datetime.fromtimestamp(NOW_MS / 1000, UTC)
CODE = "(01)00300010123455(17)270327(10)A123(21)11"
URN = "urn:epc:id:sgtin:030001.0012345.11"
LIST = b"gtin,lot,reason,date,source\n00300010123455,A123,particles,2026-11-01,Agency\n"
UDI = "(01)09506000117843(17)290101(10)A123(21)S-1"


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    """A vault."""
    return ana(tmp_path)


def scanned(sample: Sample, text: str = CODE, *, days: int = 0, keep: bool = True) -> ScannedPack:
    """Scan a code some days on."""
    now = NOW + timedelta(days=days)
    with sample.open(writing=keep, now_ms=int(now.timestamp() * 1000)) as vault:
        return scan_pack(vault, parse_code(text), now=now, keep=keep)


def recalled(sample: Sample, data: bytes = LIST) -> list[tuple[str, str | None]]:
    """Take in a list and return what it hits: the thing and its serial number."""
    with sample.open(writing=True) as vault:
        document, found = import_recall_list(vault, data, "recalls.csv", now_ms=NOW_MS)
        return [(hit.what, hit.item.serial) for hit in hits_of(vault, document, found, now=NOW)]


def carded(sample: Sample, udi: str = UDI, implanted: str | None = "2026-03-01") -> str:
    """Keep a card and return its id."""
    card = NewCard(carrier=read_carrier(udi, today=NOW.date()), owner="Ana Silva", implanted=implanted)
    with sample.open(writing=True) as vault:
        return add_card(vault, card, today=NOW.date(), now_ms=NOW_MS).id


def codes(found: ScannedPack) -> list[str]:
    """Return what speaks against a pack."""
    return [one.code for one in found.verdicts if one.code]


def test_a_second_scan_is_seen_before(sample: Sample) -> None:
    """With the document and the time of the first; one that was not kept leaves nothing."""
    assert [] == codes(scanned(sample, keep=False))
    first = scanned(sample)
    again = scanned(sample, days=3)
    assert first.document is not None
    assert ["seen_before"] == codes(again)
    (sighting,) = again.sightings
    assert (first.document.id, "scan", "2026-11-21T00:00:00Z") == (sighting.document, sighting.role, sighting.when)
    assert [] == codes(scanned(sample, CODE.replace("(21)11", "(21)12"), days=3))


def test_a_blank_never_overwrites(sample: Sample) -> None:
    """The lot that only the first scan gave is recalled; the second says less, and is told so."""
    first = scanned(sample)
    recalled(sample)
    again = scanned(sample, "(01)00300010123455(21)11", days=1)
    assert ["recalled", "seen_before"] == codes(again)
    with sample.open() as vault:
        (known,) = known_packs(vault, now=NOW)
    assert first.document is not None
    assert [("A123", first.document.id)] == [(fact.value, fact.document) for fact in known.pack.lots]
    assert (2, Result.FAIL) == (len(known.pack.scans), known.recall.result)


def test_two_expiries_for_one_serial_number(sample: Sample) -> None:
    """Are a contradiction, whether or not the second scan is kept."""
    scanned(sample)
    other = scanned(sample, CODE.replace("270327", "280327"), keep=False)
    assert ["seen_before", "contradiction"] == codes(other)
    assert sentence(other.verdicts).endswith("contradicts an earlier scan: cannot prove this pack is genuine")


def test_a_wrong_check_digit_is_compared_with_nothing_and_not_kept(sample: Sample) -> None:
    """What it names is no product."""
    scanned(sample)
    found = scanned(sample, CODE.replace("123455", "123456"))
    assert (["check_digit"], None, ()) == (codes(found), found.document, found.sightings)
    assert "wrong check digit: cannot prove this pack is genuine" == sentence(found.verdicts)


def test_seen_in_what_was_dispensed_and_in_events(sample: Sample) -> None:
    """As a code or a name; a serial number alone, or one of another product, is nothing."""
    dispense = {"resourceType": "MedicationDispense", "status": "completed", "whenHandedOver": "2026-11-02"}
    event = {
        "type": "ObjectEvent",
        "eventTime": "2026-10-01T09:00:00Z",
        "eventTimeZoneOffset": "+00:00",
        "action": "OBSERVE",
        "bizStep": "dispensing",
        "epcList": [URN],
    }
    epcis = {"@context": [], "type": "EPCISDocument", "schemaVersion": "2.0", "epcisBody": {"eventList": [event]}}
    with_code = {**dispense, "identifier": [{"value": CODE}]}
    with_name = {**dispense, "contained": [{"resourceType": "Medication", "identifier": [{"value": URN}]}]}
    near = {**dispense, "note": [{"text": "serial 11"}], "identifier": [{"value": "(01)07032069804988(21)11"}]}
    sample.add(*(json.dumps(each).encode() for each in (with_code, with_name, near, epcis)))
    found = scanned(sample)
    roles = [(one.role, (one.when or "")[:10], one.detail) for one in found.sightings]
    assert [
        ("dispense", "2026-11-02", ""),
        ("dispense", "2026-11-02", ""),
        ("supply chain event", "2026-10-01", "dispensing"),
    ] == roles


def test_a_list_is_kept_once_or_not_at_all(sample: Sample) -> None:
    """And hits what was scanned: lot A123, not A1234, not another product."""
    scanned(sample)
    scanned(sample, CODE.replace("(10)A123(21)11", "(10)A1234(21)12"))
    scanned(sample, "(01)07032069804988(10)A123(21)11")
    with pytest.raises(FormatError):
        recalled(sample, LIST + b"x,,,,\n")
    with sample.open() as vault:
        assert () == known_lists(vault).lists
    assert [("pack", "11")] == recalled(sample) == recalled(sample)
    with sample.open() as vault:
        assert 1 == len(known_lists(vault).lists)


def test_a_document_that_is_no_list_is_named(sample: Sample) -> None:
    """It says nothing of recalls, and nobody may read "unrecalled" out of it."""
    sample.add(b"rubbish", options=AddOptions(kind="recall-list"))
    sample.add(b"rubbish too", options=AddOptions(kind="pack"))
    found = scanned(sample)
    assert 1 == len(found.lists.unreadable)
    assert "no recall list here" in sentence(found.verdicts)


def test_the_right_implant_and_no_other(sample: Sample) -> None:
    """Of two with neighbouring lots."""
    carded(sample)
    carded(sample, UDI.replace("A123", "A1234").replace("S-1", "S-2"))
    assert [("device", "S-1")] == recalled(sample, LIST.replace(b"00300010123455", b"09506000117843"))
    with sample.open() as vault:
        checked = check_devices(vault, today=NOW.date())
    results = {each.device.items[0].serial: each.verdicts[1].result for each in checked}
    assert {"S-1": Result.FAIL, "S-2": Result.PASS} == results


def test_a_serial_number_has_one_card(sample: Sample) -> None:
    """A second is refused by name; another serial number, or none, is not; a wrong check digit is."""
    first = carded(sample)
    with pytest.raises(InvalidRequest, match=first[:10]) as caught:
        carded(sample, UDI.replace("(17)290101", ""))
    assert "already_there" == caught.value.code
    carded(sample, UDI.replace("S-1", "S-2"))
    carded(sample, "(01)09506000117843(10)A123")
    with pytest.raises(FormatError) as wrong:
        carded(sample, UDI.replace("117843", "117844"))
    assert "check_digit" == wrong.value.code


def test_documents_of_hospitals_count(sample: Sample) -> None:
    """The same device is one row; what they contradict each other in is named; one in error is left out."""
    card = carded(sample)
    device = {"resourceType": "Device", "status": "active", "udiCarrier": [{"carrierHRF": UDI}]}
    other = {**device, "udiCarrier": [{"carrierHRF": UDI.replace("A123", "B1")}]}
    documents = sample.add(
        json.dumps(device).encode(),
        json.dumps(other).encode(),
        json.dumps({**device, "status": "entered-in-error"}).encode(),
        json.dumps({**device, "udiCarrier": []}).encode(),
    )
    with sample.open() as vault:
        (found,) = known_devices(vault, today=NOW.date())
        (checked,) = check_devices(vault, today=NOW.date())
        assert found == find_device(vault, documents[1].id, today=NOW.date())
        with pytest.raises(NotFound):
            find_device(vault, documents[3].id, today=NOW.date())
    assert [card, documents[0].id, documents[1].id] == [source.document.id for source in found.sources]
    failed = {one.name: one.detail for one in checked.verdicts if one.result is Result.FAIL}
    assert {"agreement": "documents contradict each other, or themselves, in: lot"} == failed


@pytest.mark.parametrize(
    ("implanted", "result"),
    [("2026-03-01", Result.PASS), ("2029-01-01", Result.PASS), ("2029", Result.PASS), ("2029-01-02", Result.FAIL),
     ("2030", Result.FAIL), (None, Result.UNKNOWN)],
)  # fmt: skip
def test_the_last_day_of_use_is_one_for_implanting(sample: Sample, implanted: str | None, result: Result) -> None:
    """A device in the body does not expire."""
    carded(sample, implanted=implanted)
    with sample.open() as vault:
        (checked,) = check_devices(vault, today=NOW.date())
    assert result is next(one.result for one in checked.verdicts if one.name == "use_by")
