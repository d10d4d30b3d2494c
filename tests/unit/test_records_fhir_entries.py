# SPDX-License-Identifier: Apache-2.0
"""The resources of a document, one after the other, and what stands where one should be."""

import json

import pytest

from healthvault.records.statements import Resource, Tally
from tests.fhir_files import bundle, items_of, left_of, observation, patient, statements_of

ONE = observation(id="o")


def places(data: bytes, name: str = "file.json") -> list[str]:
    """Return the places of the resources that come out."""
    return [each.place for each in statements_of(data, name) if isinstance(each, Resource)]


def test_a_bundle_of_any_type() -> None:
    """Document, message, history and so on are read alike; the type is told."""
    for kind in ("document", "collection", "message", "transaction", "searchset", "batch", "history"):
        statements = statements_of(bundle(ONE, kind=kind))
        assert Tally(sort=f"Bundle {kind}", count=1) in statements
        assert Tally(sort="Observation", count=1) in statements


def test_members_may_stand_in_any_order() -> None:
    """The type of a Bundle and of a resource may come last, and a subject after who refers to it."""
    refers = {"code": ONE["code"], "subject": {"reference": "Patient/p"}, "resourceType": "Observation"}
    last = {"entry": [{"resource": refers}, {"resource": patient("p")}], "type": "batch", "resourceType": "Bundle"}
    assert [0] == [item.subject for item in items_of(last)]


def test_bundles_in_bundles() -> None:
    """What a server answered to a batch is read too, to a depth."""
    inner = bundle(bundle(bundle(ONE)))
    assert ["entry[0].entry[0].entry[0]"] == [
        each.place
        for each in statements_of(bundle(inner))
        if isinstance(each, Resource) and each.type == "Bundle" and each.place.count("entry") == 3
    ]
    assert "entry[0].entry[0]" in [item.place for item in items_of(bundle(bundle(ONE)))]


def test_an_array_is_what_a_bundle_would_hold() -> None:
    """Entries, and resources, without a Bundle around them."""
    data = json.dumps([{"fullUrl": "resource:0", "resource": patient()}, {"resource": ONE}]).encode()
    assert ["[0]", "[1]"] == places(data)
    assert ["[0]"] == [
        each.place
        for each in statements_of(json.dumps([ONE]).encode(), kind="fhir-bundle")
        if isinstance(each, Resource)
    ]


def test_entries_without_a_resource_are_left() -> None:
    """Each place where no resource is has a reason."""
    entries = [
        {"request": {"method": "DELETE", "url": "Patient/1"}},
        {"resource": {"no": "type"}},
        {"resource": []},
        7,
        {"resource": ONE},
    ]
    assert [
        ("entry[0]", "an entry without a resource DELETE Patient/1"),
        ("entry[1]", "no FHIR resource"),
        ("entry[2]", "no FHIR resource"),
        ("entry[3]", "an entry without a resource"),
    ] == left_of(bundle(*entries))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings(encoding: str) -> None:
    """A text is read in any encoding that it is recognised in, with any line ends."""
    text = json.dumps(bundle(observation(valueString="é")), ensure_ascii=False, indent=1)
    for ends in ("\n", "\r\n", "\r"):
        (item,) = items_of(text.replace("\n", ends).encode(encoding))
        assert "é" == item.text


def test_a_text_that_breaks_off_is_read_as_far_as_it_goes() -> None:
    """What comes before the end of a file that was cut, or is broken further on, is stated."""
    whole = json.dumps(bundle(patient("p"), ONE, ONE)).encode()
    cut = whole[: whole.rindex(b'"final"')]
    assert [("entry[2]", "cut off, or no JSON; what follows was not read")] == left_of(cut)
    assert ["entry[0]", "entry[1]"] == places(cut)
    wrong = whole + b" " * 70_000 + b"\xff"  # no text any more, behind the head
    assert 3 == len(places(wrong))
    assert [("entry[3]", "no text of one encoding; what follows was not read")] == left_of(wrong)
    assert [("", "cut off, or no JSON")] == left_of(json.dumps(ONE).encode()[:-30], "x.json")


def test_what_is_nested_too_deep_costs_no_other() -> None:
    """A hundred thousand arrays in each other end the reading there, and cost what came before nothing."""
    deep = b'{"resourceType":"Basic","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    assert [("", "nested too deep")] == left_of(deep)
    data = (
        b'{"resourceType":"Bundle","entry":[{"resource":'
        + json.dumps(ONE).encode()
        + b'},{"resource":'
        + deep
        + b"}]}"
    )
    assert [("entry[1]", "nested too deep; what follows was not read")] == left_of(data)
    assert ["entry[0]"] == places(data)


def test_lines() -> None:
    """One resource a line; a line that is none, or broken, costs no other."""
    lines = [json.dumps(ONE), "", '{"resourceType":', '{"a":1}', json.dumps(patient("p"))]
    data = "\r\n".join(lines).encode()
    assert ["line 1", "line 5"] == places(data, "file.ndjson")
    assert [("line 3", "cut off, or no JSON"), ("line 4", "no FHIR resource")] == left_of(data, "file.ndjson")
    broken = (json.dumps(ONE) + "\n").encode() * 3000 + b"\xff\xfe"
    assert [("line 3001", "no text of one encoding")] == left_of(broken, "file.ndjson")
    assert 3000 == len(places(broken, "file.ndjson"))


def test_a_line_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that is longer than is read at once is left."""
    monkeypatch.setattr("healthvault.records.fhir_entries.MAX_VALUE_CHARS", 1000)
    data = (json.dumps(ONE) + "\n" + json.dumps(observation(valueString="x" * 2000)) + "\n").encode()
    assert [("line 2", "longer than is read at once")] == left_of(data, "file.ndjson")


def test_a_bulk_log_is_no_resource() -> None:
    """Lines of JSON that are no resources are not read as FHIR."""
    assert [] == statements_of(b'{"exportId":"x","eventId":"kickoff"}\n{"exportId":"x"}\n', "log.ndjson")
