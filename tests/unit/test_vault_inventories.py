# SPDX-License-Identifier: Apache-2.0
"""vault.inventories: shares that say how many there are, and what every kind of change leaves true."""

import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from healthvault.bundle.completeness import DisclosedInventories
from healthvault.consent.conditions import Deny
from healthvault.errors import ConsentRefused, InvalidRequest, VaultDamaged
from healthvault.ledger.changes import CATEGORIES
from healthvault.ledger.keychain import RotateReason
from healthvault.storage.document_rows import DocumentRows, Filter
from healthvault.storage.inputs import InputFile
from healthvault.vault.add import AddOptions
from healthvault.vault.amend import Correction, replace_document, retract_document, revise_document
from healthvault.vault.backup import Destination, back_up
from healthvault.vault.erase import erase_documents, find_victims
from healthvault.vault.handing import Letter, UnderGrant
from healthvault.vault.inventories import inventories_of
from healthvault.vault.receive import import_bundle, verify_file
from healthvault.vault.restore import restore
from healthvault.vault.rotation import restart_history, rotate_keys
from healthvault.vault.session import open_vault
from healthvault.vault.share import share, share_under
from healthvault.vault.vault import Place, Vault
from healthvault.vault.views import Document
from healthvault.verify.completeness import Completeness
from healthvault.verify.context import Verification
from tests import vaults
from tests.independent.reader import verify
from tests.vaults import NOW_MS, PLAIN, Sample, request

ALLERGIES = AddOptions(category="allergy")
ALLERGY = Letter(complete=("allergy",))


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Sample, Sample]:
    """Ana, with seven allergies and a laboratory result, and Dr Lee, who know each other."""
    ana, lee = vaults.pair(tmp_path)
    ana.add(*(b"allergy %d" % number for number in range(7)), options=ALLERGIES)
    ana.add(b"result", options=AddOptions(category="lab"))
    return ana, lee


def allergies(ana: Sample) -> list[Document]:
    """Return the allergies in force, the oldest first."""
    return [item for item in ana.documents()[::-1] if (item.category, item.status) == ("allergy", "current")]


def handed(ana: Sample, documents: list[Document], letter: Letter = ALLERGY) -> Path:
    """Let Ana share documents with Dr Lee."""
    out = ana.place.root.with_name(f"{len(list(ana.place.root.parent.iterdir()))}.hvb")
    with ana.open(writing=True) as vault:
        share(vault, request(documents), out, now_ms=NOW_MS, letter=letter)
    return out


def verified(reader: Sample, path: Path) -> Verification:
    """Let somebody verify a bundle, all of which must hold."""
    with reader.open() as vault:
        made = InputFile(name=path.name, path=path)
        found = verify_file(vault, reader.place, made, PLAIN, now_ms=NOW_MS)
    assert () == found.problems
    return found


def proved(reader: Sample, path: Path) -> tuple[tuple[int, int, int], ...]:
    """Return how many documents are disclosed, how many there are, and how many were relabelled."""
    return tuple((one.disclosed, one.total, one.moved) for one in verified(reader, path).completeness)


def change(ana: Sample, what: Callable[[Vault], object]) -> None:
    """Let Ana do something."""
    with ana.open(writing=True) as vault:
        what(vault)


def relabel(ana: Sample, document: Document, category: str) -> None:
    """Put a document into another category."""
    change(ana, lambda vault: revise_document(vault, document.id, Correction(category=category), now_ms=NOW_MS))


def test_all_seven(pair: tuple[Sample, Sample]) -> None:
    """A reader of all of them is told so."""
    ana, lee = pair
    assert ((7, 7, 0),) == proved(lee, handed(ana, allergies(ana)))


def test_six_of_seven(pair: tuple[Sample, Sample]) -> None:
    """One withheld is counted, and nothing else of it is in the bundle."""
    ana, lee = pair
    path = handed(ana, allergies(ana)[:6])
    found = verified(lee, path)
    (one,) = found.completeness
    nothing = {"moved": 0, "superseded": 0, "retracted": 0, "erased": 0}
    assert Completeness(category="allergy", disclosed=6, total=7, **nothing) == one
    assert not one.is_complete
    assert found.manifest is not None
    assert 6 == len(found.manifest.docs)


