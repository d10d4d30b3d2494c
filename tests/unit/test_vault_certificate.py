# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.certificate and healthvault.vault.statements."""

from pathlib import Path

import pytest

from healthvault.errors import VaultDamaged
from healthvault.ledger.ids import bundle_id_text
from healthvault.storage.inputs import InputError, InputFile
from healthvault.vault.certificate import bundles_with, certify_erasure
from healthvault.vault.erase import erase_documents, find_victims
from healthvault.vault.receive import verify_file
from healthvault.vault.statements import certificate_text
from healthvault.vault.vault import Place
from healthvault.verify.context import Verification
from tests import vaults
from tests.vaults import NOW_MS, PLAIN, Sample


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Sample, Sample]:
    """Ana, who has three documents, and Dr Lee."""
    ana, lee = vaults.pair(tmp_path)
    ana.add(b"one", b"two", b"three")
    return ana, lee


def erase(ana: Sample, *places: int) -> int:
    """Erase documents by their places, and return the entry that says so."""
    documents = ana.documents()[::-1]
    ids = tuple(documents[place].id for place in places)
    with ana.open(writing=True) as vault:
        return erase_documents(vault, find_victims(vault, ids), reason=None, now_ms=NOW_MS).entry


def certificate(ana: Sample, seq: int) -> bytes:
    """Return a certificate of an erasure, with what was handed out."""
    with ana.open() as vault:
        victims = {document.entry for document in ana.documents() if document.status == "erased"}
        unreached = bundles_with(vault, victims)
        return certify_erasure(vault, seq, reached=(), unreached=unreached, now_ms=NOW_MS)


def read(reader: Sample, text: bytes) -> Verification:
    """Verify a text."""
    with reader.open() as vault:
        return verify_file(vault, reader.place, InputFile(name="c", data=text), PLAIN, now_ms=NOW_MS)


def test_bundles_that_hold_a_document(pair: tuple[Sample, Sample], tmp_path: Path) -> None:
    """Those alone, the newest first, with their recipients; a code names nobody."""
    ana, _ = pair
    one, two, three = ana.documents()[::-1]
    first = ana.share(tmp_path / "a.hvb", [one, two])
    ana.share(tmp_path / "b.hvb", [three])
    last = ana.share(tmp_path / "c.hvb", [two], to=())
    with ana.open() as vault:
        found = bundles_with(vault, (two.entry,))
        assert [((), last.id), (("Dr Lee",), first.id)] == [
            (trace.recipients, bundle_id_text(trace.bundle_id or b"")) for trace in found
        ]
        assert () == bundles_with(vault, (1,))


def test_a_certificate(pair: tuple[Sample, Sample]) -> None:
    """It verifies at once and later, also where only some of the documents were erased."""
    ana, lee = pair
    seq = erase(ana, 0, 2)
    for _ in range(2):
        outcome = read(lee, certificate(ana, seq))
        assert () == outcome.problems
        assert outcome.erasure is not None
        assert [2, 4] == [document.seq for document in outcome.erasure.documents]
        ana.add(b"later")


def test_a_first_bundle_after_it(pair: tuple[Sample, Sample], tmp_path: Path) -> None:
    """Having read a certificate makes no later bundle worse."""
    ana, lee = pair
    assert () == read(lee, certificate(ana, erase(ana, 0))).problems
    ana.share(tmp_path / "a.hvb", ana.documents()[:1])
    with lee.open() as vault:
        bundle = InputFile(name="a", path=tmp_path / "a.hvb")
        assert () == verify_file(vault, lee.place, bundle, PLAIN, now_ms=NOW_MS).problems


def test_it_connects_to_what_was_seen(pair: tuple[Sample, Sample], tmp_path: Path) -> None:
    """Every size that was handed out is a mark of it."""
    ana, lee = pair
    ana.share(tmp_path / "a.hvb", ana.documents()[:1])
    with lee.open() as vault:
        verify_file(vault, lee.place, InputFile(name="a", path=tmp_path / "a.hvb"), PLAIN, now_ms=NOW_MS)
    outcome = read(lee, certificate(ana, erase(ana, 0)))
    assert () == outcome.problems
    details = {verdict.question.value: verdict.detail for verdict in outcome.verdicts}
    assert details["consistency"].startswith("extends the ")


def test_nobody_needs_a_vault_to_read_it(pair: tuple[Sample, Sample], tmp_path: Path) -> None:
    """Somebody without one is told all but who it is."""
    ana, _ = pair
    text = certificate(ana, erase(ana, 1))
    place = Place(root=tmp_path / "none", state_dir=tmp_path / "state")
    outcome = verify_file(None, place, InputFile(name="c", data=text), PLAIN, now_ms=NOW_MS)
    assert ["unknown_signer"] == [problem.code for problem in outcome.problems]


def test_no_erasure(pair: tuple[Sample, Sample]) -> None:
    """Of another entry there is no certificate."""
    ana, _ = pair
    with ana.open() as vault, pytest.raises(VaultDamaged):
        certify_erasure(vault, 2, reached=(), unreached=(), now_ms=NOW_MS)


def test_telling_it_from_other_files(pair: tuple[Sample, Sample], tmp_path: Path) -> None:
    """By its first line that is not blank; whatever else it says is for the verification."""
    ana, _ = pair
    text = certificate(ana, erase(ana, 1))
    for form in (text, b"\r\n  \n" + text.replace(b"\n", b"\r\n"), text[:60]):
        assert form == certificate_text(InputFile(name="c", data=form))
    ana.share(tmp_path / "a.hvb", ana.documents()[:1])
    assert certificate_text(InputFile(name="a", path=tmp_path / "a.hvb")) is None
    assert certificate_text(InputFile(name="c", data=b"")) is None
    with pytest.raises(InputError):
        certificate_text(InputFile(name="no", path=tmp_path / "no"))
