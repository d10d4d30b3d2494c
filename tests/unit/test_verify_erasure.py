# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.verify.erasure."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from healthvault.ledger.documents import DocErase
from healthvault.ledger.events import RotateReason
from healthvault.ledger.ids import document_id_text
from healthvault.ledger.secrets import meta_key
from healthvault.tlog.note import parse_note
from healthvault.tlog.tree import leaf_hash
from healthvault.verify.pins import PinBook, SeenSize, VaultPins
from healthvault.verify.verdicts import Question, Result
from tests.certificates import REACHED, UNREACHED, Draft, erased_owner, make_certificate, read
from tests.owners import NOW_MS, Map, Owner, flip, merge

Scene = tuple[Owner, list[int], int]


def badly_signed(raw: bytes) -> bytes:
    """Return a note with one bit of its signature changed; its text form stays canonical."""
    note = parse_note(raw)
    (line,) = note.signatures
    return replace(note, signatures=(replace(line, signature=flip(line.signature)),)).to_bytes()


@pytest.fixture
def scene() -> Scene:
    """An owner with two documents, the first of them erased."""
    return erased_owner()


def test_a_certificate(scene: Scene) -> None:
    """All that can be asked of it holds, and it says what was erased, when, why, and what was not reached."""
    owner, documents, erase = scene
    text = make_certificate(owner, erase, documents[:1]).text()
    outcome = read(text, contacts={owner.vault_id: "Ana"})
    assert (0, set()) == (outcome.exit, outcome.codes)
    asked = [Question.INTEGRITY, Question.AUTHORSHIP, Question.INCLUSION, Question.CONSISTENCY, Question.TIME]
    assert asked == list(outcome.results)
    assert Result.UNKNOWN is outcome.results.pop(Question.CONSISTENCY)
    assert {Result.PASS} == set(outcome.results.values())
    said = outcome.verification.erasure
    assert said is not None
    assert (erase, "not-mine", REACHED, UNREACHED) == (said.seq, said.reason, said.reached, said.unreached)
    assert [document_id_text(leaf_hash(owner.raws[documents[0]]))] == [
        document_id_text(item.leaf) for item in said.documents
    ]
    assert ("erasure", owner.size) == (outcome.verification.kind, outcome.verification.size)


def test_a_stranger(scene: Scene) -> None:
    """It holds, but whose it is has to be found out."""
    owner, documents, erase = scene
    outcome = read(make_certificate(owner, erase, documents[:1]).text())
    assert (21, {"unknown_signer"}) == (outcome.exit, outcome.codes)


def test_made_later(scene: Scene) -> None:
    """After more entries and a change of keys it is signed by the newest, and holds."""
    owner, documents, erase = scene
    owner.add(b"third")
    owner.rotate()
    owner.add(b"fourth")
    outcome = read(make_certificate(owner, erase, documents[:1]).text(), contacts={owner.vault_id: "Ana"})
    assert 0 == outcome.exit


def test_memory(scene: Scene) -> None:
    """Its key events are remembered, and no size, since later bundles do not connect to it."""
    owner, documents, erase = scene
    owner.rotate()
    first = read(make_certificate(owner, erase, documents[:1]).text(), contacts={owner.vault_id: "Ana"})
    pins = first.pins.of(owner.vault_id)
    assert ((), None, 2) == (pins.sizes, pins.firm, len(pins.events))


def test_another_history(scene: Scene) -> None:
    """A certificate of a rewritten history is a fork for who saw the other."""
    owner, documents, erase = scene
    other = owner.copy()
    owner.add(b"third")
    other.add(b"another third")
    size = owner.size
    seen = SeenSize(size=size, root=owner.root_at(size), restarts=0)
    pins = PinBook(vaults=(VaultPins(vault=owner.vault_id, sizes=(seen,), firm=size),))
    known = {"contacts": {owner.vault_id: "Ana"}}
    good = read(make_certificate(owner, erase, documents[:1]).text(), pins, **known)
    assert (0, "same as seen before") == (good.exit, good.details[Question.CONSISTENCY])
    owner.add(b"fourth")
    later = read(make_certificate(owner, erase, documents[:1], marks=(size,)).text(), pins, **known)
    assert (0, f"extends the {size} entries seen before") == (later.exit, later.details[Question.CONSISTENCY])
    other.add(b"fourth")
    forged = read(make_certificate(other, erase, documents[:1], marks=(size,)).text(), pins, **known)
    assert (23, {"fork"}) == (forged.exit, forged.codes)
    assert forged.are_pins_unchanged


def test_seen_further(scene: Scene) -> None:
    """Against a firm pin it must connect as a bundle must."""
    owner, documents, erase = scene
    text = make_certificate(owner, erase, documents[:1]).text()
    seen = SeenSize(size=2, root=owner.root_at(2), restarts=0)
    pins = PinBook(vaults=(VaultPins(vault=owner.vault_id, sizes=(seen,), firm=2),))
    assert {"no_consistency", "unknown_signer"} == read(text, pins).codes


def test_a_stolen_key(scene: Scene) -> None:
    """Who knows that the key was stolen believes no certificate by it; the owner makes a new one."""
    owner, documents, erase = scene
    old = make_certificate(owner, erase, documents[:1]).text()
    size = owner.size
    owner.rotate(RotateReason.COMPROMISED)
    new = make_certificate(owner, erase, documents[:1]).text()
    known = {"contacts": {owner.vault_id: "Ana"}}
    after = read(new, **known)
    assert 0 == after.exit
    refused = read(old, after.pins, **known)
    assert {"key_revoked"} <= refused.codes
    assert (20, True) == (refused.exit, refused.are_pins_unchanged)
    assert size < owner.size


