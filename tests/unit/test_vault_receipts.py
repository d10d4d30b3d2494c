# SPDX-License-Identifier: Apache-2.0
"""Tests of what comes back about a bundle: vault.receipts, copies, attest, witnessing, intervals."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from healthvault.errors import HealthVaultError, HistoryError, InvalidRequest
from healthvault.storage.inputs import InputFile
from healthvault.vault.add import AddOptions, add_documents
from healthvault.vault.attest import attest_deleted, check_may_attest
from healthvault.vault.contacts import remove_contact, set_witness
from healthvault.vault.copies import list_copies
from healthvault.vault.erase import erase_documents, find_victims
from healthvault.vault.intervals import Intervals
from healthvault.vault.journal_log import log_entries
from healthvault.vault.receipts import keep_receipt, receipt_bytes, why_no_receipt
from healthvault.vault.receive import VerifyOptions, import_bundle, verify_file
from healthvault.vault.session import open_vault
from healthvault.vault.share import share
from healthvault.vault.views import Copy, Interval, ReceiptView
from healthvault.verify.context import Verification
from tests import vaults
from tests.refusals import code_of
from tests.vaults import DAY_MS, NOW_MS, PLAIN, Sample, copy_vault, stolen_from

LATER_MS = NOW_MS + 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Ana with one document, Dr Lee, and a bundle of it."""

    folder: Path
    ana: Sample
    lee: Sample
    bundle: Path

    def verify(self, reader: Sample, options: VerifyOptions = PLAIN, bundle: Path | None = None) -> Verification:
        """Let somebody verify the bundle."""
        with reader.open() as vault:
            return verify_file(vault, reader.place, source(bundle or self.bundle), options, now_ms=LATER_MS)

    def receipt(self, action: str = "verified", now_ms: int = LATER_MS, reader: Sample | None = None) -> InputFile:
        """Return what Dr Lee sends back."""
        who = reader or self.lee
        outcome = self.verify(who)
        with who.open() as vault:
            return InputFile(name="r.hvr", data=receipt_bytes(vault, outcome, action, now_ms=now_ms))

    def keep(self, receipt: InputFile, now_ms: int = LATER_MS, owner: Sample | None = None) -> ReceiptView | None:
        """Let Ana keep it."""
        with (owner or self.ana).open(writing=True, now_ms=now_ms) as vault:
            return keep_receipt(vault, receipt, now_ms=now_ms)

    def copies(self) -> list[Copy]:
        """Return what Ana sees of what is out."""
        with self.ana.open() as vault:
            return list(list_copies(vault))


def source(path: Path) -> InputFile:
    """Return a file to read."""
    return InputFile(name=path.name, path=path)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """The scene."""
    ana, lee = vaults.pair(tmp_path)
    bundle = tmp_path / "visit.hvb"
    ana.share(bundle, ana.add(b"ferritin 12"))
    return Scene(folder=tmp_path, ana=ana, lee=lee, bundle=bundle)


