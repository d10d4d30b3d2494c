# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.share."""

from dataclasses import replace
from pathlib import Path

import pytest

from healthvault.bundle.disclosure import FILE_NAME
from healthvault.errors import (
    ConsentRefused,
    HealthVaultError,
    InvalidRequest,
    VaultDamaged,
)
from healthvault.storage.inputs import InputFile
from healthvault.vault.add import AddOptions
from healthvault.vault.amend import retract_document
from healthvault.vault.contacts import remove_contact
from healthvault.vault.disclosing import _container_name
from healthvault.vault.grants import Terms, list_grants, make_grant, revoke_grant
from healthvault.vault.handing import Letter, UnderGrant
from healthvault.vault.journal_log import log_entries
from healthvault.vault.receive import VerifyOptions, import_bundle, open_bundle, verify_file
from healthvault.vault.share import share, share_under
from healthvault.vault.transaction import Transaction
from healthvault.vault.views import BundleView, Document
from healthvault.verify.context import Verification
from tests import vaults
from tests.vaults import DAY_MS, NOW_MS, PLAIN, Sample


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Sample, Sample]:
    """Ana, with three documents, and Dr Lee, who know each other."""
    ana, lee = vaults.pair(tmp_path)
    ana.add(b"one", b"two", b"three")
    return ana, lee


def oldest_first(ana: Sample) -> list[Document]:
    """Return Ana's documents."""
    return ana.documents()[::-1]


def verified(reader: Sample, path: Path, options: VerifyOptions = PLAIN) -> Verification:
    """Let somebody verify a bundle."""
    with reader.open() as vault:
        return verify_file(vault, reader.place, InputFile(name=path.name, path=path), options, now_ms=NOW_MS)


def test_a_bundle(pair: tuple[Sample, Sample], tmp_path: Path) -> None:
    """Its reader proves each document, and the owner's journal says what was handed out."""
    ana, lee = pair
    made = ana.share(tmp_path / "a.hvb", oldest_first(ana)[:2])
    assert (tmp_path / "a.hvb").stat().st_size == made.size_bytes
    assert 0o600 == (tmp_path / "a.hvb").stat().st_mode & 0o777
    assert (None, 0) == (made.code, made.marks)
    outcome = verified(lee, tmp_path / "a.hvb")
    assert () == outcome.problems
    assert [item.id for item in oldest_first(ana)[:2]] == list(made.documents)
    assert [2, 3] == [item.seq for item in outcome.documents]
    with ana.open() as vault:
        assert ["share", "grant"] == [entry.kind for entry in log_entries(vault, limit=2)]
        assert [made.id, made.grant] == [entry.id for entry in log_entries(vault, limit=2)]
        (grant,) = list_grants(vault, now_ms=NOW_MS)
    assert ((made.id,), made.documents, "Dr Lee") == (grant.bundles, grant.records, grant.contact)


def test_no_name_of_a_person_leaves_in_clear(pair: tuple[Sample, Sample], tmp_path: Path) -> None:
    """The file shows neither who it is from nor whom it is for, nor what is in it."""
    ana, _ = pair
    (document,) = ana.add(b"ferritin 12", options=AddOptions(title="Ferritin"))
    ana.share(tmp_path / "a.hvb", [document])
    content = (tmp_path / "a.hvb").read_bytes()
    assert not any(word in content for word in (b"Ana Silva", b"Wen Lee", b"Dr Lee", b"Ferritin", b"ferritin"))


