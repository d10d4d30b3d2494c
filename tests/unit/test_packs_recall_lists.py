# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.packs.recall_lists: a list is taken as a whole, or the line that is wrong is named."""

import json
from datetime import date

import pytest

from healthvault.errors import FormatError
from healthvault.gs1.recalls import Recall
from healthvault.packs.recall_lists import MAX_LIST_BYTES, parse_recall_list

HEAD = "gtin,lot,serial,expiry,reason,date,source\n"
ROW = "00300010123455,A123,,,particles,2026-11-01,Agency\n"
EVENT = {
    "type": "ObjectEvent",
    "action": "OBSERVE",
    "eventTime": "2023-09-01T07:00:00Z",
    "disposition": "recalled",
    "readPoint": {"id": "urn:epc:id:sgln:030001.111111.0"},
    "quantityList": [{"epcClass": "urn:epc:class:lgtin:030001.0012345.A123"}],
}
OURS = {
    "type": "recall_list",
    "version": 1,
    "date": "2026-11-01",
    "source": "Agency",
    "recalls": [{"gtin": "00300010123455", "lot": None, "serial": "11"}],
}


def epcis(*events: object) -> bytes:
    """Return a document of events."""
    body = {"eventList": list(events)}
    return json.dumps(
        {"type": "EPCISDocument", "creationDate": "2023-09-01T08:00:00Z", "epcisBody": body}
    ).encode()


def test_a_table() -> None:
    """Every column, an empty line, columns in another order, a mark of byte order, other separators."""
    text = HEAD + ROW + "\n" + '4006381333931,,S1,2027-01-31,"a, b",2026-11-03,Maker\n'
    found = parse_recall_list(text.encode())
    assert date(2026, 11, 3) == found.day
    assert "Agency, Maker" == found.source
    assert found.recalls == (
        Recall(
            gtin="00300010123455",
            lot="A123",
            reason="particles",
            day=date(2026, 11, 1),
            source="Agency",
            place="line 2",
        ),
        Recall(
            gtin="04006381333931",
            lot=None,
            serial="S1",
            expiry=date(2027, 1, 31),
            reason="a, b",
            day=date(2026, 11, 3),
            source="Maker",
            place="line 4",
        ),
    )
    other = "\ufeffLot;Source;GTIN;Reason;Date\r\nA1;x;96385074;;2026-11-01\r\n"
    (recall,) = parse_recall_list(other.encode()).recalls
    assert ("A1", "00000096385074", "x") == (recall.lot, recall.gtin, recall.source)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: there is no column gtin"),
        ("gtin,lot\n", "line 1: there is no column reason"),
        ("gtin,batch,reason,date,source\n" + "96385074,A,,,\n", "line 1: there is no column lot"),
        (HEAD.replace("serial", "except"), "line 1: a column comes twice, or is not known"),
        (HEAD.replace("serial", "lot"), "line 1: a column comes twice, or is not known"),
        (HEAD, "it recalls nothing"),
        (HEAD + ROW + "96385075,A,,,,,\n", "line 3: its gtin"),
        (HEAD + ROW + "3,00E+13,A,,,,\n", "line 3: its gtin"),
        (HEAD + ROW + ",A,,,,,\n", "line 3: its gtin"),
        (HEAD + ROW + "96385074,A\n", "line 3: 2 cells under 7 columns"),
        (HEAD + "96385074,A,,,,,,x\n", "line 2: 8 cells"),
        (HEAD + "96385074,A B,,,,,\n", "line 2: its lot"),
        (HEAD + "96385074," + "A" * 21 + ",,,,,\n", "line 2: its lot"),
        (HEAD + "96385074,A,é,,,,\n", "line 2: its serial"),
        (HEAD + "96385074,A,,270331,,,\n", "line 2: its expiry"),
        (HEAD + "96385074,A,,20270331,,,\n", "line 2: its expiry"),
        (HEAD + "96385074,A,,2027-W13-3,,,\n", "line 2: its expiry"),
        (HEAD + "96385074,A,,31.3.2027,,,\n", "line 2: its expiry"),
        (HEAD + "96385074,A,,,,2026-02-30,\n", "line 2: its date"),
        (HEAD + "96385074,A,,,a\x1bb,2026-02-01,\n", "line 2: its reason"),
        (HEAD + '96385074,A,,,"open,2026-02-01,\n', "unexpected end of data"),
        ("<EPCISDocument/>", "line 1: there is no column"),
        ("\x00\x01", "line 1: there is no column"),
    ],
)
def test_one_wrong_line_refuses_all(text: str, said: str) -> None:
    """And it is named."""
    with pytest.raises(FormatError) as caught:
        parse_recall_list(text.encode())
    assert "bad_recall_list" == caught.value.code
    assert said in caught.value.message


