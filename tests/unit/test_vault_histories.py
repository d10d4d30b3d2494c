# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.histories: what each kind of file shows, and what is made of two."""

from pathlib import Path

import pytest

from healthvault.agefile.recipients import X25519Recipient
from healthvault.bundle.sidefile import write_side_file
from healthvault.crypto.agreement import x25519_public
from healthvault.storage.inputs import InputFile
from healthvault.vault.erase import certify, erase_documents, find_victims
from healthvault.vault.histories import Side, compare_files, prove_fork, view_in
from healthvault.vault.receipts import receipt_bytes
from healthvault.vault.receive import verify_file
from healthvault.vault.share import share
from healthvault.verify.compare import Relation
from tests import vaults
from tests.refusals import code_of
from tests.vaults import NOW_MS, PLAIN, Sample, copy_vault, stolen_from

Pair = tuple[Sample, Sample]


def side(path: Path, code: str | None = None) -> Side:
    """Return a file to look at."""
    return Side(file=InputFile(name=path.name, path=path), code=code)


def data(raw: bytes) -> Side:
    """Return bytes to look at."""
    return Side(file=InputFile(name="file", data=raw))


def relation(reader: Sample, old: Side, new: Side) -> Relation:
    """Let somebody compare two files."""
    with reader.open() as vault:
        return compare_files(vault, reader.place, old, new, now_ms=NOW_MS).comparison.relation


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    """Ana with a document, and Dr Lee."""
    ana, lee = vaults.pair(tmp_path)
    ana.add(b"one")
    return ana, lee


def test_bundles_receipts_views_and_certificates_show_a_history(pair: Pair, tmp_path: Path) -> None:
    """Each is compared with each; what is cut out of a file is what the file shows."""
    ana, lee = pair
    bundle = tmp_path / "a.hvb"
    ana.share(bundle, ana.documents())
    with lee.open() as vault:
        outcome = verify_file(vault, lee.place, side(bundle).file, PLAIN, now_ms=NOW_MS)
        receipt = data(receipt_bytes(vault, outcome, "verified", now_ms=NOW_MS))
        view = data(prove_fork(vault, lee.place, (side(bundle),), now_ms=NOW_MS))
    document = ana.add(b"two")[0]
    with ana.open(writing=True) as vault:
        erasure = erase_documents(vault, find_victims(vault, [document.id]), reason=None, now_ms=NOW_MS)
        certificate = data(certify(vault, erasure, now_ms=NOW_MS))
    for shown in (side(bundle), receipt, view):
        assert Relation.SAME is relation(lee, side(bundle), shown)
        assert Relation.EXTENDS is relation(lee, shown, certificate)
        assert Relation.ROLLBACK is relation(lee, certificate, shown)
    assert Relation.SAME is compare_files(None, lee.place, view, view, now_ms=NOW_MS).comparison.relation


def test_bundles_with_a_code(pair: Pair, tmp_path: Path) -> None:
    """The code goes with the file; the other side is opened by the reader's own keys."""
    ana, lee = pair
    coded, own = tmp_path / "code.hvb", tmp_path / "own.hvb"
    with ana.open(writing=True) as vault:
        made = share(vault, vaults.request(ana.documents(), ()), coded, now_ms=NOW_MS)
    ana.share(own, ana.documents())
    assert Relation.EXTENDS is relation(lee, side(coded, made.code), side(own, made.code))
    view = prove_fork(None, lee.place, (side(coded, made.code),), now_ms=NOW_MS)
    assert b"-----BEGIN HEALTHVAULT VIEW-----" == view.splitlines()[0]
    assert "code_needed" == code_of(lambda: view_in(None, side(coded), now_ms=NOW_MS))
    with lee.open() as vault:
        assert "no_key" == code_of(lambda: view_in(vault, side(coded), now_ms=NOW_MS))


def test_two_ways_of_one_vault_make_a_proof(pair: Pair, tmp_path: Path) -> None:
    """Two bundles of one size; what agrees makes none."""
    ana, lee = pair
    other = copy_vault(ana, tmp_path / "other", tmp_path / "other-state")
    first, second = tmp_path / "first.hvb", tmp_path / "second.hvb"
    for sample, path in ((ana, first), (other, second)):
        sample.share(path, sample.documents())
    assert Relation.FORK is relation(lee, side(first), side(second))
    with lee.open() as vault:
        proof = prove_fork(vault, lee.place, (side(first), side(second)), now_ms=NOW_MS)
        assert b"-----BEGIN HEALTHVAULT FORK PROOF-----" == proof.splitlines()[0]
        same = (side(first), side(first))
        assert "bad_proof" == code_of(lambda: prove_fork(vault, lee.place, same, now_ms=NOW_MS))
        found = verify_file(vault, lee.place, data(proof).file, PLAIN, now_ms=NOW_MS)
        assert ["fork"] == [problem.code for problem in found.problems]
        later = verify_file(vault, lee.place, side(first).file, PLAIN, now_ms=NOW_MS)
        assert "fork" in [problem.code for problem in later.problems]


def test_keys_that_the_pinned_card_calls_stolen_prove_no_fork(pair: Pair, tmp_path: Path) -> None:
    """A thief writes on where Ana wrote on: her new card, which Dr Lee has pinned, clears her."""
    ana, lee = pair
    thief = copy_vault(ana, tmp_path / "thief", tmp_path / "thief-state")
    first, second = tmp_path / "first.hvb", tmp_path / "second.hvb"
    for sample, path in ((ana, first), (thief, second)):
        sample.share(path, sample.documents())
    lee.meet(stolen_from(ana), "Ana")
    assert Relation.CANNOT_TELL is relation(lee, side(first), side(second))
    with lee.open() as vault:
        sides = (side(first), side(second))
        assert "key_revoked" == code_of(lambda: prove_fork(vault, lee.place, sides, now_ms=NOW_MS))


def test_what_does_not_hold_or_shows_no_history_is_refused(pair: Pair, tmp_path: Path) -> None:
    """A changed bundle, text that is none, a small file of another kind."""
    ana, lee = pair
    bundle = tmp_path / "a.hvb"
    ana.share(bundle, ana.documents())
    raw = bundle.read_bytes()
    with lee.open() as vault:
        secret = vault.keys.identity.recipients[-1][1]
        written = bytearray()
        recipient = X25519Recipient(public=x25519_public(secret))
        write_side_file(written.extend, {"v": 1, "kind": "status"}, [recipient])
        for content, code in (
            (raw[:-1], "tampered"),
            (b"text", "not_a_bundle"),
            (b"-----BEGIN HEALTHVAULT VIEW-----\n", "bad_encoding"),
            (bytes(written), "no_history"),
        ):
            assert code == code_of(lambda content=content: view_in(vault, data(content), now_ms=NOW_MS))
