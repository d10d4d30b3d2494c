# SPDX-License-Identifier: Apache-2.0
"""The primitives against Project Wycheproof (C2SP/wycheproof, Apache-2.0)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from healthvault.crypto.aead import chacha_open, chacha_seal, open_sealed
from healthvault.crypto.hashing import hkdf
from healthvault.crypto.signing import verify_raw
from healthvault.errors import IntegrityError

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "vectors" / "wycheproof"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="shared vectors are not here")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One vector: its fields in bytes, those of its group included."""

    number: int
    fields: dict[str, bytes]
    size_bytes: int
    is_valid: bool


def cases(name: str) -> Iterator[Case]:
    """Yield the vectors of a file; a missing file fails."""
    for group in json.loads((FOLDER / name).read_text())["testGroups"]:
        shared = {"pk": group["publicKey"]["pk"]} if "publicKey" in group else {}
        for test in group["tests"]:
            texts = {key: value for key, value in test.items() if isinstance(value, str) and key in FIELDS}
            yield Case(
                number=test["tcId"],
                fields={key: bytes.fromhex(value) for key, value in (shared | texts).items()},
                size_bytes=test.get("size", 0),
                is_valid=test["result"] == "valid",
            )


FIELDS = frozenset({"key", "iv", "aad", "msg", "ct", "tag", "sig", "ikm", "salt", "info", "okm"})


def opened(case: Case) -> bytes | None:
    """Return what the XChaCha20-Poly1305 vector opens to, or None if it is refused."""
    field = case.fields
    try:
        return open_sealed(field["key"], field["iv"] + field["ct"] + field["tag"], field["aad"])
    except IntegrityError:
        return None


def test_xchacha_opens_exactly_the_valid_ones() -> None:
    """Every valid vector opens to its message and every other one is refused."""
    chosen = [case for case in cases("xchacha20_poly1305_test.json") if len(case.fields["iv"]) == 24]
    assert len(chosen) >= 300
    for case in chosen:
        assert (case.fields["msg"] if case.is_valid else None) == opened(case), case.number


def chacha(case: Case) -> bytes | None:
    """Return what the ChaCha20-Poly1305 vector opens to, or None if it is refused."""
    try:
        return chacha_open(case.fields["key"], case.fields["iv"], case.fields["ct"] + case.fields["tag"])
    except IntegrityError:
        return None


def test_chacha_opens_and_seals_as_the_vectors_without_associated_data() -> None:
    """Vectors as age uses the cipher; nonces of other sizes are refused like wrong tags."""
    chosen = [case for case in cases("chacha20_poly1305_test.json") if not case.fields["aad"]]
    assert len(chosen) >= 50
    for case in chosen:
        field = case.fields
        assert (field["msg"] if case.is_valid else None) == chacha(case), case.number
        if case.is_valid:
            assert field["ct"] + field["tag"] == chacha_seal(field["key"], field["iv"], field["msg"]), case.number


def test_chacha_gives_the_ciphertext_of_the_vectors_with_associated_data() -> None:
    """Associated data change only the tag."""
    chosen = [case for case in cases("chacha20_poly1305_test.json") if case.fields["aad"] and case.is_valid]
    assert len(chosen) >= 100
    for case in chosen:
        field = case.fields
        assert field["ct"] == chacha_seal(field["key"], field["iv"], field["msg"])[:-16], case.number


def test_hkdf_derives_as_the_vectors() -> None:
    """Output keys are equal, and more than 255 blocks are refused."""
    chosen = list(cases("hkdf_sha256_test.json"))
    assert len(chosen) >= 80
    for case in chosen:
        inputs = (case.fields["ikm"], case.fields["salt"], case.fields["info"], case.size_bytes)
        if case.is_valid:
            assert case.fields["okm"] == hkdf(*inputs), case.number
        else:
            with pytest.raises(ValueError, match="byte"):
                hkdf(*inputs)


def test_ed25519_accepts_exactly_the_valid_ones() -> None:
    """The strict rule refuses nothing that an honest signer makes and accepts nothing else."""
    chosen = list(cases("ed25519_test.json"))
    assert len(chosen) >= 150
    for case in chosen:
        assert case.is_valid == verify_raw(case.fields["pk"], case.fields["msg"], case.fields["sig"]), case.number
