# SPDX-License-Identifier: Apache-2.0
"""Rows 30 to 39 of docs/spec/bad-input.md: signatures and keys."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from healthvault.crypto.signing import sign, signing_key
from healthvault.errors import FormatError, IntegrityError
from healthvault.ledger.events import EVENT_LABEL, RotateReason, vault_id_of
from healthvault.tlog.note import NoteSignature, parse_note, sign_note
from healthvault.verify.verdicts import Question
from tests.bundles import Draft, Scene, make_bundle, scene
from tests.owners import (
    GROUP_ORDER,
    MIXED_ORDER,
    NO_HOOKS,
    ORDER_FOUR,
    ORDER_TWO,
    Change,
    Hooks,
    Owner,
    flip,
    merge,
    put,
)
from tests.readers import Outcome, Reader
from tests.refusals import assert_accepted, assert_nothing_released, assert_refused

STRANGER = signing_key(b"\x09" * 32)
NON_CANONICAL = (2**255 - 19 + 3).to_bytes(32, "little")  # y = p + 3


def larger_s(signed: bytes) -> bytes:
    """Return signed bytes with S + L in place of S: the same value modulo L."""
    s = int.from_bytes(signed[-32:], "little") + GROUP_ORDER
    return signed[:-32] + s.to_bytes(32, "little")


def other_r(point: bytes) -> Change:
    """Return a change of the commitment of a signature."""
    return lambda signed: signed[:-64] + point + signed[-32:]


BAD_SIGNATURES: dict[str, Change] = {
    "changed": flip,
    "zeros": lambda signed: signed[:-64] + bytes(64),
    "S + L": larger_s,
    "R of order 2": other_r(ORDER_TWO),
    "R of order 4": other_r(ORDER_FOUR),
    "R not canonical": other_r(NON_CANONICAL),
    "R of mixed order": other_r(MIXED_ORDER),
    "R the identity": other_r(b"\x01" + bytes(31)),
}


def with_document(hooks: Hooks) -> Outcome:
    """Verify a bundle of a document whose entry was changed."""
    start = scene()
    start.docs = [start.owner.add(b"x", hooks=hooks)]
    start.grant = start.owner.grant([start.reader.party], start.docs)
    return start.read(start.draft().seal())


def with_rotation(hooks: Hooks) -> Outcome:
    """Verify a bundle of a vault with a rotation that was changed."""
    start = scene()
    start.owner.rotate(hooks=hooks)
    return start.read(start.draft().seal())


def with_note(change: Callable[[Owner], bytes]) -> Outcome:
    """Verify a bundle with another checkpoint note."""
    start = scene()
    draft = start.draft()
    draft.map["note"] = change(start.owner)
    return start.read(draft.seal())


def test_row_30_too_short() -> None:
    """A manifest or entry of 64 bytes or less holds no signature."""
    start = scene()
    draft = start.draft()
    for manifest in (b"", b"\x80", bytes(64), draft.signed()[:64]):
        assert_refused(start.read(draft.seal(draft.container(manifest))), "bad_signature", IntegrityError)
    for raw in (b"", bytes(64)):
        draft.map["entries"][1] = raw
        assert_refused(start.read(draft.seal()), "bad_signature", IntegrityError)
    short = draft.signed()[:-1]
    assert_refused(start.read(draft.seal(draft.container(short))), "bad_encoding", FormatError)


@pytest.mark.parametrize("name", [name for name in BAD_SIGNATURES if "mixed" not in name])
def test_row_31_signatures(name: str) -> None:
    """Of manifest, entry, note and ROOT: outside the strict rule, whatever a library says."""
    change = BAD_SIGNATURES[name]
    assert_strict(change)


def test_row_32_mixed_order() -> None:
    """R outside the prime-order group is a bad signature, a key outside it a bad key."""
    assert_strict(BAD_SIGNATURES["R of mixed order"])
    for key in ("sign_pk", "witness_pk"):
        assert_refused(with_rotation(Hooks(event=merge(**{key: MIXED_ORDER}))), "bad_key", IntegrityError)
        genesis = Owner(hooks=Hooks(event=merge(**{key: MIXED_ORDER})))
        assert_refused(bundle_of(genesis), "bad_key", IntegrityError)


@pytest.mark.parametrize("point", [ORDER_TWO, ORDER_FOUR, NON_CANONICAL, b"\x01" + bytes(31), b"\xff" * 32])
def test_row_31_keys(point: bytes) -> None:
    """Small-order and non-canonical keys that an event names."""
    for key in ("sign_pk", "witness_pk"):
        assert_refused(with_rotation(Hooks(event=merge(**{key: point}))), "bad_key", IntegrityError)


def assert_strict(change: Change) -> None:
    """Assert that a changed signature is refused on manifest, entry, note and key event."""
    start = scene()
    draft = start.draft()
    manifest = change(draft.signed())
    assert_refused(start.read(draft.seal(draft.container(manifest))), "bad_signature", IntegrityError)
    assert_refused(with_document(Hooks(raw=change)), "bad_signature", IntegrityError)
    line = parse_note(start.owner.note()).signatures[0]
    changed = replace(line, signature=change(line.signature))
    note = parse_note(start.owner.note()).text + "\n" + changed.to_line()
    draft.map["note"] = note.encode()
    assert_refused(start.read(draft.seal()), "bad_signature", IntegrityError)
    rooted = Hooks(block=lambda block: replace(block, root_sig=change(block.root_sig)))
    assert_refused(with_rotation(rooted), "bad_key", IntegrityError)


def bundle_of(owner: Owner) -> Outcome:
    """Verify a bundle of a vault that was made by a test."""
    reader = Reader()
    seq = owner.add(b"x")
    draft = make_bundle(owner, reader, [seq], [owner.grant([reader.party], [seq])])
    return reader.read(draft.seal(), contacts={owner.vault_id: "Ana"})


def test_row_33_other_labels() -> None:
    """A signature over an entry is none over a manifest, and the other way round."""
    start = scene()
    draft = start.draft()
    for label in ("entry", "card", "attest", "key", ""):
        draft.label = label
        assert_refused(start.read(draft.seal()), "bad_signature", IntegrityError)
        if label != "entry":
            assert_refused(with_document(Hooks(label=label)), "bad_signature", IntegrityError)


def test_row_33_other_notes() -> None:
    """A receipt or compromise note is no checkpoint, though the same key signed it."""
    for text in (
        "healthvault/v1/receipt\nb\no\n4\nr\nverified\n",
        "healthvault/v1/compromised\no\n0\n4\nr\n",
        "x\n",
    ):
        outcome = with_note(lambda owner: sign_note(text, owner.origin, owner.secrets_now.sign))  # noqa: B023
        assert_refused(outcome, "bad_note", FormatError)


def test_row_34_keys_outside_the_chain() -> None:
    """Entries: a stranger's key, a wrong epoch, an epoch that is none, a delegate."""
    assert_refused(with_document(Hooks(key=STRANGER)), "bad_signature", IntegrityError)
    assert_refused(with_document(Hooks(key=STRANGER, fields=put(5, 1))), "bad_key", IntegrityError)
    assert_refused(with_document(Hooks(fields=put(5, 1))), "bad_key", IntegrityError)
    assert_refused(with_document(Hooks(fields=put(5, 65_535))), "bad_key", IntegrityError)
    assert_refused(with_document(Hooks(fields=put(5, 65_536))), "unsupported", FormatError)