def test_for_a_code(pair: tuple[Sample, Sample], tmp_path: Path) -> None:
    """Without a contact there is a code of seven words, and the file opens by it alone."""
    ana, lee = pair
    made = ana.share(tmp_path / "a.hvb", oldest_first(ana)[:1], to=())
    assert made.code is not None
    assert 7 == len(made.code.split("-"))
    typed = made.code.upper().replace("-", "  ")
    assert () == verified(lee, tmp_path / "a.hvb", VerifyOptions(code=typed)).problems
    assert ["no_key"] == [
        item.code for item in verified(lee, tmp_path / "a.hvb", VerifyOptions(code="a b")).problems
    ]
    assert ["no_key"] == [item.code for item in verified(lee, tmp_path / "a.hvb").problems]
    with ana.open() as vault:
        assert ["whoever has the code"] == [grant.contact for grant in list_grants(vault, now_ms=NOW_MS)]


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_several_recipients(tmp_path: Path, count: int) -> None:
    """Each can open it; the number of stanzas is a power of two, and tells no more."""
    ana = vaults.ana(tmp_path)
    (document,) = ana.add(b"one")
    readers = []
    for number in range(count):
        (tmp_path / f"{number}").mkdir()
        reader = fresh_vault(tmp_path / f"{number}")
        reader.meet(ana, "Ana")
        ana.meet(reader, f"reader {number}")
        readers.append(reader)
    names = tuple(f"reader {number}" for number in range(count))
    ana.share(tmp_path / "a.hvb", [document], to=(*names, names[0]))
    assert {1: 1, 2: 2, 3: 4, 5: 8}[count] == (tmp_path / "a.hvb").read_bytes().count(b"-> X25519 ")
    for reader in readers:
        assert () == verified(reader, tmp_path / "a.hvb").problems


def fresh_vault(folder: Path) -> Sample:
    """Return a vault of its own: not a copy of the one that all tests share."""
    place = vaults.Place(root=folder / "vault", state_dir=folder / "state")
    words = vaults.create_vault(place, vaults.NewVault(name="Reader", passphrase="x", kdf="light"), now_ms=NOW_MS)
    secret = vaults.Secret(kind=vaults.SlotKind.RECOVERY, value=" ".join(words).encode())
    return Sample(place=place, secret=secret, words=secret)


def test_marks(pair: tuple[Sample, Sample], tmp_path: Path) -> None:
    """A later bundle lets its reader check every size that was handed to her, or to whoever had a code."""
    ana, lee = pair
    documents = oldest_first(ana)
    ana.share(tmp_path / "a.hvb", documents[:1])
    ana.share(tmp_path / "b.hvb", documents[:1], to=())
    third = ana.share(tmp_path / "c.hvb", documents[1:2])
    assert 2 == third.marks
    verified(lee, tmp_path / "a.hvb")
    outcome = verified(lee, tmp_path / "c.hvb")
    assert () == outcome.problems
    details = {verdict.question.value: verdict.detail for verdict in outcome.verdicts}
    assert "extends the 7 entries seen before" == details["consistency"]


def test_what_is_disclosed(pair: tuple[Sample, Sample], tmp_path: Path) -> None:
    """Title and media type are the sender's word, unless the sealed description goes along."""
    ana, lee = pair
    (document,) = ana.add(b"x", options=AddOptions(title="Ferritin", author="Lab", tags=("private",)))
    for with_metadata in (False, True):
        out = tmp_path / f"{with_metadata}.hvb"
        with ana.open(writing=True) as vault:
            letter = Letter(with_metadata=with_metadata)
            share(vault, vaults.request([document]), out, now_ms=NOW_MS, letter=letter)
        (shown,) = verified(lee, out).documents
        assert ("Ferritin", with_metadata) == (shown.title, shown.is_disclosed)
        assert ("Lab" if with_metadata else None) == shown.author


