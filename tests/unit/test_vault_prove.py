# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.prove: docs/spec/status-and-proof-files.md, docs/spec/tree.md section 7."""

import base64
import hashlib
import os
from pathlib import Path

import pytest

from healthvault.errors import ConsentRefused, InvalidRequest, NotFound
from healthvault.storage.inputs import InputFile
from healthvault.vault.addressees import addressees_of, checked_code
from healthvault.vault.contacts import remove_contact
from healthvault.vault.disclosing import rows_to_share
from healthvault.vault.grants import append_grant, list_grants, revoke_grant
from healthvault.vault.journal_log import log_entries
from healthvault.vault.prove import ForReader, prove_document, prove_history, prove_status, reader_of_status
from healthvault.vault.receive import VerifyOptions, verify_file
from healthvault.vault.share import share
from healthvault.vault.transaction import Transaction
from healthvault.vault.views import Document, ProofView
from healthvault.verify.context import Verification
from tests import vaults
from tests.vaults import DAY_MS, NOW_MS, Sample, request

GRANTS = int(os.environ.get("HV_TEST_STATUS_GRANTS", "200"))


@pytest.fixture
def people(tmp_path: Path) -> tuple[Sample, Sample]:
    """Ana, who shared a document with Dr Lee, who has read it."""
    ana, lee = vaults.pair(tmp_path)
    documents = ana.add(b"one", b"two")
    ana.share(tmp_path / "a.hvb", documents[:1])
    assert [] == codes(read(lee, tmp_path / "a.hvb"))
    return ana, lee


def read(reader: Sample, file: Path | bytes, *statuses: bytes, now_ms: int = NOW_MS) -> Verification:
    """Verify a file as somebody with a vault."""
    named = InputFile(name="x", data=file) if isinstance(file, bytes) else InputFile(name="x", path=file)
    options = VerifyOptions(statuses=tuple(InputFile(name="s.hvs", data=data) for data in statuses))
    with reader.open() as vault:
        return verify_file(vault, reader.place, named, options, now_ms=now_ms)


def codes(verification: Verification) -> list[str]:
    """Return the codes of a verification."""
    return [problem.code for problem in verification.problems]


def status(ana: Sample, to: str | None = None, code: str | None = None, which: int = 0) -> tuple[bytes, ProofView]:
    """Return a status file of the newest grant, or of an older one."""
    with ana.open(writing=True) as vault:
        grant = list(list_grants(vault, now_ms=NOW_MS))[which]
        reader = ForReader(addressee=reader_of_status(vault, grant.id, to), code=code)
        return prove_status(vault, grant.id, reader, now_ms=NOW_MS)


def revoke(ana: Sample) -> None:
    """Revoke the newest grant."""
    with ana.open(writing=True) as vault:
        revoke_grant(vault, next(list_grants(vault, now_ms=NOW_MS)).id, reason="", now_ms=NOW_MS)


def test_active_then_revoked(people: tuple[Sample, Sample], tmp_path: Path) -> None:
    """Alone and beside the bundle; what was learned once stays known."""
    ana, lee = people
    data, shown = status(ana)
    assert ("status", "Dr Lee", "active") == (shown.kind, shown.reader, shown.status)
    assert [] == codes(read(lee, data))
    revoke(ana)
    late, shown = status(ana)
    assert "revoked" == shown.status
    assert ["grant_revoked"] == codes(read(lee, tmp_path / "a.hvb", late))
    assert ["grant_revoked"] == codes(read(lee, tmp_path / "a.hvb"))
    old = read(lee, tmp_path / "a.hvb", data)
    assert (["grant_revoked"], [False]) == (codes(old), [file.counts for file in old.status_files])
    assert () == ana.faults()
    with ana.open() as vault:
        kinds = [row.kind for row in log_entries(vault)]
    assert ["status", "grant.revoke", "status"] == kinds[:3]


