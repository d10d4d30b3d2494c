# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.trials.protocol and lock, and of the category: docs/spec/trials.md section 1."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from healthvault.codec import Fields
from healthvault.errors import FormatError, InvalidRequest
from healthvault.ledger.changes import Added, change_of
from healthvault.ledger.documents import DocAdd, DocRevise, parse_doc_add, parse_doc_revise
from healthvault.trials.lock import Input, Lock, Results, inputs_hash, parse_lock, parse_results
from healthvault.trials.protocol import (
    Amendment,
    DataBatch,
    Protocol,
    check_study_word,
    parse_amendment,
    parse_batch,
    parse_protocol,
)

A, B = "d_" + "a" * 32, "d_" + "b" * 32
RECORD = "41" * 16
PROTOCOL = Protocol(
    record=RECORD, study="S-1", title="T", registration="NCT0", document=A, endpoints=("E",), analysis="plan"
)
AMENDMENT = Amendment(
    record=RECORD, study="S-1", number=2, amends=A, reason="R", document=B, endpoints=("E", "F"), analysis=None
)
BATCH = DataBatch(record=RECORD, study="S-1", documents=(B, A), subject="01", first=date(2026, 1, 2), last=None)
LOCK = Lock(
    record=RECORD,
    study="S-1",
    number=1,
    protocol=A,
    inputs=(Input(document=A, size_bytes=1), Input(document=B, size_bytes=2)),
    script=None,
)
RESULTS = Results(record=RECORD, study="S-1", lock=A, documents=(B,))
FORMS: tuple[tuple[object, Callable[[bytes], object]], ...] = (
    (PROTOCOL, parse_protocol),
    (AMENDMENT, parse_amendment),
    (BATCH, parse_batch),
    (LOCK, parse_lock),
    (RESULTS, parse_results),
)


@pytest.mark.parametrize(("form", "parse"), FORMS)
def test_what_is_written_is_read(form: Protocol, parse: Callable[[bytes], object]) -> None:
    """Each form comes back; every member of it is needed, and one more is tolerated."""
    assert form == parse(form.to_bytes())
    members = json.loads(form.to_bytes())
    assert form == parse(json.dumps({**members, "later": [1]}).encode())
    for name in members:
        with pytest.raises(FormatError):
            parse(json.dumps({key: value for key, value in members.items() if key != name}).encode())


@pytest.mark.parametrize(
    ("parse", "form", "said"),
    [
        (parse_protocol, PROTOCOL, {"study": "a b"}),
        (parse_protocol, PROTOCOL, {"study": ""}),
        (parse_protocol, PROTOCOL, {"endpoints": []}),
        (parse_protocol, PROTOCOL, {"endpoints": ["E"] * 51}),
        (parse_protocol, PROTOCOL, {"endpoints": ["one\ntwo"]}),
        (parse_protocol, PROTOCOL, {"document": "d_short"}),
        (parse_protocol, PROTOCOL, {"title": "  "}),
        (parse_protocol, PROTOCOL, {"record": "41"}),
        (parse_amendment, AMENDMENT, {"number": 0}),
        (parse_amendment, AMENDMENT, {"number": True}),
        (parse_amendment, AMENDMENT, {"amends": A.upper()}),
        (parse_batch, BATCH, {"documents": [A, A]}),
        (parse_batch, BATCH, {"first": "2026-02-30"}),
        (parse_lock, LOCK, {"inputs_hash": "00" * 32}),
        (parse_lock, LOCK, {"inputs": [{"document": A, "size_bytes": 1}]}),
        (parse_lock, LOCK, {"inputs": [{"document": B, "size_bytes": 1}, {"document": A, "size_bytes": 1}]}),
        (parse_lock, LOCK, {"inputs": [{"document": A, "size_bytes": 1}] * 2}),
        (parse_results, RESULTS, {"documents": []}),
        (parse_results, RESULTS, {"version": 2}),
        (parse_results, RESULTS, {"type": "trial-lock"}),
    ],
)
def test_a_form_that_breaks_a_rule(parse: Callable[[bytes], object], form: Protocol, said: dict) -> None:
    """It is refused, whoever wrote it."""
    with pytest.raises(FormatError):
        parse(json.dumps({**json.loads(form.to_bytes()), **said}).encode())


def test_the_hash_of_inputs() -> None:
    """The value of the specification; in whatever order they are given, and of another set another."""
    expected = "7b315ff2a241a6666eba33faf43b859e070aa5b1a7787548251aff098b07363c"
    assert expected == inputs_hash([B, A]) == LOCK.inputs_hash == inputs_hash([A, B, A])
    assert expected != inputs_hash([A])
    assert expected != replace(LOCK, inputs=LOCK.inputs[:1]).inputs_hash


def test_the_id_of_a_study() -> None:
    """One word, that can be a file's name."""
    assert "CDISC.PILOT_01-a" == check_study_word("CDISC.PILOT_01-a")
    for text in ("", "-a", "a/b", "a b", "é", "a" * 65, "a\n"):
        with pytest.raises(InvalidRequest):
            check_study_word(text)


def test_the_category_of_registrations_is_named_in_must() -> None:
    """A program that does not know the word refuses the entry; without `must` it is what that one took it for."""
    added = DocAdd(title="t", type="trial-protocol", parts=(), provenance="patient", category="protocol")
    revised = DocRevise(about=1, category="protocol")
    assert ["protocol"] == added.to_map()["must"] == revised.to_map()["must"]
    assert "must" not in DocAdd(title="t", type="x", parts=(), provenance="patient", category="lab").to_map()
    assert Added(slot=12) == change_of(parse_doc_add(Fields(added.to_map(), "x")))
    assert "protocol" == parse_doc_revise(Fields(revised.to_map(), "x")).category
    old = {key: value for key, value in added.to_map().items() if key != "must"}
    assert ("other", Added(slot=11)) == (
        parse_doc_add(Fields(old, "x")).category,
        change_of(parse_doc_add(Fields(old, "x"))),
    )
    assert (
        "other"
        == parse_doc_revise(Fields({"kind": "doc.revise", "about": 1, "category": "protocol"}, "x")).category
    )
    with pytest.raises(FormatError) as caught:
        parse_doc_add(Fields({**old, "must": ["a word to come"]}, "x"))
    assert "unsupported" == caught.value.code