class TestReceipts:
    """There and back."""

    def test_a_receipt_is_kept_as_an_entry(self, scene: Scene) -> None:
        """With what was done, and when by whose clock; the log and the audit know it."""
        kept = scene.keep(scene.receipt())
        assert ("Dr Lee", "verified") == (kept.name, kept.action)
        assert LATER_MS // 1000 * 1000 == kept.said_ms == kept.cosigned_ms
        with scene.ana.open() as vault:
            newest = next(log_entries(vault))
            assert ("receipt.in", "verified: Dr Wen Lee") == (newest.kind, newest.detail)
        assert () == scene.ana.faults()

    def test_it_survives_a_catalogue_that_is_made_anew(self, scene: Scene) -> None:
        """The journal is where it is kept."""
        scene.keep(scene.receipt())
        before = scene.copies()
        scene.ana.paths.catalogue.unlink()
        assert before == scene.copies()

    def test_replayed_it_is_refused(self, scene: Scene) -> None:
        """The very same file, and another of the same action."""
        receipt = scene.receipt()
        scene.keep(receipt)
        assert "bad_receipt" == code_of(lambda: scene.keep(receipt))
        assert "bad_receipt" == code_of(lambda: scene.keep(scene.receipt()))
        assert scene.keep(scene.receipt("opened"))

    def test_keys_that_the_pinned_card_calls_stolen_give_none(self, scene: Scene) -> None:
        """Nothing but Dr Lee's new card says so: whoever has the old keys shows the old card."""
        thief = copy_vault(scene.lee, scene.folder / "thief", scene.folder / "thief-state")
        receipt = scene.receipt(reader=thief)
        lee = stolen_from(scene.lee)
        scene.ana.meet(lee, "Dr Lee")
        assert "key_revoked" == code_of(lambda: scene.keep(receipt))

    def test_for_another_vault_it_does_not_open(self, scene: Scene) -> None:
        """Only its owner and its writer can read it."""
        stranger = vaults.kim(scene.folder)
        assert scene.keep(scene.receipt(), owner=stranger) is None
        assert "bad_receipt" == code_of(lambda: scene.keep(scene.receipt(), owner=scene.lee))

    def test_every_changed_byte_is_refused(self, scene: Scene) -> None:
        """Either it does not open any more, or it does not authenticate."""
        data = scene.receipt().data
        for place in range(0, len(data), 97):
            changed = bytearray(data)
            changed[place] ^= 1
            try:
                assert scene.keep(InputFile(name="r.hvr", data=bytes(changed))) is None
            except HealthVaultError as err:
                assert err.code in {"tampered", "malformed", "truncated"}  # noqa: PT017

    def test_what_was_refused_gets_none(self, scene: Scene) -> None:
        """Fork, tampering; no connection; another addressee. A refusal of consent is no matter."""
        copy = copy_vault(scene.ana, scene.folder / "old", scene.folder / "old-state")
        scene.verify(scene.lee)
        other = scene.folder / "other.hvb"
        copy.add(b"other")
        copy.share(other, copy.add(b"another"))
        scene.ana.add(b"a", b"b")
        newest = scene.folder / "newest.hvb"
        scene.ana.share(newest, scene.ana.add(b"c"))
        scene.verify(scene.lee, bundle=newest)
        assert "unconnected" == why_no_receipt(scene.verify(scene.lee, bundle=other)).code
        assert "no_key" == why_no_receipt(scene.verify(scene.ana)).code
        assert why_no_receipt(scene.verify(scene.lee, VerifyOptions(purpose="HRESCH"))) is None
        assert why_no_receipt(scene.verify(scene.lee, VerifyOptions(max_age_ms=0))) is None

    def test_a_reader_of_another_copy_is_reported_as_a_fork(self, scene: Scene) -> None:
        """Ana put back an older copy and went on: the receipt tells her."""
        copy = copy_vault(scene.ana, scene.folder / "old", scene.folder / "old-state")
        scene.ana.share(scene.folder / "more.hvb", scene.ana.documents())
        newer = scene.verify(scene.lee, bundle=scene.folder / "more.hvb")
        with scene.lee.open() as vault:
            receipt = InputFile(name="r", data=receipt_bytes(vault, newer, "verified", now_ms=LATER_MS))
        with pytest.raises(HistoryError) as caught:
            scene.keep(receipt, owner=copy)
        assert "rollback" == caught.value.code
        copy.share(scene.folder / "x.hvb", copy.add(b"x"))
        with pytest.raises(HistoryError) as caught:
            scene.keep(receipt, owner=copy)
        assert "fork" == caught.value.code


class TestCopies:
    """What is out."""

    def test_without_a_receipt_nothing_is_known(self, scene: Scene) -> None:
        """Not that it was not opened."""
        (copy,) = scene.copies()
        assert ("Dr Lee", "unknown", ()) == (copy.recipient, copy.state, copy.said)
        assert [scene.ana.documents()[0].id] == [*copy.documents]
        assert 1 == len(copy.grants)

    def test_what_came_back_is_shown(self, scene: Scene) -> None:
        """The most that was done counts; what was said stays."""
        for action in ("imported", "verified"):
            scene.keep(scene.receipt(action))
        (copy,) = scene.copies()
        assert ("imported", ["imported", "verified"]) == (copy.state, [said.action for said in copy.said])

    def test_a_deletion_counts_until_something_is_done_again(self, scene: Scene) -> None:
        """By the order of the reader's own clock."""
        scene.keep(scene.receipt("opened"))
        scene.keep(scene.receipt("deleted", LATER_MS + 10_000), LATER_MS + 20_000)
        assert "attested_deleted" == scene.copies()[0].state
        scene.keep(scene.receipt("verified", LATER_MS + 30_000), LATER_MS + 40_000)
        assert "verified" == scene.copies()[0].state

    def test_a_bundle_with_a_code_is_never_deleted_for_good(self, scene: Scene) -> None:
        """Whoever else has the code may have it still."""
        bundle = scene.folder / "code.hvb"
        with scene.ana.open(writing=True) as vault:
            made = share(vault, vaults.request(scene.ana.documents(), ()), bundle, now_ms=NOW_MS)
        outcome = scene.verify(scene.lee, VerifyOptions(code=made.code), bundle)
        with scene.lee.open() as vault:
            files = [receipt_bytes(vault, outcome, action, now_ms=LATER_MS) for action in ("opened", "deleted")]
        assert "whoever has the code" == scene.copies()[0].recipient
        scene.keep(InputFile(name="r", data=files[0]))
        assert "opened" == scene.copies()[0].state
        scene.keep(InputFile(name="r", data=files[1]))
        assert "unknown" == scene.copies()[0].state