def test_relabelled_afterwards(pair: tuple[Sample, Sample]) -> None:
    """What was an allergy and is none now shows in every later proof, as a move."""
    ana, lee = pair
    assert ((7, 7, 0),) == proved(lee, handed(ana, allergies(ana)))
    relabel(ana, allergies(ana)[2], "lab")
    assert ((6, 6, 1),) == proved(lee, handed(ana, allergies(ana)))
    assert ((6, 6, 1), (0, 2, 0)) == proved(lee, handed(ana, allergies(ana), Letter(complete=("lab", "allergy"))))


def test_nothing_is_said_unless_asked(pair: tuple[Sample, Sample]) -> None:
    """A bundle without the option proves nothing of any category."""
    ana, lee = pair
    assert () == proved(lee, handed(ana, allergies(ana), Letter()))


def test_another_reader_agrees(pair: tuple[Sample, Sample]) -> None:
    """The independent reader finds no fault in it either."""
    ana, lee = pair
    path = handed(ana, allergies(ana)[:6])
    with lee.open() as vault:
        identity = vault.keys.identity
        report = verify(
            path.read_bytes(),
            now_ms=NOW_MS,
            secrets=tuple(secret for _, secret in identity.recipients),
            own=vault.keyring.vault_id,
            contacts=(),
        )
    assert (21, ["unknown_signer"], [(6, 7)]) == (report["exit"], report["codes"], report["complete"])


def test_under_a_grant(pair: tuple[Sample, Sample], tmp_path: Path) -> None:
    """A standing grant allows the number of a category of which it names a document, and of no other."""
    ana, lee = pair
    with ana.open(writing=True) as vault:
        grant = share(vault, request(allergies(ana)[:3]), tmp_path / "first.hvb", now_ms=NOW_MS).grant
        wish = UnderGrant(grant=grant)
        with pytest.raises(ConsentRefused) as caught:
            share_under(vault, wish, tmp_path / "no.hvb", now_ms=NOW_MS, letter=Letter(complete=("lab",)))
        assert "out_of_scope" == caught.value.code
        assert not (tmp_path / "no.hvb").exists()
        share_under(vault, wish, tmp_path / "again.hvb", now_ms=NOW_MS, letter=ALLERGY)
    assert ((3, 7, 0),) == proved(lee, tmp_path / "again.hvb")


def test_a_denied_category(pair: tuple[Sample, Sample], tmp_path: Path) -> None:
    """What the terms keep out is not counted for their reader either."""
    ana, _ = pair
    terms = replace(request(allergies(ana)), conditions=(Deny(categories=("lab",)),))
    with ana.open(writing=True) as vault:
        size = vault.history.size
        with pytest.raises(ConsentRefused) as caught:
            share(vault, terms, tmp_path / "no.hvb", now_ms=NOW_MS, letter=Letter(complete=("lab",)))
        assert ("denied_by_rule", size) == (caught.value.code, vault.history.size)


def test_a_vault_that_names_no_category(pair: tuple[Sample, Sample], tmp_path: Path) -> None:
    """Nothing is committed to, so nothing is shared, until a category is named: that brings in all."""
    ana, lee = pair
    sent = handed(ana, allergies(ana), Letter())
    with lee.open(writing=True) as vault:
        import_bundle(vault, InputFile(name="a", path=sent), PLAIN, now_ms=NOW_MS)
    kept = lee.documents()
    terms = replace(request(kept[:1], ("Ana",)), accept=("action_not_granted",))
    with lee.open(writing=True) as vault:
        size = vault.history.size
        with pytest.raises(InvalidRequest) as caught:
            share(vault, terms, tmp_path / "no.hvb", now_ms=NOW_MS, letter=Letter(complete=("other",)))
        assert ("nothing_to_prove", size) == (caught.value.code, vault.history.size)
        revise_document(vault, kept[1].id, Correction(category="allergy"), now_ms=NOW_MS)
        share(vault, terms, tmp_path / "yes.hvb", now_ms=NOW_MS, letter=Letter(complete=("other",)))
    assert ((1, 6, 1),) == proved(ana, tmp_path / "yes.hvb")
    assert () == lee.faults()