def test_row_34_the_old_epoch() -> None:
    """After a rotation the old key signs neither entries nor manifests nor checkpoints."""
    start = scene()
    old = start.owner.secrets_now.sign
    start.owner.rotate()
    late = start.owner.add(b"x", hooks=Hooks(key=old, fields=put(5, 0)))
    same = start.owner.add(b"x", hooks=Hooks(key=old))
    start.grant = start.owner.grant([start.reader.party], [*start.docs, late, same])
    for seq, code in ((late, "bad_key"), (same, "bad_signature")):
        draft = make_bundle(start.owner, start.reader, [seq], [start.grant])
        assert_refused(start.read(draft.seal()), code, IntegrityError)
    draft = start.draft()
    draft.map["signer"], draft.key = 0, old
    assert_refused(start.read(draft.seal()), "bad_key", IntegrityError)
    draft.map["signer"] = 1
    assert_refused(start.read(draft.seal()), "bad_signature", IntegrityError)
    draft.key, draft.map["note"] = start.owner.secrets_now.sign, start.owner.note(key=old)
    assert_refused(start.read(draft.seal()), "bad_signature", IntegrityError)


def test_row_34_a_note_without_its_line() -> None:
    """Lines of others do not stand in for the vault's own."""
    assert_refused(
        with_note(lambda owner: sign_note(parse_note(owner.note()).text, "clinic", STRANGER)),
        "bad_signature",
        IntegrityError,
    )
    assert_refused(with_note(lambda owner: owner.note(key=STRANGER)), "bad_signature", IntegrityError)