def test_a_message(pair: tuple[Sample, Sample], tmp_path: Path) -> None:
    """It goes along, sealed and signed."""
    ana, lee = pair
    with ana.open(writing=True) as vault:
        letter = Letter(message="See you on Monday.\n")
        share(vault, vaults.request(oldest_first(ana)[:1]), tmp_path / "a.hvb", now_ms=NOW_MS, letter=letter)
    assert "See you on Monday.\n" == verified(lee, tmp_path / "a.hvb").message
    assert b"Monday" not in (tmp_path / "a.hvb").read_bytes()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"records": ()}, "nothing_to_share"),
        ({"records": ("d_zzzzzzzz",)}, "not_found"),
        ({"to": ("Nobody",)}, "not_found"),
        ({"not_after_ms": NOW_MS}, "bad_expiry"),
        ({"not_before_ms": NOW_MS + 91 * DAY_MS}, "bad_expiry"),
        ({"purposes": ()}, "bad_schema"),
        ({"purposes": ("TREAT", "TREAT")}, "bad_schema"),
        ({"actions": ()}, "bad_schema"),
        ({"actions": ("view", "view")}, "bad_schema"),
        ({"not_before_ms": -1}, "bad_schema"),
        ({"not_after_ms": 2**60}, "bad_schema"),
        ({"purposes": ("x" * 70_000,)}, "bad_schema"),
    ],
)
def test_what_cannot_be_shared(
    pair: tuple[Sample, Sample], tmp_path: Path, change: dict[str, object], code: str
) -> None:
    """It is refused before anything is logged, and the vault is none the worse."""
    ana, _ = pair
    request: Terms = replace(vaults.request(oldest_first(ana)[:1]), **change)  # type: ignore[arg-type]
    with ana.open(writing=True) as vault:
        size = vault.history.size
        with pytest.raises(HealthVaultError) as caught:
            share(vault, request, tmp_path / "a.hvb", now_ms=NOW_MS)
        assert (code, size) == (caught.value.code, vault.history.size)
    assert not (tmp_path / "a.hvb").exists()
    assert 3 == len(ana.documents())
    assert () == ana.check().findings


