# SPDX-License-Identifier: Apache-2.0
"""Research exports byte for byte, and read by another reader: the specification with msgpack, hashlib and nacl.

`HV_TEST_WRITE_VECTORS=1` writes the file anew; that is a change of a format.
"""

import base64
import hashlib
import hmac
import json
import os
from dataclasses import replace
from pathlib import Path

import msgpack
import pytest
from nacl.signing import VerifyKey
from studies import DIABETES, FERRITIN, TERMS, exported, study

from healthvault.areas.research_studies import _notice
from healthvault.research.duo import parse_duo
from healthvault.research.study import Study

PATH = Path(__file__).with_name("research.json")
FIRST_LINE = b"healthvault/v1/research-export\n"


def vectors() -> dict[str, object]:
    """Return what this version makes."""
    empty = study()
    first, march = exported(empty, FERRITIN)
    terms = replace(TERMS, duo=(parse_duo("DS:MONDO:0005148"), parse_duo("NPUNCU")))
    second, june = exported(first, FERRITIN, DIABETES, terms=terms)
    keys = empty.keys
    return {
        "secret": empty.secret.hex(),
        "public": keys.sign.public.hex(),
        "pseudonym": keys.pseudonym,
        "shift_days": keys.shift_days,
        "shifts": [Study(name="x", secret=bytes([each]) * 32).keys.shift_days for each in range(16)],
        "record_id_of_sense_person": keys.record_id(b"person").hex(),
        "salt_of_abc": keys.salt(b"abc").hex(),
        "commits": [commit.hex() for commit in second.commits],
        "exports": [bare(march).hex(), bare(june).hex()],
        "length": len(march),
        "notice": _notice(second, 1_795_219_200_000).decode(),
    }


def bare(plain: bytes) -> bytes:
    """Return a plaintext without its padding."""
    return plain.rstrip(b"\0")[:-1]


@pytest.fixture
def written() -> dict:  # type: ignore[type-arg]
    """The vectors of the file."""
    if os.environ.get("HV_TEST_WRITE_VECTORS"):
        PATH.write_text(json.dumps(vectors(), indent=1) + "\n")
    return json.loads(PATH.read_text())


def test_the_same_bytes_as_ever(written: dict) -> None:  # type: ignore[type-arg]
    """Keys, ids, salts, leaves, both exports and the notice."""
    assert written == vectors()


def test_another_reader_reads_them(written: dict) -> None:  # type: ignore[type-arg]
    """Signature, checkpoint, records in the tree, and how the second continues the first."""
    roots = [Reader(bytes.fromhex(text)).check(written["pseudonym"]) for text in written["exports"]]
    assert roots[0] == roots[1][:1]
    text, _, lines = written["notice"].partition("\n\n")
    (line,) = lines.splitlines()
    signature = base64.b64decode(line.split(" ")[2])[4:]
    VerifyKey(bytes.fromhex(written["public"])).verify((text + "\n").encode(), signature)
    assert base64.b64encode(roots[1][-1]).decode() == text.split("\n")[4]


def test_what_comes_of_a_secret(written: dict) -> None:  # type: ignore[type-arg]
    """By HKDF and HMAC as hmac and hashlib have them."""
    secret = bytes.fromhex(written["secret"])
    key = hkdf(secret, b"research-id")
    mac = hmac.digest(key, b"healthvault/v1/research-id\0person", "sha256")
    assert written["record_id_of_sense_person"] == mac[:16].hex()
    days = [sign * each for sign in (-1, 1) for each in range(30, 365) if each % 7]
    assert written["shift_days"] == days[int.from_bytes(hkdf(secret, b"research-shift"), "big") % 574]


def hkdf(secret: bytes, use: bytes) -> bytes:
    """Return 32 bytes of HKDF-SHA-256 without a salt."""
    inner = hmac.digest(bytes(32), secret, "sha256")
    return hmac.digest(inner, b"healthvault/v1/" + use + b"\1", "sha256")


class Reader:
    """A reader that knows the specification only."""

    def __init__(self, bare_plain: bytes) -> None:
        assert bare_plain.startswith(FIRST_LINE)
        self.whole = msgpack.unpackb(bare_plain.removeprefix(FIRST_LINE))
        self.manifest = msgpack.unpackb(self.whole["manifest"])

    def check(self, pseudonym: str) -> list[bytes]:
        """Take the steps of section 8, and return the roots at the marks and at the size."""
        key = self.manifest["key"]
        digest = hashlib.sha256(b"healthvault/v1/research-pseudonym\0" + key).digest()
        own = base64.b32encode(digest).decode().rstrip("=").lower()
        assert f"p_{own}" == pseudonym
        signed = b"healthvault/v1/research-export\0" + self.whole["manifest"]
        VerifyKey(key).verify(signed, self.whole["sig"])
        text, _, line = self.manifest["note"].decode().partition("\n\n")
        VerifyKey(key).verify((text + "\n").encode(), base64.b64decode(line.split(" ")[2])[4:])
        origin, size, root = text.split("\n")
        assert f"healthvault.invalid/research/{own}" == origin
        leaves = [
            hashlib.sha256(
                b"\0" + hashlib.sha256(b"healthvault/v1/research-record\0" + salt + raw).digest()
            ).digest()
            for salt, raw in self.whole["records"]
        ]
        assert list(range(int(size))) == self.manifest["slice"]["leaves"]  # all of them: no hash is needed
        assert base64.b64decode(root) == tree(leaves)
        return [*(tree(leaves[:mark]) for mark in self.manifest["slice"]["marks"]), tree(leaves)]


def tree(leaves: list[bytes]) -> bytes:
    """Return the root of RFC 6962 over hashes of leaves."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\1" + tree(leaves[:split]) + tree(leaves[split:])).digest()
