# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.verify.receipt: what an owner keeps, and what she refuses by name."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from healthvault.bundle.receipt import Receipt, Statement, sign_statement
from healthvault.errors import HealthVaultError, HistoryError
from healthvault.ledger.party import CODE_BEARER, Party
from healthvault.tlog.cosignature import cosign
from healthvault.tlog.note import parse_note
from healthvault.verify.pins import PinBook, VaultPins
from healthvault.verify.receipt import CheckedReceipt, HandedOut, OwnSide, verify_receipt
from tests.owners import NOW_MS, Owner, flip
from tests.views import filled, history_view, shown

BUNDLE = b"\x41" * 16


@dataclass(slots=True, kw_only=True)
class Scene:
    """A vault whose entry 4 is the share of a bundle for a reader, and what comes back."""

    owner: Owner = field(default_factory=lambda: filled(7))
    reader: Owner = field(default_factory=lambda: Owner("Dr Lee"))
    seq: int = 4
    cosigned_ms: int = NOW_MS

    def statement(self, **other: object) -> Statement:
        """Return what the reader says."""
        size = self.seq + 1
        said = Statement(
            bundle_id=BUNDLE,
            origin=self.owner.origin,
            size=size,
            root=self.owner.root_at(size),
            action="opened",
            time_ms=NOW_MS,
        )
        return replace(said, **other)

    def receipt(self, **other: object) -> Receipt:
        """Return the receipt of this reader."""
        view = history_view(self.owner, self.seq + 1, marks=[2])
        note = parse_note(view.note)
        line = cosign(note.text, self.reader.origin, self.reader.secrets_now.witness, self.cosigned_ms // 1000)
        said = sign_statement(self.statement(**other), self.reader.origin, self.reader.secrets_now.sign)
        cosigned = note.with_signature(line).to_bytes()
        return Receipt(view=replace(view, note=cosigned), statement=said, card=self.reader.card())

    def own(self, **other: object) -> OwnSide:
        """Return what the owner knows."""
        party = Party(vault=self.reader.vault_id, recipient_pk=b"r" * 32, name="Dr Lee")
        own = OwnSide(
            view=shown(self.owner, marks=[2, self.seq + 1]),
            shares={BUNDLE: HandedOut(seq=self.seq, recipients=(party,))},
            kept=(),
            pins=PinBook(),
            now_ms=NOW_MS,
        )
        return replace(own, **other)

    def check(self, receipt: Receipt | None = None, **own: object) -> CheckedReceipt:
        """Let the owner check it."""
        return verify_receipt(receipt or self.receipt(), self.own(**own))


@pytest.fixture
def scene() -> Scene:
    """The scene."""
    return Scene()


def refused(check: Callable[[], object], words: str) -> None:
    """Check that a receipt is refused as such, for this reason."""
    with pytest.raises(HealthVaultError, match=words) as caught:
        check()
    assert "bad_receipt" == caught.value.code


def test_a_receipt_that_holds(scene: Scene) -> None:
    """Whose, about what, when; of the note the two lines that count are kept."""
    checked = scene.check()
    assert (4, "opened", NOW_MS) == (checked.share_seq, checked.statement.action, checked.cosigned_ms)
    assert scene.reader.vault_id == checked.reader.chain.vault_id
    lines = parse_note(checked.note).signatures
    assert [scene.owner.origin, scene.reader.origin] == [line.name for line in lines]


def test_whoever_has_the_code_may_answer(scene: Scene) -> None:
    """Of a bundle with a code nobody knows the readers."""
    anybody = {BUNDLE: HandedOut(seq=4, recipients=(CODE_BEARER,))}
    assert "opened" == scene.check(shares=anybody).statement.action


def test_replayed(scene: Scene) -> None:
    """The same word about the same bundle is kept once; another action is another word."""
    kept = [(4, scene.reader.vault_id, "opened")]
    refused(lambda: scene.check(kept=kept), "it is kept")
    assert scene.check(scene.receipt(action="imported"), kept=kept)


def test_for_another_bundle(scene: Scene) -> None:
    """An id that was not handed out, or that of a bundle of another size."""
    refused(lambda: scene.check(shares={}), "no bundle")
    other = {BUNDLE: HandedOut(seq=5, recipients=scene.own().shares[BUNDLE].recipients)}
    refused(lambda: scene.check(shares=other), "no bundle")
    refused(lambda: scene.check(scene.receipt(bundle_id=b"x" * 16)), "no bundle")


def test_by_a_stranger(scene: Scene) -> None:
    """Somebody whom the bundle was not for, with keys of his own."""
    stranger = Scene(owner=scene.owner, reader=Owner("Mallory"))
    refused(lambda: scene.check(stranger.receipt()), "was not for c_")


def test_about_another_vault_or_history(scene: Scene) -> None:
    """Another origin; another size or root than the view shows; one's own word about oneself."""
    refused(lambda: scene.check(Scene(reader=scene.reader).receipt()), "another vault")
    refused(lambda: scene.check(scene.receipt(size=6)), "another history than it shows")
    refused(lambda: scene.check(scene.receipt(root=b"r" * 32)), "another history than it shows")
    refused(lambda: scene.check(Scene(owner=scene.owner, reader=scene.owner).receipt()), "your own")


def test_from_the_future(scene: Scene) -> None:
    """More than ten minutes ahead, in the statement or in the cosignature."""
    ahead = NOW_MS + 600_000
    assert scene.check(scene.receipt(time_ms=ahead))
    refused(lambda: scene.check(scene.receipt(time_ms=ahead + 1000)), "future")
    scene.cosigned_ms = ahead + 1000
    refused(scene.check, "future")


def test_broken_signatures(scene: Scene) -> None:
    """Of the cosignature, the statement, the card, the vault; and a cosignature too few or too many."""
    whole = scene.receipt()
    note = parse_note(whole.view.note)
    own, line = note.signatures
    for lines in (
        (own,),
        (own, replace(line, signature=flip(line.signature))),
        (own, line, line),
        (replace(own, signature=flip(own.signature)), line),
    ):
        broken = replace(note, signatures=lines).to_bytes()
        with pytest.raises(HealthVaultError) as caught:
            scene.check(replace(whole, view=replace(whole.view, note=broken)))
        assert "bad_signature" == caught.value.code
    said = parse_note(whole.statement)
    forged = replace(said, signatures=(replace(said.signatures[0], signature=bytes(64)),)).to_bytes()
    for other, code in (
        (replace(whole, statement=forged), "bad_signature"),
        (replace(whole, card=b"c"), "bad_card"),
    ):
        with pytest.raises(HealthVaultError) as caught:
            scene.check(other)
        assert code == caught.value.code


def test_keys_that_the_reader_declared_stolen(scene: Scene) -> None:
    """A thief of a clinician's keys cannot say for the clinician what was done."""
    pins = PinBook(vaults=(VaultPins(vault=scene.reader.vault_id, compromised=((0, 1, b"r" * 32),)),))
    with pytest.raises(HealthVaultError) as caught:
        scene.check(pins=pins)
    assert "key_revoked" == caught.value.code


def test_the_reader_saw_another_history(scene: Scene) -> None:
    """The own vault was copied and went two ways, or an older copy was put back: the owner learns it."""
    receipt, late = scene.receipt(), Scene(owner=scene.owner, reader=scene.reader, seq=7).receipt()
    with pytest.raises(HistoryError) as caught:
        scene.check(late, view=shown(scene.owner, 6, marks=[2, 5]))
    assert "rollback" == caught.value.code
    other = filled(0)
    other.raws, other.epochs = [scene.owner.raws[0]], scene.owner.epochs
    other.vault_id, other.tree = scene.owner.vault_id, type(other.tree)([scene.owner.tree.node(0, 0)])
    for _ in range(7):
        other.append({"kind": "x.test"})
    with pytest.raises(HistoryError) as caught:
        scene.check(receipt, view=shown(other, marks=[2, 5]))
    assert "fork" == caught.value.code