def whole(ana: Sample) -> DisclosedInventories | None:
    """Return the proof of all categories, with all documents shown."""
    with ana.open() as vault:
        return inventories_of(vault, CATEGORIES, list(DocumentRows(vault.catalogue).list(Filter())))


def anew(ana: Sample) -> None:
    """Throw the index away."""
    shutil.rmtree(ana.place.root / "cache")
    (ana.place.root / "cache").mkdir(mode=0o700)


def test_a_random_life(tmp_path: Path) -> None:
    """After each change the audit agrees with every state; an index made anew after erasures proves the same."""
    ana, rng = vaults.ana(tmp_path), random.Random(27)
    ana.add(*(b"%d" % number for number in range(9)), options=ALLERGIES)
    for number in range(14):
        current = [item for item in ana.documents() if item.status == "current"]
        one, other = rng.sample(current, 2)
        made = InputFile(name="n.txt", data=b"new %d" % number)
        options = AddOptions(category=rng.choice(CATEGORIES))
        with ana.open(writing=True) as vault:
            replace_document(vault, one.id, made, options, now_ms=NOW_MS)
            match number % 4:
                case 0:
                    retract_document(vault, other.id, reason="", now_ms=NOW_MS)
                case 1:
                    correction = Correction(category=rng.choice(CATEGORIES))
                    revise_document(vault, other.id, correction, now_ms=NOW_MS)
                case 2:
                    erase_documents(vault, find_victims(vault, (one.id,)), reason=None, now_ms=NOW_MS)
                case _:
                    rotate_keys(vault, ana.words, RotateReason.PLANNED, now_ms=NOW_MS)
        assert () == ana.faults(deep=False)
    before = whole(ana)
    anew(ana)
    assert before == whole(ana)
    assert before is not None
    current = {(item.category, item.entry) for item in ana.documents() if item.status == "current"}
    assert current == {(CATEGORIES[row.slot], line.seq) for row in before.rows for line in row.ins}


def test_restored_and_restarted(tmp_path: Path) -> None:
    """A vault from a backup goes on, and so does one that goes on from an older copy."""
    ana = vaults.ana(tmp_path)
    one, two, _ = ana.add(b"one", b"two", b"three", options=ALLERGIES)
    change(ana, lambda vault: erase_documents(vault, find_victims(vault, (one.id,)), reason=None, now_ms=NOW_MS))
    back_up(ana.place, Destination(path=tmp_path / "b", is_file=False), secret=None, now_ms=NOW_MS)
    relabel(ana, two, "lab")
    place = Place(root=tmp_path / "again", state_dir=ana.place.state_dir)
    restore(tmp_path / "b", place)
    old = Sample(place=place, secret=ana.secret, words=ana.words)
    with open_vault(old.place, old.secret, now_ms=NOW_MS, writing=True, restarting=True) as vault:
        restart_history(vault, old.words, now_ms=NOW_MS)
    relabel(old, two, "claim")
    found = whole(old)
    assert found is not None
    assert [("allergy", 1), ("claim", 1)] == [
        (CATEGORIES[row.slot], len(row.ins)) for row in found.rows if row.ins
    ]
    assert () == old.faults()


def test_an_index_that_lacks_a_line(pair: tuple[Sample, Sample]) -> None:
    """What the index holds is compared with what the newest entry commits to before anything is written."""
    ana, _ = pair
    out = ana.place.root.with_name("no.hvb")
    with ana.open(writing=True) as vault:
        with vault.catalogue.change():
            vault.catalogue.connection.execute("update line set ref = 1 where slot = 0 and number = 3")
        with pytest.raises(VaultDamaged) as caught:
            share(vault, request(allergies(ana)), out, now_ms=NOW_MS, letter=ALLERGY)
    assert "vault_damaged" == caught.value.code
    assert not out.exists()
    anew(ana)
    assert () == ana.faults()


def test_a_wrong_frontier_is_made_anew(pair: tuple[Sample, Sample]) -> None:
    """An index whose inventories do not give the newest state is thrown away before the next entry."""
    ana, lee = pair
    with ana.open(writing=True) as vault, vault.catalogue.change():
        vault.catalogue.put("inventories", None)
    assert ((7, 7, 0),) == proved(lee, handed(ana, allergies(ana)))
    assert () == ana.faults()
