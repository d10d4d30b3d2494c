# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.bundle.manifest: docs/spec/bundle.md section 3 and its worked bundle."""

from collections.abc import Callable
from hashlib import sha256

import pytest

from healthvault.bundle.manifest import MAX_MANIFEST_BYTES, parse_manifest, sign_manifest
from healthvault.codec import Value, pack, unpack
from healthvault.crypto.signing import check_signature
from healthvault.errors import FormatError, IntegrityError
from tests.bundles import container, scene
from tests.owners import Map, merge, without
from tests.worked import DATA, SIGN, worked_manifest
from tests.worked import WORKED_MANIFEST as WORKED


def code_of(data: bytes) -> tuple[type[Exception], str]:
    """Return the class and code with which a manifest is refused."""
    with pytest.raises((FormatError, IntegrityError)) as caught:
        parse_manifest(data)
    return type(caught.value), caught.value.code


def changed(change: Callable[[Map], Map]) -> bytes:
    """Return the worked manifest with its map changed; the signature is not looked at here."""
    return pack(change(unpack(WORKED[:-64], max_items=2**20))) + bytes(64)


def test_the_worked_bundle() -> None:
    """Manifest and container are, byte for byte, those that the specification prints."""
    assert 3737 == len(WORKED)
    assert "3d37a4aac921db51582d61c4a149ce057366c5aec31dbbf281896ca81cffdac1" == sha256(WORKED).hexdigest()
    whole = container([("manifest", WORKED), ("docs/000001-ferritin.txt", DATA)])
    assert 6656 == len(whole)
    assert "cff3a0c2a30647471216e4c36449a0a2096760e529c390cba2b4a3e6f160434a" == sha256(whole).hexdigest()
    assert (
        b"8X3ZG/2DcaJzcXJ+ZZGGu8kcaRCoLSKGL1a27jynU8MoP8yTVA3tTxmTxrEq6VmrJxQviOiyyc0wh99lqAW1mqxE8wo=" in WORKED
    )


def test_manifests_come_back() -> None:
    """With the very bytes that were signed, and the signature over them."""
    signed = parse_manifest(WORKED)
    assert worked_manifest() == signed.unverified
    assert WORKED == signed.body + signed.signature
    check_signature(SIGN.public, "manifest", signed.body, signed.signature)


def test_a_manifest_with_everything() -> None:
    """Audience, extras, witnessed notes, several documents and grants, attestations, a message."""
    start = scene()
    draft = start.draft(has_meta=True, extras={"README.txt": b"read me"}, marks=[2, 3])
    draft.map.update(
        witnessed=[{"note": b"note", "tsr": b"token"}],
        attestations=[b"attestation"],
        message="\u202e bring it\nback",
        later={"a": 1},
    )
    manifest = parse_manifest(draft.signed()).unverified
    assert manifest == parse_manifest(sign_manifest(manifest, SIGN)).unverified
    assert (start.reader.member,) == manifest.audience
    assert ("\u202e bring it\nback", (b"attestation",)) == (manifest.message, manifest.attestations)


def test_must_is_honoured() -> None:
    """Known names are no trouble, unknown ones are."""
    assert parse_manifest(changed(merge(must=["docs", "must"])))
    assert (FormatError, "unsupported") == code_of(changed(merge(must=["docs", "later"])))
    assert (FormatError, "bad_schema") == code_of(changed(merge(must="docs")))


def test_the_version_comes_first() -> None:
    """Of an unknown version nothing else is looked at."""
    assert (FormatError, "unsupported") == code_of(pack({"v": 2}) + bytes(64))
    assert (FormatError, "bad_schema") == code_of(pack({"v": True}) + bytes(64))
    assert (FormatError, "bad_schema") == code_of(pack({}) + bytes(64))


def test_too_short() -> None:
    """64 bytes or less hold no signature over anything."""
    assert (IntegrityError, "bad_signature") == code_of(b"")
    assert (IntegrityError, "bad_signature") == code_of(WORKED[:64])
    assert 64 << 20 == MAX_MANIFEST_BYTES


@pytest.mark.parametrize(
    "data",
    [WORKED[:-1], WORKED + b"\0", b"\0" + WORKED, b"\xc1" + bytes(64), WORKED[:1] + b"\xd9" + WORKED[1:]],
)
def test_other_bytes_are_refused(data: bytes) -> None:
    """What is not canonical is no manifest."""
    assert (FormatError, "bad_encoding") == code_of(data)


KEYS = [key for key in worked_manifest().to_map() if key != "v"]


@pytest.mark.parametrize("key", KEYS)
def test_every_key_is_needed(key: str) -> None:
    """None may be missing, nil or of another type."""
    for change in (without(key), merge(**{key: None}), merge(**{key: True})):
        assert (FormatError, "bad_schema") == code_of(changed(change))


def twice(key: str) -> Callable[[Map], Map]:
    """Return a change that repeats the first row of a list."""
    return lambda item: {**item, key: [item[key][0], item[key][0]]}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (merge(bundle_id=b"b" * 15), "bad_schema"),
        (merge(entries=[]), "bad_schema"),
        (merge(entries=["text"]), "bad_schema"),
        (twice("grants"), "bad_schema"),
        (twice("docs"), "bad_schema"),
        (merge(message=b"bytes"), "bad_schema"),
        (merge(created_ms=True), "bad_schema"),
        (merge(audience={}), "bad_schema"),
        (merge(state={"blind": bytes(32)}), "bad_schema"),
        (merge(extras=[{"file": "a", "size": 1, "sha256": bytes(32)}] * 2), "bad_container"),
        (merge(extras=[{"file": "../a", "size": 1, "sha256": bytes(32)}]), "bad_container"),
        (merge(slice={"size": 4, "leaves": [], "marks": [], "hashes": [], "more": 1}), "bad_schema"),
        (merge(slice={"size": 4, "leaves": [], "marks": []}), "bad_schema"),
    ],
)
def test_wrong_values_are_refused(change: Callable[[Map], Map], code: str) -> None:
    """Lengths, types, order of rows, names of files."""
    assert (FormatError, code) == code_of(changed(change))


@pytest.mark.parametrize(
    "values",
    [
        {"leaves": [1, 0]},
        {"leaves": [1, 1]},
        {"leaves": [4]},
        {"marks": [0]},
        {"marks": [4]},
        {"marks": [2, 1]},
        {"hashes": [bytes(31)]},
    ],
    ids=str,
)
def test_a_slice_out_of_order_is_a_bad_proof(values: dict[str, Value]) -> None:
    """Found before any signature is."""
    proof = {"size": 4, "leaves": [0], "marks": [], "hashes": [], **values}
    assert (IntegrityError, "bad_proof") == code_of(changed(merge(slice=proof)))