def test_later_files_go_through_its_size(people: tuple[Sample, Sample], tmp_path: Path) -> None:
    """A bundle after a status file connects to it, and the other way round; new keys are taken in."""
    ana, lee = people
    first, _ = status(ana)
    read(lee, first)
    documents = ana.documents()
    bundle = ana.share(tmp_path / "b.hvb", documents[:1])
    assert 2 == bundle.marks
    assert [] == codes(read(lee, tmp_path / "b.hvb"))
    older, _ = status(ana, which=1)
    assert [] == codes(read(lee, older))
    assert [] == codes(read(lee, first))


def test_who_may_be_named(people: tuple[Sample, Sample]) -> None:
    """Whom the grant names, by the owner's name for them; nobody else, and nobody who is gone."""
    ana, _ = people
    with ana.open(writing=True) as vault:
        grant = next(list_grants(vault, now_ms=NOW_MS))
        assert "Dr Lee" == reader_of_status(vault, grant.id, "Dr Lee").party.name
        with pytest.raises(ConsentRefused) as caught:
            reader_of_status(vault, grant.id, "Dr Who")
        assert "not_grantee" == caught.value.code
        assert "Dr Lee" not in f"{caught.value.message} {caught.value.hint}"  # names do not belong into a log
        with pytest.raises(NotFound):
            reader_of_status(vault, "g_2222222", None)
        remove_contact(vault, "Dr Lee", now_ms=NOW_MS)
        with pytest.raises(NotFound):
            reader_of_status(vault, grant.id, None)


def test_a_grant_for_two(tmp_path: Path) -> None:
    """Each has a file of their own, which the other cannot open."""
    ana, lee = vaults.pair(tmp_path)
    gray = vaults._copy("gray", "Dr Gray", tmp_path)
    ana.meet(gray, "Dr Gray")
    gray.meet(ana, "Ana")
    document = ana.add(b"one")[0]
    ana.share(tmp_path / "a.hvb", [document], to=("Dr Lee", "Dr Gray"))
    with pytest.raises(InvalidRequest) as caught:
        status(ana)
    assert "which_reader" == caught.value.code
    revoke(ana)
    files = {name: status(ana, to=name)[0] for name in ("Dr Lee", "Dr Gray")}
    for own, other, reader in (("Dr Lee", "Dr Gray", lee), ("Dr Gray", "Dr Lee", gray)):
        assert ["no_key"] == codes(read(reader, files[other]))
        assert ["grant_revoked"] == codes(read(reader, tmp_path / "a.hvb", files[own]))


def test_the_size_says_nothing_of_how_many_grants_there_are(tmp_path: Path) -> None:
    """One grant or hundreds: equal files."""
    sizes = set()
    for number, count in enumerate((1, GRANTS)):
        folder = tmp_path / str(number)
        folder.mkdir()
        ana, lee = vaults.pair(folder)
        document = ana.add(b"one")[0]
        give(ana, document, count - 1)
        ana.share(folder / "a.hvb", [document])
        assert [] == codes(read(lee, folder / "a.hvb"))
        data, _ = status(ana)
        assert [] == codes(read(lee, data))
        sizes.add(len(data))
    assert {4096 + 16} == {size - overhead(data) for size in sizes}


def give(ana: Sample, document: Document, count: int) -> None:
    """Make many grants of a document at once."""
    terms = request([document])
    with ana.open(writing=True) as vault, Transaction(vault, now_ms=NOW_MS) as transaction:
        rows = rows_to_share(vault, terms.records, ())
        parties = tuple(addressee.party for addressee in addressees_of(vault, terms.to))
        for _ in range(count):
            append_grant(transaction, terms, rows, parties, NOW_MS)
        transaction.commit()


def overhead(data: bytes) -> int:
    """Return the length of an age file's header and payload nonce."""
    return data.index(b"\n--- ") + 5 + 43 + 1 + 16