class TestAttestations:
    """A recipient's promise."""

    def test_documents_that_are_kept_stand_in_the_way(self, scene: Scene) -> None:
        """Until they are erased; then the file goes, and the promise is made and kept."""
        with scene.lee.open(writing=True, now_ms=LATER_MS) as vault:
            _, documents = import_bundle(vault, source(scene.bundle), PLAIN, now_ms=LATER_MS)
            outcome = verify_file(vault, vault.place, source(scene.bundle), PLAIN, now_ms=LATER_MS)
            with pytest.raises(InvalidRequest) as caught:
                check_may_attest(vault, source(scene.bundle), outcome)
            assert "still_held" == caught.value.code
            assert documents[0].id in caught.value.hint
            erase_documents(vault, find_victims(vault, [documents[0].id]), reason=None, now_ms=LATER_MS)
            path = check_may_attest(vault, source(scene.bundle), outcome)
            attestation = attest_deleted(vault, path, outcome, now_ms=LATER_MS)
        assert not scene.bundle.exists()
        assert "deleted" == scene.keep(InputFile(name="d", data=attestation)).action

    def test_a_name_whose_deletion_deletes_nothing_is_refused(self, scene: Scene) -> None:
        """A link, a second name, a pipe."""
        outcome = scene.verify(scene.lee)
        link, second = scene.folder / "link", scene.folder / "second"
        link.symlink_to(scene.bundle)
        with scene.lee.open() as vault:
            files = [source(link), InputFile(name="stdin", data=scene.bundle.read_bytes())]
            second.hardlink_to(scene.bundle)
            for file in (*files, source(scene.bundle)):
                assert "not_a_file" == code_of(lambda file=file: check_may_attest(vault, file, outcome))
        assert scene.bundle.exists()

    def test_a_bundle_that_does_not_verify_is_not_deleted(self, scene: Scene) -> None:
        """Whoever attests has read what it is about."""
        scene.bundle.write_bytes(scene.bundle.read_bytes()[:-1])
        outcome = scene.verify(scene.lee)
        with scene.lee.open() as vault:
            assert "tampered" == code_of(lambda: check_may_attest(vault, source(scene.bundle), outcome))


class TestWitnesses:
    """Clinicians as nodes, by files."""

    def test_cosignatures_go_along_only_of_witnesses(self, scene: Scene) -> None:
        """Nobody is shown to later readers unless the owner said so; then a reader who knows them counts them."""
        scene.keep(scene.receipt())
        kim = vaults.kim(scene.folder)
        scene.ana.meet(kim, "Dr Kim")
        kim.meet(scene.lee, "Lee")
        with kim.open(writing=True) as vault:
            assert set_witness(vault, "Lee", is_witness=True, now_ms=NOW_MS).is_witness
        first = self.shown(scene, kim, "first.hvb")
        assert ((), ()) == (first.manifest.witnessed, first.sightings)
        assert "not_witnessed" in [problem.code for problem in first.problems]
        with scene.ana.open(writing=True) as vault:
            set_witness(vault, "Dr Lee", is_witness=True, now_ms=NOW_MS)
        second = self.shown(scene, kim, "second.hvb")
        assert "not_witnessed" not in [problem.code for problem in second.problems]
        assert 1 == len(second.manifest.witnessed)
        assert LATER_MS // 1000 * 1000 == second.sightings[0].cosignature.time_ms

    def test_one_witness_counts_once(self, scene: Scene) -> None:
        """However many checkpoints it cosigned: two are asked for, one is there."""
        scene.keep(scene.receipt())
        scene.keep(scene.receipt("opened"))
        kim = vaults.kim(scene.folder)
        scene.ana.meet(kim, "Dr Kim")
        kim.meet(scene.lee, "Lee")
        for who, name in ((kim, "Lee"), (scene.ana, "Dr Lee")):
            with who.open(writing=True) as vault:
                set_witness(vault, name, is_witness=True, now_ms=NOW_MS)
        found = self.shown(scene, kim, "two.hvb", needed=2)
        assert "not_witnessed" in [problem.code for problem in found.problems]

    def test_a_newer_card_leaves_a_witness_one(self, scene: Scene) -> None:
        """And to mark one twice changes nothing."""
        with scene.ana.open(writing=True) as vault:
            set_witness(vault, "Dr Lee", is_witness=True, now_ms=NOW_MS)
            size = vault.history.size
            set_witness(vault, "Dr Lee", is_witness=True, now_ms=NOW_MS)
            assert size == vault.history.size
        assert scene.ana.meet(scene.lee, "Dr Lee").is_witness

    def shown(self, scene: Scene, reader: Sample, name: str, needed: int = 1) -> Verification:
        """Let Ana share with Dr Kim, who asks for witnesses."""
        scene.ana.share(scene.folder / name, scene.ana.documents(), ("Dr Kim",))
        return scene.verify(reader, VerifyOptions(witnesses=needed), scene.folder / name)