@pytest.mark.parametrize(
    ("change", "code", "question"),
    [
        (lambda map_: merge(origin=map_["origin"] + "x")(map_), "wrong_vault", Question.AUTHORSHIP),
        (merge(signer=1), "bad_key", Question.AUTHORSHIP),
        (lambda map_: merge(note=badly_signed(map_["note"]))(map_), "bad_signature", Question.AUTHORSHIP),
        (lambda map_: merge(entries=map_["entries"][:1])(map_), "bad_proof", Question.INCLUSION),
        (lambda map_: merge(entries=map_["entries"][::-1])(map_), "bad_proof", Question.AUTHORSHIP),
        (lambda map_: merge(state={**map_["state"], "blind": bytes(32)})(map_), "bad_state", Question.INCLUSION),
        (
            lambda map_: merge(erase={**map_["erase"], "meta": bytes(32)})(map_),
            "commitment_mismatch",
            Question.INCLUSION,
        ),
        (lambda map_: merge(erase={**map_["erase"], "seq": 1})(map_), "bad_proof", Question.INCLUSION),
        (
            lambda map_: merge(documents=[{**map_["documents"][0], "leaf": bytes(32)}])(map_),
            "bad_proof",
            Question.INCLUSION,
        ),
        (
            lambda map_: merge(documents=[{**map_["documents"][0], "seq": 0}])(map_),
            "bad_proof",
            Question.INCLUSION,
        ),
    ],
)
def test_wrong_ones(scene: Scene, change: Callable[[Map], Map], code: str, question: Question) -> None:
    """Even signed by the vault's own key they are refused, by name, and nothing is remembered."""
    owner, documents, erase = scene
    draft = make_certificate(owner, erase, documents[:1])
    outcome = read(Draft(map=change(draft.map), key=draft.key).text(), contacts={owner.vault_id: "Ana"})
    assert (20, {code}, {code}) == (outcome.exit, outcome.codes, outcome.codes_of(question))
    assert outcome.are_pins_unchanged
    assert outcome.verification.erasure is None


def test_another_signature(scene: Scene) -> None:
    """Another key, and another use of the same key."""
    owner, documents, erase = scene
    draft = make_certificate(owner, erase, documents[:1])
    for wrong in (replace(draft, key=Owner().secrets_now.sign), replace(draft, label="manifest")):
        outcome = read(wrong.text(), contacts={owner.vault_id: "Ana"})
        assert (20, {"bad_signature"}) == (outcome.exit, outcome.codes)


def test_a_document_that_was_not_erased(scene: Scene) -> None:
    """It stands in the log, but the entry does not name it."""
    owner, documents, erase = scene
    outcome = read(make_certificate(owner, erase, documents).text(), contacts={owner.vault_id: "Ana"})
    assert (20, {"bad_proof"}) == (outcome.exit, outcome.codes)


def test_another_entry(scene: Scene) -> None:
    """An entry of another kind erases nothing, whatever it names."""
    owner, documents, _ = scene
    share = owner.append({"kind": "note", "about": documents[0], "text": "erased", "victims": documents})
    outcome = read(make_certificate(owner, share, documents[:1]).text(), contacts={owner.vault_id: "Ana"})
    assert (20, {"bad_schema"}) == (outcome.exit, outcome.codes)


def test_a_tip_without_its_entry(scene: Scene) -> None:
    """The newest entry must be shown: its state says that no change of keys was left out."""
    owner, documents, erase = scene
    last = owner.add(b"third")
    later = DocErase(victims=(last,), ks_epoch=2)
    owner.append(later.to_map())
    draft = make_certificate(owner, erase, documents[:1])
    tip = owner.size - 1
    draft.map["entries"] = draft.map["entries"][:-1]
    draft.map["documents"] = [*draft.map["documents"], {"seq": tip, "leaf": leaf_hash(owner.raws[tip])}]
    outcome = read(draft.text(), contacts={owner.vault_id: "Ana"})
    assert (20, {"bad_proof"}) == (outcome.exit, outcome.codes)


def test_the_future(scene: Scene) -> None:
    """A newest entry from tomorrow is named."""
    owner, documents, erase = scene
    text = make_certificate(owner, erase, documents[:1]).text()
    outcome = read(text, contacts={owner.vault_id: "Ana"}, now_ms=NOW_MS - 10 * 86_400_000)
    assert (21, {"time_unknown"}) == (outcome.exit, outcome.codes)


def test_no_certificate() -> None:
    """Whatever else is a verdict too, not an error."""
    for text in (b"", b"x", b"-----BEGIN HEALTHVAULT ERASURE CERTIFICATE-----\n"):
        outcome = read(text)
        assert (20, {"bad_encoding"}) == (outcome.exit, outcome.codes_of(Question.INTEGRITY))


def test_the_meta_of_another_entry(scene: Scene) -> None:
    """The key opens one entry only."""
    owner, documents, erase = scene
    draft = make_certificate(owner, erase, documents[:1])
    draft.map["erase"] = {"seq": erase, "meta": meta_key(owner.secrets[documents[1]])}
    outcome = read(draft.text(), contacts={owner.vault_id: "Ana"})
    assert (20, {"commitment_mismatch"}) == (outcome.exit, outcome.codes)