def test_ours() -> None:
    """As the specification shows it."""
    found = parse_recall_list(json.dumps(OURS).encode())
    assert (date(2026, 11, 1), "Agency") == (found.day, found.source)
    assert (Recall(gtin="00300010123455", lot=None, serial="11", place="row 1"),) == found.recalls


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"type": "list"},
        {"date": None},
        {"date": "soon"},
        {"recalls": []},
        {"recalls": {}},
        {"recalls": [1]},
        {"recalls": [{"gtin": "96385074"}]},
        {"recalls": [{"gtin": "96385074", "lot": "A", "batch": "B"}]},
        {"recalls": [{"gtin": 96385074, "lot": "A"}]},
        {"source": ["a"]},
    ],
)
def test_what_is_none_of_ours(change: dict[str, object]) -> None:
    """A field that is not known could narrow what is recalled; one that is missing could widen it."""
    with pytest.raises(FormatError):
        parse_recall_list(json.dumps({**OURS, **change}).encode())


@pytest.mark.parametrize(
    "data",
    [
        b'{"type":"recall_list","type":"recall_list","version":1}',
        b'{"a":' + b"[" * 50_000,
        b"{" + b" " * MAX_LIST_BYTES,
        b'{"a":NaN}',
        b"{\xff}",
        b"\xff\xfe",
    ],
)
def test_hostile_bytes(data: bytes) -> None:
    """End in the same error."""
    with pytest.raises(FormatError) as caught:
        parse_recall_list(data)
    assert "bad_recall_list" == caught.value.code


def test_events() -> None:
    """A lot, a piece and a product are recalled; events that are no recall, or were an error, are not."""
    pieces = {
        **EVENT,
        "disposition": "https://ref.gs1.org/cbv/Disp-recalled",
        "epcList": ["urn:epc:id:sgtin:030001.0012345.11", "https://id.gs1.org/01/07032069804988"],
        "quantityList": [],
    }
    wrong = {**EVENT, "errorDeclaration": {"declarationTime": "2023-09-02T07:00:00Z"}}
    found = parse_recall_list(epcis(EVENT, {**EVENT, "disposition": "dispensed"}, wrong, pieces))
    assert date(2023, 9, 1) == found.day
    assert [
        ("00300010123455", "A123", None, "event 1"),
        ("00300010123455", None, "11", "event 4"),
        ("07032069804988", None, None, "event 4"),
    ] == [(one.gtin, one.lot, one.serial, one.place) for one in found.recalls]


@pytest.mark.parametrize(
    "events",
    [
        [],
        [{**EVENT, "disposition": "dispensed"}],
        [{**EVENT, "quantityList": []}],
        [EVENT, {**EVENT, "epcList": ["urn:epc:id:sscc:030001.41234567890"]}],
        [{**EVENT, "epcList": [7]}],
        [{**EVENT, "eventTime": "yesterday"}],
    ],
)
def test_events_that_cannot_be_read(events: list[object]) -> None:
    """A pallet that is recalled cannot be compared with anything: the list is refused, not shortened."""
    with pytest.raises(FormatError):
        parse_recall_list(epcis(*events))


def test_events_under_both_names_count() -> None:
    """A list of events beside a single one."""
    name = "urn:epc:class:lgtin:030001.0012345.{}"
    one, other = (
        {"disposition": "recalled", "quantityList": [{"epcClass": name.format(lot)}]} for lot in ("A", "B")
    )
    body = {"eventList": [one], "event": other}
    found = parse_recall_list(json.dumps({"type": "EPCISDocument", "epcisBody": body}).encode())
    assert ["A", "B"] == [recall.lot for recall in found.recalls]