class TestIntervals:
    """Times that others bound."""

    @pytest.mark.parametrize("clock_ms", [NOW_MS, NOW_MS - 27 * 365 * DAY_MS, NOW_MS + 24 * 365 * DAY_MS])
    def test_the_owners_clock_moves_no_bound(self, tmp_path: Path, clock_ms: int) -> None:
        """Set to 1999 or to 2050 when the document was entered: the interval is what Dr Lee's clock says."""
        ana, lee = vaults.pair(tmp_path)
        first = add(ana, b"first", NOW_MS)
        scene = Scene(folder=tmp_path, ana=ana, lee=lee, bundle=tmp_path / "one.hvb")
        ana.share(scene.bundle, ana.documents())
        scene.keep(scene.receipt())
        second = add(ana, b"second", clock_ms)
        third = tmp_path / "two.hvb"
        with open_vault(ana.place, ana.secret, now_ms=LATER_MS, writing=True, clock_ok=True) as vault:
            share(vault, vaults.request(ana.documents()), third, now_ms=LATER_MS)
        later = Scene(folder=tmp_path, ana=ana, lee=lee, bundle=third)
        receipt = later.receipt("opened", LATER_MS + 60_000)
        with open_vault(ana.place, ana.secret, now_ms=LATER_MS + 70_000, writing=True, clock_ok=True) as vault:
            keep_receipt(vault, receipt, now_ms=LATER_MS + 70_000)
            intervals = Intervals(vault)
            seen_ms = LATER_MS // 1000 * 1000
            assert Interval(not_after_ms=seen_ms) == intervals.of(first)
            assert Interval(not_before_ms=seen_ms, not_after_ms=seen_ms + 60_000) == intervals.of(second)
            assert Interval(not_before_ms=seen_ms + 60_000) == intervals.of(vault.history.size)

    def test_without_receipts_there_are_no_bounds(self, scene: Scene) -> None:
        """The owner's clock only."""
        with scene.ana.open() as vault:
            assert Interval() == Intervals(vault).of(1)

    def test_a_stranger_bounds_nothing(self, scene: Scene) -> None:
        """Only contacts: anybody can make keys and choose a time."""
        scene.keep(scene.receipt())
        with scene.ana.open(writing=True) as vault:
            remove_contact(vault, "Dr Lee", now_ms=LATER_MS)
            assert Interval() == Intervals(vault).of(1)

    def test_a_reader_sees_when_a_witness_had_seen_a_document(self, scene: Scene) -> None:
        """Documents that came later are by the owner's clock only."""
        scene.keep(scene.receipt())
        with scene.ana.open(writing=True) as vault:
            set_witness(vault, "Dr Lee", is_witness=True, now_ms=NOW_MS)
        scene.ana.add(b"newer")
        kim = vaults.kim(scene.folder)
        scene.ana.meet(kim, "Dr Kim")
        kim.meet(scene.lee, "Lee")
        with kim.open(writing=True) as vault:
            set_witness(vault, "Lee", is_witness=True, now_ms=NOW_MS)
        found = TestWitnesses().shown(scene, kim, "times.hvb")
        sizes = {sighting.size for sighting in found.sightings}
        older, newer = (document.seq for document in found.documents)
        assert all(older < size <= newer for size in sizes)
        assert "first" in next(verdict.detail for verdict in found.verdicts if verdict.question.value == "time")


def add(sample: Sample, content: bytes, now_ms: int) -> int:
    """Add a document while the clock says something, and return its entry."""
    with open_vault(sample.place, sample.secret, now_ms=now_ms, writing=True, clock_ok=True) as vault:
        (document,) = add_documents(vault, [InputFile(name="a.txt", data=content)], AddOptions(), now_ms=now_ms)
    return document.entry
