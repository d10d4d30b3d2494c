# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.ledger.documents."""

import pytest

from healthvault.codec import Fields
from healthvault.errors import FormatError
from healthvault.ledger.documents import (
    DocAdd,
    DocErase,
    DocRevise,
    Part,
    Received,
    parse_doc_add,
    parse_doc_erase,
    parse_doc_revise,
)
from tests.owners import Map, merge, without

PART = Part(name="scan.pdf", media_type="application/pdf", size_bytes=17, dedupe=b"d" * 32)
PLAIN = DocAdd(title="Ferritin", type="text", parts=(PART,), provenance="patient")
FULL = DocAdd(
    title="Scan",
    type="pdf",
    parts=(PART, PART),
    provenance="received",
    date="2026-11-20",
    author="Lab",
    source="Clinic",
    tags=("2026", "blood"),
    supersedes=3,
    evidence=1,
    received=Received(vault=b"v" * 32, bundle_id=b"b" * 16, actions=("view",), accepted=("stale",)),
    set_id=b"s" * 16,
)


@pytest.mark.parametrize("document", [PLAIN, FULL])
def test_documents_come_back(document: DocAdd) -> None:
    """With everything known, and with as little as may be."""
    assert document == parse_doc_add(Fields(document.to_map(), "sealed part"))


def test_what_is_unknown_is_left_out() -> None:
    """No key is written with nothing in it."""
    assert {"kind", "title", "type", "parts", "provenance", "tags"} == PLAIN.to_map().keys()


def test_nil_and_absent_are_one() -> None:
    """An optional key may be nil."""
    item = merge(date=None, author=None, supersedes=None, evidence=None, received=None)(PLAIN.to_map())
    assert PLAIN == parse_doc_add(Fields(item, "sealed part"))


def part(**values: object) -> Map:
    """Return a document's map with a part changed."""
    return {**PLAIN.to_map(), "parts": [{**PART.to_value(), **values}]}


@pytest.mark.parametrize(
    "item",
    [
        *(without(key)(PLAIN.to_map()) for key in ("title", "type", "parts", "provenance", "tags")),
        merge(title=b"bytes")(PLAIN.to_map()),
        merge(tags="blood")(PLAIN.to_map()),
        merge(tags=[1])(PLAIN.to_map()),
        merge(supersedes=True)(PLAIN.to_map()),
        merge(evidence=512)(PLAIN.to_map()),
        merge(parts=[PART.to_value()] * 513)(PLAIN.to_map()),
        merge(received={"vault": b"v" * 31})(PLAIN.to_map()),
        merge(received=[])(PLAIN.to_map()),
        part(name=None),
        part(size=True),
        part(size="17"),
        part(dedupe=b"d" * 31),
        part(coding=None),
    ],
)
def test_wrong_documents_are_refused(item: Map) -> None:
    """A key that is missing, of another type or length, or too many parts."""
    with pytest.raises(FormatError) as caught:
        parse_doc_add(Fields(item, "sealed part"))
    assert "bad_schema" == caught.value.code


def test_a_revision_leaves_what_it_does_not_name() -> None:
    """An absent key is no change, an empty text is one, and retracted is the only closed status."""
    revised = parse_doc_revise(Fields({"about": 4, "title": "", "tags": []}, "sealed part"))
    assert DocRevise(about=4, title="", tags=()) == revised
    assert parse_doc_revise(Fields({"about": 4, "status": "retracted"}, "sealed part")).is_retracted
    assert DocRevise(about=4) == parse_doc_revise(Fields({"about": 4}, "sealed part"))


@pytest.mark.parametrize(
    "erasure", [DocErase(victims=(1, 5), ks_epoch=2, reason="wrong-person"), DocErase(victims=(0,), ks_epoch=1)]
)
def test_erasures_come_back(erasure: DocErase) -> None:
    """With a reason and without."""
    assert erasure == parse_doc_erase(Fields(erasure.to_map(), "sealed part"), 6)


@pytest.mark.parametrize(
    "change",
    [
        {"victims": [True]},
        {"victims": []},
        {"victims": [5, 1]},
        {"victims": [1, 1]},
        {"victims": [6]},
        {"victims": list(range(4097))},
        {"reason": "Not a code"},
        {"ks_epoch": None},
    ],
)
def test_wrong_erasures_are_refused(change: Map) -> None:
    """Victims are earlier entries, rising, 1 to 4,096; a reason is a code; the epoch is named."""
    item = {**DocErase(victims=(1, 5), ks_epoch=2).to_map(), **change}
    with pytest.raises(FormatError) as caught:
        parse_doc_erase(Fields(item, "sealed part"), 5000 if len(item["victims"]) > 9 else 6)  # type: ignore[arg-type]
    assert "bad_schema" == caught.value.code
