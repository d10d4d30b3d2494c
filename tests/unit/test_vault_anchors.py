# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.anchors and healthvault.crypto.timestamps: docs/spec/anchors.md."""

import sys
import time
from pathlib import Path

import pytest

from healthvault.crypto.hashing import sha256
from healthvault.crypto.timestamps import check_timestamp, stamped_digest, timestamp_request
from healthvault.errors import FormatError, HealthVaultError, IntegrityError, InvalidRequest
from healthvault.vault.anchors import add_anchor, list_anchors, request_anchor
from tests import vaults
from tests.authority import Authority, needs_openssl, new_authority
from tests.owners import flip
from tests.vaults import NOW_MS, Sample

pytestmark = needs_openssl


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority."""
    return new_authority(tmp_path_factory.mktemp("tsa") / "one")


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """Ana, with a document."""
    ana = vaults.ana(tmp_path)
    ana.add(b"one")
    return ana


def test_a_timestamp_over_the_newest_checkpoint(ana: Sample, authority: Authority) -> None:
    """Requested, checked, logged, listed; also when the vault has grown in between."""
    with ana.open() as vault:
        request, asked = request_anchor(vault)
        text = vault.history.note.split(b"\n\n")[0] + b"\n"
    response = authority.stamp(request)
    ana.add(b"two", b"three")
    with ana.open(writing=True) as vault:
        made = add_anchor(vault, response, authority.root.read_bytes(), now_ms=NOW_MS)
        assert (asked.size, asked.root, NOW_MS) == (made.size, made.root, made.logged_ms)
        assert abs(time.time() * 1000 - (made.time_ms or 0)) < 86_400_000
        assert sha256(text) == stamped_digest(response)
    with ana.open() as vault:
        assert (made,) == list_anchors(vault)
        assert vault.history.size - 1 == made.entry
    assert () == ana.faults()


def test_what_is_refused(ana: Sample, authority: Authority, tmp_path: Path) -> None:
    """Another digest, another root, a changed or cut response, none at all; nothing is logged."""
    roots, other = authority.root.read_bytes(), new_authority(tmp_path / "other")
    with ana.open() as vault:
        request, _ = request_anchor(vault)
    response, foreign = authority.stamp(request), authority.stamp(timestamp_request(b"something else"))
    cases = [
        (foreign, roots, IntegrityError, "bad_timestamp"),
        (response, other.root.read_bytes(), IntegrityError, "bad_timestamp"),
        (flip(response, -30), roots, IntegrityError, "bad_timestamp"),
        (response[:-1], roots, FormatError, "bad_timestamp"),
        (response + b"x", roots, FormatError, "bad_timestamp"),
        (b"", roots, FormatError, "bad_timestamp"),
        (bytes.fromhex("30053003020102"), roots, FormatError, "bad_timestamp"),
        (response, b"no certificate", FormatError, "bad_certificate"),
        (bytes(40_000), roots, InvalidRequest, "too_large"),
    ]
    with ana.open(writing=True) as vault:
        size = vault.history.size
        for given, trusted, kind, code in cases:
            with pytest.raises(kind) as caught:
                add_anchor(vault, given, trusted, now_ms=NOW_MS)
            assert code == caught.value.code
        assert (size, ()) == (vault.history.size, list_anchors(vault))


def test_every_flipped_byte(authority: Authority) -> None:
    """No change of a response lets it state another time of this message."""
    response, roots = authority.stamp(timestamp_request(b"text")), authority.root.read_bytes()
    stated = check_timestamp(response, b"text", roots)
    for place in range(0, len(response), 7):
        try:
            assert stated == check_timestamp(flip(response, place), b"text", roots)
        except HealthVaultError as err:
            assert err.code == "bad_timestamp"  # noqa: PT017  some bytes, such as names, are not signed


def test_without_the_extra(ana: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named, and how to install it."""
    monkeypatch.setitem(sys.modules, "rfc3161_client", None)
    with ana.open() as vault, pytest.raises(InvalidRequest) as caught:
        request_anchor(vault)
    assert ("extra_missing", "pip install 'healthvault[tsa]'") == (caught.value.code, caught.value.hint)
