# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.bundle.erasure."""

from collections.abc import Callable

import pytest

from healthvault.bundle import erasure
from healthvault.bundle.armour import armour, dearmour
from healthvault.bundle.erasure import MAX_CERTIFICATE_BYTES, parse_certificate, sign_certificate
from healthvault.errors import FormatError, HealthVaultError
from healthvault.ledger.entry import parse_entry
from tests.certificates import REACHED, UNREACHED, WHAT, Draft, erased_owner, make_certificate
from tests.owners import Map, merge, without


@pytest.fixture(scope="module")
def draft() -> Draft:
    """A certificate."""
    owner, documents, erase = erased_owner()
    return make_certificate(owner, erase, documents[:1])


def code_of(text: bytes) -> str:
    """Return why a text is refused."""
    with pytest.raises(HealthVaultError) as caught:
        parse_certificate(text)
    return caught.value.code


def test_there_and_back(draft: Draft) -> None:
    """What is signed is read again, word for word."""
    found = parse_certificate(draft.text()).unverified
    assert draft.map == found.to_map()
    assert (REACHED, UNREACHED) == (found.reached, found.unreached)
    assert draft.text() == sign_certificate(found, draft.key)


def test_nothing_that_was_sealed() -> None:
    """Of an erased document there is place and leaf hash: no ciphertext, no object id, no commitment."""
    owner, documents, erase = erased_owner()
    raw = make_certificate(owner, erase, documents[:1]).raw()
    entry = parse_entry(owner.raws[documents[0]]).unverified
    sealed = entry.enc or b""
    pieces = [sealed[start : start + 16] for start in range(0, len(sealed) - 16, 16)]
    hidden = [*pieces, *entry.header.commits, *(blob.oid for blob in entry.header.blobs)]
    assert [] == [piece for piece in hidden if piece in raw]
    assert entry.leaf in raw


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (merge(v=2), "unsupported"),
        (merge(must=["later"], later=1), "unsupported"),
        (merge(documents=[]), "bad_schema"),
        (merge(erase={"seq": 1}), "bad_schema"),
        (merge(erase=1), "bad_schema"),
        (merge(reached=[{"place": "x"}]), "bad_schema"),
        (merge(unreached=[{"kind": "bundle", "bundle_id": b"x"}]), "bad_schema"),
        (merge(slice={"size": 1, "leaves": [0], "marks": [5], "hashes": []}), "bad_proof"),
        *[(without(key), "bad_schema") for key in ("v", "origin", "note", "entries", "slice", "state", "reached")],
    ],
)
def test_other_maps(draft: Draft, change: Callable[[Map], Map], code: str) -> None:
    """They are refused by name."""
    assert code == code_of(Draft(map=change(draft.map), key=draft.key).text())


def test_documents_in_order(draft: Draft) -> None:
    """Each stands once, rising."""
    row = draft.map["documents"][0]
    assert "bad_schema" == code_of(Draft(map=merge(documents=[row, row])(draft.map), key=draft.key).text())


def test_room_to_grow(draft: Draft) -> None:
    """A key and a kind of trace that are not known do no harm."""
    changed = merge(later=1, reached=[{"kind": "moon", "colour": "red"}])(draft.map)
    found = parse_certificate(Draft(map=changed, key=draft.key).text()).unverified
    assert ["moon"] == [trace.kind for trace in found.reached]


def test_other_texts(draft: Draft) -> None:
    """Not exactly the text form, not canonical, too short, too long."""
    text = draft.text()
    for wrong in (b"", text[1:], text[:-40], text.replace(b"\n", b"", 2), text + text, b"\xff" + text):
        assert "bad_encoding" == code_of(wrong)
    assert "bad_signature" == code_of(armour(bytes(64), WHAT).encode())
    assert "bad_encoding" == code_of(armour(b"\xc1" + bytes(64), WHAT).encode())
    assert "limit_exceeded" == code_of(armour(bytes(MAX_CERTIFICATE_BYTES + 1), WHAT).encode())


def test_too_long_to_be_made(draft: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused where it is made, not where it is read."""
    found = parse_certificate(draft.text()).unverified
    raw = dearmour(draft.text(), WHAT)
    assert raw is not None
    monkeypatch.setattr(erasure, "MAX_CERTIFICATE_BYTES", len(raw))
    assert draft.text() == sign_certificate(found, draft.key)
    monkeypatch.setattr(erasure, "MAX_CERTIFICATE_BYTES", len(raw) - 1)
    with pytest.raises(FormatError) as caught:
        sign_certificate(found, draft.key)
    assert "limit_exceeded" == caught.value.code