def test_too_many_contacts(pair: tuple[Sample, Sample], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A grant has at most sixteen grantees."""
    ana, _ = pair
    monkeypatch.setattr("healthvault.vault.addressees.MAX_GRANTEES", 0)
    with pytest.raises(InvalidRequest) as caught:
        ana.share(tmp_path / "a.hvb", oldest_first(ana)[:1])
    assert "too_many" == caught.value.code


def test_nothing_is_overwritten(pair: tuple[Sample, Sample], tmp_path: Path) -> None:
    """A file that is there stays, and nothing is logged."""
    ana, _ = pair
    (tmp_path / "a.hvb").write_bytes(b"mine")
    with pytest.raises(InvalidRequest) as caught:
        ana.share(tmp_path / "a.hvb", oldest_first(ana)[:1])
    assert "unsafe_output" == caught.value.code
    with ana.open() as vault:
        assert [] == list(list_grants(vault, now_ms=NOW_MS))


def test_a_damaged_document(pair: tuple[Sample, Sample], tmp_path: Path) -> None:
    """No file is made of it."""
    ana, _ = pair
    with vaults.flipped(ana.paths.pack(2), 100), pytest.raises(VaultDamaged):
        ana.share(tmp_path / "a.hvb", oldest_first(ana)[:1])
    assert [] == [path.name for path in tmp_path.iterdir() if "hv" in path.name]


def test_an_erased_document(pair: tuple[Sample, Sample], tmp_path: Path) -> None:
    """There is nothing left to share."""
    ana, _ = pair
    (document, *_) = oldest_first(ana)
    with ana.open(writing=True) as vault:
        with Transaction(vault, now_ms=NOW_MS) as transaction:
            transaction.append(transaction.begin(), {"kind": "doc.erase", "victims": [2], "ks_epoch": 1})
            transaction.commit()
        with pytest.raises(InvalidRequest) as caught:
            share(vault, vaults.request([document]), tmp_path / "a.hvb", now_ms=NOW_MS)
    assert "erased" == caught.value.code


def test_onward_sharing(pair: tuple[Sample, Sample], tmp_path: Path) -> None:
    """What came without leave to pass it on is passed on only if the owner takes that on herself."""
    ana, lee = pair
    ana.share(tmp_path / "a.hvb", oldest_first(ana)[:1])
    with lee.open(writing=True) as vault:
        _, (kept,) = import_bundle(vault, InputFile(name="a", path=tmp_path / "a.hvb"), PLAIN, now_ms=NOW_MS)
        with pytest.raises(ConsentRefused) as caught:
            share(vault, vaults.request([kept], to=("Ana",)), tmp_path / "b.hvb", now_ms=NOW_MS)
        assert "action_not_granted" == caught.value.code
        wanted = replace(vaults.request([kept], to=("Ana",)), accept=("action_not_granted",))
        share(vault, wanted, tmp_path / "b.hvb", now_ms=NOW_MS)
    with ana.open() as vault:
        _, documents = open_bundle(
            vault, ana.place, InputFile(name="b", path=tmp_path / "b.hvb"), tmp_path / "out", PLAIN, now_ms=NOW_MS
        )
    assert [b"one"] == [(tmp_path / "out" / document.name).read_bytes() for document in documents]


def test_a_tree_cache_that_lies(tmp_path: Path) -> None:
    """A wrong hash below a full tile is no reason to fail, nor to write a bundle that nobody can verify."""
    ana, lee = vaults.pair(tmp_path)
    documents = ana.add(*(b"%d" % number for number in range(280)))
    with vaults.flipped(ana.paths.tree_level(0), 50 * 32):
        ana.share(tmp_path / "a.hvb", documents[:1])
    assert () == verified(lee, tmp_path / "a.hvb").problems


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("report.pdf", "report.pdf"),
        ("Ärzte Brief.pdf", "rzte_Brief.pdf"),
        (".hidden", "hidden"),
        ("../../etc/passwd", None),
        ("-rf", "rf"),
        ("", "document"),
        ("ÄÖÜ", "document"),
        ("a.tar.gz", "a.tar.gz"),
        ("x" * 300 + ".dcm", "x" * 56 + ".dcm"),
        ("a.b" * 100, None),
        ("name." + "s" * 80, None),
        ("\ud800.pdf", "document.pdf"),
    ],
)
def test_names_inside_a_bundle(name: str, expected: str | None) -> None:
    """They are of the form that a container allows, whatever the file was called, and keep its suffix."""
    made = _container_name(name)
    assert FILE_NAME.match(made)
    if expected is not None:
        assert expected == made


def test_a_message_that_is_no_text(pair: tuple[Sample, Sample], tmp_path: Path) -> None:
    """It is refused before anything is logged."""
    ana, _ = pair
    terms, letter = vaults.request(oldest_first(ana)[:1]), Letter(message="\udcff")
    with ana.open(writing=True) as vault:
        with pytest.raises(InvalidRequest) as caught:
            share(vault, terms, tmp_path / "a.hvb", now_ms=NOW_MS, letter=letter)
        assert "bad_text" == caught.value.code
        assert [] == list(list_grants(vault, now_ms=NOW_MS))
    assert not (tmp_path / "a.hvb").exists()


def granted(ana: Sample, *, to: tuple[str, ...] = ("Dr Lee",)) -> str:
    """Grant the first two documents and return the grant's id."""
    with ana.open(writing=True) as vault:
        return make_grant(vault, vaults.request(oldest_first(ana)[:2], to=to), now_ms=NOW_MS).id


def under(ana: Sample, wish: UnderGrant, out: Path, now_ms: int = NOW_MS) -> BundleView:
    """Share under a grant."""
    with ana.open(writing=True, now_ms=now_ms) as vault:
        return share_under(vault, wish, out, now_ms=now_ms)


def test_under_a_grant(pair: tuple[Sample, Sample], tmp_path: Path) -> None:
    """All that it names, or some of it, as often as wanted: one grant, and every bundle verifies."""
    ana, lee = pair
    grant, documents = granted(ana), oldest_first(ana)
    whole = under(ana, UnderGrant(grant=grant[:8]), tmp_path / "a.hvb")
    part = under(ana, UnderGrant(grant=grant, records=(documents[1].id,)), tmp_path / "b.hvb")
    assert (grant, (documents[0].id, documents[1].id)) == (whole.grant, whole.documents)
    assert (grant, (documents[1].id,)) == (part.grant, part.documents)
    for name, count in (("a.hvb", 2), ("b.hvb", 1)):
        outcome = verified(lee, tmp_path / name)
        assert ((), count) == (outcome.problems, len(outcome.documents))
    with ana.open() as vault:
        (shown,) = list_grants(vault, now_ms=NOW_MS)
    assert {whole.id, part.id} == set(shown.bundles)
    assert () == ana.check().findings


def test_under_a_grant_for_a_code(pair: tuple[Sample, Sample], tmp_path: Path) -> None:
    """Each bundle has a code of its own."""
    ana, lee = pair
    grant = granted(ana, to=())
    made = [under(ana, UnderGrant(grant=grant), tmp_path / f"{number}.hvb") for number in range(2)]
    assert 2 == len({bundle.code for bundle in made})
    for number, bundle in enumerate(made):
        assert () == verified(lee, tmp_path / f"{number}.hvb", VerifyOptions(code=bundle.code)).problems


def test_a_grant_that_does_not_cover_it(pair: tuple[Sample, Sample], tmp_path: Path) -> None:
    """Another document, a grant that ended, a contact that is gone: refused by name, and nothing is logged."""
    ana, _ = pair
    grant, documents = granted(ana), oldest_first(ana)
    with ana.open(writing=True) as vault:
        size = vault.history.size
    for wish, now_ms, code in (
        (UnderGrant(grant=grant, records=(documents[2].id,)), NOW_MS, "out_of_scope"),
        (UnderGrant(grant=grant), NOW_MS + 90 * DAY_MS, "grant_expired"),
        (UnderGrant(grant="g_zzzzzz"), NOW_MS, "not_found"),
    ):
        with pytest.raises(HealthVaultError) as caught:
            under(ana, wish, tmp_path / "a.hvb", now_ms)
        assert code == caught.value.code
    with ana.open(writing=True) as vault:
        assert size == vault.history.size
        remove_contact(vault, "Dr Lee", now_ms=NOW_MS)
    with pytest.raises(HealthVaultError) as caught:
        under(ana, UnderGrant(grant=grant), tmp_path / "a.hvb")
    assert ("not_found", True) == (caught.value.code, "Dr Lee" in caught.value.message)
    with ana.open(writing=True) as vault:
        revoke_grant(vault, grant, reason="", now_ms=NOW_MS)
    with pytest.raises(HealthVaultError) as caught:
        under(ana, UnderGrant(grant=grant), tmp_path / "a.hvb")
    assert "grant_revoked" == caught.value.code


def test_a_retracted_document(pair: tuple[Sample, Sample], tmp_path: Path) -> None:
    """It leaves only if the owner says so, and its reader is told; a grant as a whole leaves it out."""
    ana, lee = pair
    grant, documents = granted(ana), oldest_first(ana)
    with ana.open(writing=True) as vault:
        retract_document(vault, documents[0].id, reason="", now_ms=NOW_MS)
        with pytest.raises(InvalidRequest) as caught:
            share(vault, vaults.request(documents[:1]), tmp_path / "a.hvb", now_ms=NOW_MS)
        assert "retracted" == caught.value.code
        accepting = replace(vaults.request(documents[:1]), accept=("retracted",))
        share(vault, accepting, tmp_path / "a.hvb", now_ms=NOW_MS)
    (shown,) = verified(lee, tmp_path / "a.hvb").documents
    assert "retracted" == shown.row.claimed_status
    assert (documents[1].id,) == under(ana, UnderGrant(grant=grant), tmp_path / "b.hvb").documents