def stolen() -> tuple[Scene, Draft, Draft, Outcome]:
    """Return a vault whose old key was stolen, two drafts by that key, and the reader who knows of it.

    The first draft is a bundle that the reader has accepted. In the second the thief discloses another document,
    under the very same checkpoint: the prefix is genuine.
    """
    start = scene()
    honest = start.draft()
    size = start.owner.size
    thief = Draft(**{name: getattr(honest, name) for name in ("owner", "map", "key", "members", "recipients")})
    copied = start.owner.copy()
    first = start.read(honest.seal())
    assert_accepted(first)
    start.owner.rotate(RotateReason.COMPROMISED)
    told = start.read(start.draft(marks=[size]).seal(), pins=first.pins)
    assert_accepted(told)
    assert copied.size == size
    thief.map = {**honest.map, "bundle_id": b"t" * 16}
    return start, honest, thief, told


def test_row_35_compromised_keys() -> None:
    """Refused even over a genuine prefix; what was accepted before stays accepted."""
    start, honest, thief, told = stolen()
    assert_accepted(scene_read(start, honest, told))
    outcome = scene_read(start, thief, told)
    assert_refused(outcome, "key_revoked", IntegrityError)
    assert {"key_revoked"} == outcome.codes_of(Question.AUTHORSHIP)
    assert_accepted(start.read(thief.seal()))  # who does not know of it cannot know


def test_row_35_the_id_of_an_accepted_bundle() -> None:
    """The thief's vault knows which bundles were accepted: one of the same id and tree is still another bundle."""
    start, honest, thief, told = stolen()
    thief.map = {**honest.map, "message": "please look at this as well"}
    assert honest.map["bundle_id"] == thief.map["bundle_id"]
    assert_refused(scene_read(start, thief, told), "key_revoked", IntegrityError)


def test_row_35_a_compromised_key_goes_on() -> None:
    """A tree that the thief made longer is no better."""
    start = scene()
    backup = start.owner.copy()
    seq = start.owner.rotate(RotateReason.COMPROMISED)
    told = start.read(start.draft().seal())
    for _ in range(3):
        backup.append({"kind": "note", "about": 0, "text": "thief"})
    draft = make_bundle(backup, start.reader, start.docs[:1], [start.grant], marks=[seq])
    outcome = start.read(draft.seal(), pins=told.pins)
    assert {"key_revoked", "events_old"} <= outcome.codes
    assert (20, True) == (outcome.exit, outcome.are_pins_unchanged)
    assert_nothing_released(outcome)


def scene_read(start: Scene, draft: Draft, told: Outcome) -> Outcome:
    """Verify a draft as the reader who was told of the theft."""
    return start.read(draft.seal(), pins=told.pins)


ROOT_FAULTS = {
    "ROOT's signature missing": Hooks(block=lambda block: replace(block, root_sig=bytes(64))),
    "another ROOT": Hooks(root=STRANGER),
    "a second signature": Hooks(block=lambda block: replace(block, new_root_sig=block.root_sig)),
    "another vault": Hooks(event=merge(vault=b"o" * 32)),
    "another seq": Hooks(event=merge(seq=77)),
    "another prev": Hooks(event=merge(prev=b"p" * 32)),
    "not by the new key": Hooks(key=STRANGER),
    "not by its epoch": Hooks(fields=put(5, 0)),
    "an epoch too far": Hooks(event=merge(epoch=2)),
}


@pytest.mark.parametrize("name", ROOT_FAULTS)
def test_row_36_key_events(name: str) -> None:
    """Signed by ROOT, made for its place, and by nobody who only has the journal's key."""
    assert_refused(with_rotation(ROOT_FAULTS[name]), "bad_key", IntegrityError)


def test_row_36_the_journal_key_names_no_keys() -> None:
    """The thief of a laptop can sign entries, but not a rotation."""
    start = scene()
    start.owner.rotate(hooks=Hooks(root=start.owner.secrets_now.sign))
    assert_refused(start.read(start.draft().seal()), "bad_key", IntegrityError)
    old = Hooks(key=start.owner.epochs[0].sign, fields=put(5, 0))
    assert_refused(with_rotation(old), "bad_key", IntegrityError)


def test_row_36_a_new_root_needs_both() -> None:
    """The old one's signature and the new one's, over the same event."""
    for hooks in (
        Hooks(block=lambda block: replace(block, new_root_sig=None)),
        Hooks(block=lambda block: replace(block, root_sig=block.new_root_sig or b"")),
        Hooks(block=lambda block: replace(block, new_root_sig=block.root_sig)),
        Hooks(event=merge(new_root_pk=STRANGER.public)),
    ):
        start = scene()
        start.owner.change_root(hooks)
        assert_refused(start.read(start.draft().seal()), "bad_key", IntegrityError)
    start = scene()
    old = start.owner.root
    start.owner.change_root()
    start.owner.rotate(hooks=Hooks(root=old))
    assert_refused(start.read(start.draft().seal()), "bad_key", IntegrityError)