def test_for_a_code(tmp_path: Path) -> None:
    """The code of the bundle opens it; a mistyped word is noticed before anything is logged."""
    ana = vaults.ana(tmp_path)
    document = ana.add(b"one")[0]
    with ana.open(writing=True) as vault:
        code = share(vault, request([document], to=()), tmp_path / "a.hvb", now_ms=NOW_MS).code or ""
    assert code == checked_code(code.upper().replace("-", "  "))
    for wrong in (code[:-1] + "qq", "abandon", code + "-abandon", ""):
        with pytest.raises(InvalidRequest) as caught:
            checked_code(wrong)
        assert "bad_code" == caught.value.code
    revoke(ana)
    data, shown = status(ana, code=code)
    assert "whoever has the code" == shown.reader
    options = VerifyOptions(code=code, statuses=(InputFile(name="s", data=data),))
    bundle = InputFile(name="a", path=tmp_path / "a.hvb")
    nobody = vaults.lee(tmp_path).place
    verified = verify_file(None, nobody, bundle, options, now_ms=NOW_MS)
    assert {"unknown_signer", "grant_revoked"} == set(codes(verified))


def test_a_proof_of_the_history(people: tuple[Sample, Sample]) -> None:
    """It connects what the reader has seen to now, and is logged; only sizes that there were."""
    ana, lee = people
    with ana.open(writing=True) as vault:
        (addressee,) = addressees_of(vault, ("Dr Lee",))
        seen = vault.history.size
        data, shown = prove_history(vault, seen, ForReader(addressee=addressee), now_ms=NOW_MS)
        assert ("proof", seen, seen + 1) == (shown.kind, shown.since, shown.size)
        for wrong in (0, vault.history.size + 1):
            with pytest.raises(InvalidRequest) as caught:
                prove_history(vault, wrong, ForReader(addressee=addressee), now_ms=NOW_MS)
            assert "bad_size" == caught.value.code
    verified = read(lee, data)
    assert ("proof", []) == (verified.kind, codes(verified))
    assert () == ana.faults()


def test_the_place_of_a_document_for_other_tools(people: tuple[Sample, Sample]) -> None:
    """A few lines that know nothing of us come from the entry to the signed root."""
    ana, _ = people
    document = ana.add(b"three", b"four", b"five")[1]
    with ana.open() as vault:
        text, shown = prove_document(vault, document.id)
        entry = vault.history.entry(document.entry).raw
    head, note = text.split(b"\n\n", 1)
    first, index, *hashes = head.decode().split("\n")
    _, size, root = note.decode().split("\n")[:3]
    assert ("c2sp.org/tlog-proof@v1", f"index {document.entry}") == (first, index)
    node, place, last = hashlib.sha256(b"\0" + entry).digest(), document.entry, int(size) - 1
    assert node == shown.leaf
    for line in hashes:  # RFC 9162 section 2.1.3.2
        sibling = base64.b64decode(line)
        if place % 2 or place == last:
            node = hashlib.sha256(b"\1" + sibling + node).digest()
            while place % 2 == 0 and place:
                place, last = place >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\1" + node + sibling).digest()
        place, last = place >> 1, last >> 1
    assert (0, root) == (last, base64.b64encode(node).decode())
    assert b"five" not in text


def test_dates_and_ages(people: tuple[Sample, Sample], tmp_path: Path) -> None:
    """An old bundle is stale for who wants a newer status; with the file it is not."""
    ana, lee = people
    late = NOW_MS + 40 * DAY_MS
    options = VerifyOptions(max_age_ms=30 * DAY_MS)
    bundle = InputFile(name="a", path=tmp_path / "a.hvb")
    with lee.open() as vault:
        assert ["stale"] == codes(verify_file(vault, lee.place, bundle, options, now_ms=late))
    with ana.open(writing=True, now_ms=late) as vault:
        grant = next(list_grants(vault, now_ms=late))
        reader = ForReader(addressee=reader_of_status(vault, grant.id, None))
        data, _ = prove_status(vault, grant.id, reader, now_ms=late)
    fresh = VerifyOptions(max_age_ms=30 * DAY_MS, statuses=(InputFile(name="s", data=data),))
    with lee.open() as vault:
        assert [] == codes(verify_file(vault, lee.place, bundle, fresh, now_ms=late))
        assert [] == codes(verify_file(vault, lee.place, bundle, options, now_ms=late))