def test_row_36_genesis() -> None:
    """Without ROOT, or by another key than it names."""
    for hooks in (Hooks(root=STRANGER), Hooks(key=STRANGER), Hooks(event=merge(sign_pk=STRANGER.public))):
        assert_refused(bundle_of(Owner(hooks=hooks)), "bad_key", IntegrityError)
    assert_accepted(bundle_of(Owner(hooks=NO_HOOKS)))


def test_row_37_events_left_out() -> None:
    """One in between breaks the chain of heads; the newest is missed by the tip's state."""
    start = scene()
    start.owner.change_root()
    start.owner.change_root()
    whole = list(start.owner.event_seqs)
    start.owner.event_seqs = [whole[0], whole[2]]
    assert_refused(start.read(start.draft().seal()), "bad_key", IntegrityError)
    start.owner.event_seqs = whole[:2]
    outcome = start.read(start.draft().seal())
    assert_refused(outcome, "bad_state", IntegrityError)
    assert {"bad_state"} == outcome.codes_of(Question.INCLUSION)
    start.owner.event_seqs = whole
    assert_accepted(start.read(start.draft().seal()))


def test_row_37_no_genesis() -> None:
    """And a rotation alone names nobody."""
    start = scene()
    start.owner.rotate()
    start.owner.event_seqs = start.owner.event_seqs[1:]
    assert_refused(start.read(start.draft().seal()), "bad_key", IntegrityError)
    start.owner.event_seqs = []
    assert_refused(start.read(start.draft().seal()), "bad_key", IntegrityError)


def test_row_38_genesis() -> None:
    """That does not hash to the vault's id, at another place, or a second one."""
    other = vault_id_of(STRANGER.public, b"n" * 32)
    for hooks in (
        Hooks(event=merge(nonce=b"n" * 32)),
        Hooks(event=merge(root_pk=STRANGER.public), root=STRANGER),
        Hooks(event=merge(vault=other), fields=put(1, other)),
    ):
        assert_refused(bundle_of(Owner(hooks=hooks)), "wrong_vault", IntegrityError)
    moved = Owner(hooks=Hooks(event=merge(seq=1), fields=put(2, 1)))
    assert_refused(bundle_of(moved), "bad_key", IntegrityError)
    second = scene()
    second.owner.rotate(hooks=Hooks(event=merge(kind="genesis", root_pk=second.owner.root.public)))
    assert_refused(second.read(second.draft().seal()), "bad_key", IntegrityError)


def test_row_38_another_origin() -> None:
    """The origin of the manifest is that of its key events."""
    start = scene()
    draft = start.draft()
    for origin in (Owner().origin, "", start.owner.origin + "a", start.owner.origin.upper()):
        draft.map["origin"] = origin
        assert_refused(start.read(draft.seal()), "wrong_vault", IntegrityError)


def test_row_39_an_entry_of_another_vault() -> None:
    """Field 1 says where it belongs, and its own vault's signature does not help."""
    start, other = scene(), scene()
    seq = start.owner.add(b"x", hooks=Hooks(fields=put(1, other.owner.vault_id)))
    start.docs, start.grant = [seq], start.owner.grant([start.reader.party], [seq])
    assert_refused(start.read(start.draft().seal()), "wrong_vault", IntegrityError)
    foreign = scene()
    foreign.owner.raws[foreign.docs[0]] = other.owner.raws[other.docs[0]]
    assert_refused(foreign.read(foreign.draft().seal()), "wrong_vault", IntegrityError)


def test_row_36_signatures_of_root_are_labelled() -> None:
    """ROOT's signature over something else is none over an event."""
    start = scene()
    root = start.owner.root
    wrong = Hooks(block=lambda block: replace(block, root_sig=sign(root, "entry", block.event)))
    start.owner.rotate(hooks=wrong)
    assert_refused(start.read(start.draft().seal()), "bad_key", IntegrityError)
    right = scene()
    signer = right.owner.root
    right.owner.rotate(
        hooks=Hooks(block=lambda block: replace(block, root_sig=sign(signer, EVENT_LABEL, block.event)))
    )
    assert_accepted(right.read(right.draft().seal()))


def test_row_34_lines_of_others_are_ignored() -> None:
    """A note may carry them beside its own."""
    strange = NoteSignature(name="clinic", key_id=b"abcd", signature=bytes(64))
    assert_accepted(with_note(lambda owner: parse_note(owner.note()).with_signature(strange).to_bytes()))
