# SPDX-License-Identifier: Apache-2.0
"""Rows 40 to 48 of docs/spec/bad-input.md: notes, tree and proofs."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace

import pytest

from healthvault.codec import Value
from healthvault.crypto.hashing import sha256
from healthvault.crypto.signing import signing_key
from healthvault.errors import FormatError, IntegrityError
from healthvault.tlog.checkpoint import Checkpoint, checkpoint_key
from healthvault.tlog.note import NoteSignature, parse_note, sign_note
from healthvault.tlog.proof import check_consistency, check_inclusion, consistency_proof, inclusion_proof
from healthvault.tlog.slice import build_slice, rebuild
from healthvault.tlog.tree import EMPTY_ROOT, MemoryTree, leaf_hash, node_hash
from healthvault.verify.verdicts import Question
from tests.bundles import Draft, make_bundle, scene
from tests.owners import Hooks, Map, Owner, flip, put
from tests.readers import Outcome
from tests.refusals import assert_accepted, assert_refused

STRANGER = signing_key(b"\x09" * 32)


ROOT = b64encode(bytes(32)).decode()


def with_note(change: Callable[[bytes], bytes]) -> Outcome:
    """Verify a bundle whose note was changed."""
    start = scene()
    draft = start.draft()
    draft.map["note"] = change(draft.map["note"])
    return start.read(draft.seal())


def with_text(change: Callable[[Owner], str]) -> Outcome:
    """Verify a bundle with a note of another text, rightly signed."""
    start = scene()
    draft = start.draft()
    text = change(start.owner)
    body = text.encode()
    try:
        draft.map["note"] = sign_note(text, start.owner.origin, start.owner.secrets_now.sign)
    except FormatError:
        draft.map["note"] = body + b"\n" + parse_note(draft.map["note"]).signatures[0].to_line().encode()
    return start.read(draft.seal())


@pytest.mark.parametrize(
    "change",
    [
        lambda note: b"",
        lambda note: b"\n\n",
        lambda note: note[:-1],
        lambda note: note + b"\n",
        lambda note: note.replace(b"\n\n", b"\n"),
        lambda note: note.replace(b"\n", b"\r\n"),
        lambda note: note.replace(b"\n\n", b"\n\t\n\n"),
        lambda note: note.replace(b"\n\n", b"\n\0\n\n"),
        lambda note: note.replace(b"\n\n", b"\n\xff\n\n"),
        lambda note: note[: note.index(b"\n\n") + 2],
        lambda note: note.replace(b"\xe2\x80\x94 ", b"- "),
        lambda note: note.replace(b"\xe2\x80\x94 ", b"\xe2\x80\x94"),
        lambda note: note + b"\n".join([note[note.index(b"\xe2") : -1]] * 16) + b"\n",
        lambda note: note + b"\xe2\x80\x94 x " + b64encode(bytes(49_152)) + b"\n",
    ],
)
def test_row_40_notes(change: Callable[[bytes], bytes]) -> None:
    """Control characters, no blank line, no final newline, too many lines, too long."""
    assert_refused(with_note(change), "bad_note", FormatError)


@pytest.mark.parametrize(
    "line",
    [
        "\u2014 a b YWJjZGVm\n",
        "\u2014 a\u00a0b YWJjZGVm\n",
        "\u2014 a+b YWJjZGVm\n",
        "\u2014  YWJjZGVm\n",
        "\u2014 x YWJj\n",
        "\u2014 x YWJjZA==\n",
        "\u2014 x YWJjZGU\n",
        "\u2014 x YWJjZGV=\n",
        "\u2014 x YWJj ZGVm\n",
        "\u2014 x YWJj-GVm\n",
        "\u2014 x\n",
        "\n",
    ],
)
def test_row_41_lines(line: str) -> None:
    """A name with white space or plus, no signature behind the id, base64 of another form, in any line."""
    assert_refused(with_note(lambda note: note + line.encode()), "bad_note", FormatError)


def test_row_42_one_line_that_fails() -> None:
    """The whole note is refused, whatever its other lines are, and in whatever order they stand."""
    for before in (True, False):
        start = scene()
        draft = start.draft()
        note = parse_note(draft.map["note"])
        good = note.signatures[0]
        bad = replace(good, signature=flip(good.signature))
        lines = (bad, good) if before else (good, bad)
        draft.map["note"] = replace(note, signatures=lines).to_bytes()
        assert_refused(start.read(draft.seal()), "bad_signature", IntegrityError)
    key = checkpoint_key("clinic", STRANGER.public)
    strange = NoteSignature(name="clinic", key_id=key.key_id, signature=bytes(64))
    assert_accepted(with_note(lambda note: parse_note(note).with_signature(strange).to_bytes()))


@pytest.mark.parametrize(
    "text",
    [
        "{origin}\n07\n{root}\n",
        "{origin}\n+7\n{root}\n",
        "{origin}\n-7\n{root}\n",
        "{origin}\n 7\n{root}\n",
        "{origin}\n7.0\n{root}\n",
        "{origin}\n9007199254740992\n{root}\n",
        "{origin}\n18446744073709551616\n{root}\n",
        "{origin}\n\n{root}\n",
        "{origin}\n\u0667\n{root}\n",
        "{origin}\n7\nAAAA\n",
        "{origin}\n7\n{root}AAAA\n",
        "{origin}\n7\n\n",
        "{origin}\n7\n{root}\nextension\n",
        "{origin}\n7\n{root}\n\n",
        "{origin}\n7\n",
        "{origin}\n{root}\n7\n",
        "\n7\n{root}\n",
        "healthvault.invalid/aaaa\n7\n{root}\n",
        "{origin}a\n7\n{root}\n",
        "example.com/log\n7\n{root}\n",
    ],
)
def test_row_43_checkpoints(text: str) -> None:
    """Exactly three lines: this origin, a decimal size up to 2^53-1, 32 bytes of root."""
    outcome = with_text(lambda owner: text.format(origin=owner.origin, root=ROOT))
    assert_refused(outcome, "bad_note", FormatError)


def test_row_43_the_checkpoint_of_another_vault() -> None:
    """Even where the same key signs it."""
    start, other = scene(), Owner()
    draft = start.draft()
    text = Checkpoint(origin=other.origin, size=start.owner.size, root=bytes(32)).to_text()
    draft.map["note"] = sign_note(text, start.owner.origin, start.owner.secrets_now.sign)
    assert_refused(start.read(draft.seal()), "bad_note", FormatError)


def test_row_44_size_zero() -> None:
    """No bundle is over nothing; and nothing has one root only."""
    empty = b64encode(EMPTY_ROOT).decode()
    for root in (ROOT, empty):
        outcome = with_text(lambda owner: f"{owner.origin}\n0\n{root}\n")  # noqa: B023
        assert_refused(outcome, "bad_note", FormatError)


def with_slice(**values: Value) -> Outcome:
    """Verify a bundle whose slice was changed; functions get the old value."""
    start = scene()
    draft = start.draft(marks=[2, 4])
    for key, value in values.items():
        draft.map["slice"][key] = value(draft.map["slice"][key]) if callable(value) else value
    return start.read(draft.seal())


@pytest.mark.parametrize(
    "values",
    [
        {"leaves": lambda old: [old[1], old[0], *old[2:]]},
        {"leaves": lambda old: [old[0], *old]},
        {"leaves": lambda old: [0, 1, 4, 6]},
        {"leaves": lambda old: [*old, 7]},
        {"leaves": lambda old: [*old, 2**53 - 1]},
        {"marks": [4, 2]},
        {"marks": [2, 2, 4]},
        {"marks": [0, 2, 4]},
        {"marks": [2, 4, 7]},
        {"marks": [2, 4, 100]},
        {"hashes": lambda old: old[1:]},
        {"hashes": lambda old: old[:-1]},
        {"hashes": []},
        {"hashes": lambda old: [*old, bytes(32)]},
        {"hashes": lambda old: [old[0], *old]},
        {"hashes": lambda old: old[::-1]},
        {"hashes": lambda old: [old[0][:31], *old[1:]]},
        {"hashes": lambda old: [old[0] + b"x", *old[1:]]},
        {"hashes": lambda old: [flip(old[0]), *old[1:]]},
        {"hashes": lambda old: [*old[:-1], flip(old[-1])]},
    ],
)
def test_row_45_slices(values: Map) -> None:
    """Out of order, out of range, hashes missing, left over, of another length or another value."""
    with_slice()
    outcome = with_slice(**values)
    assert_refused(outcome, "bad_proof", IntegrityError)


def test_row_45_marks_are_bounded() -> None:
    """4,096 of them: no writer needs more, and each costs work."""
    start = scene()
    draft = start.draft()
    for count, code, kind in ((4096, "bad_proof", IntegrityError), (4097, "limit_exceeded", FormatError)):
        draft.map["slice"].update(size=10_000, marks=list(range(1, count + 1)))
        assert_refused(start.read(draft.seal()), code, kind)


def test_row_45_status_paths() -> None:
    """An inclusion proof has exactly the hashes that index and size demand, at most 63, of 32 bytes."""
    tree = MemoryTree([leaf_hash(bytes([place])) for place in range(7)])
    proof = inclusion_proof(tree, 5, 7)
    check_inclusion(leaf_hash(b"\x05"), 5, 7, proof, tree.root())
    for index, size, hashes in (
        (7, 7, proof),
        (5, 7, proof[1:]),
        (5, 7, (*proof, bytes(32))),
        (5, 7, (proof[0][:31], *proof[1:])),
        (4, 7, proof),
        (5, 2**53 - 1, (bytes(32),) * 64),
    ):
        with pytest.raises(IntegrityError) as caught:
            check_inclusion(leaf_hash(b"\x05"), index, size, hashes, tree.root())
        assert "bad_proof" == caught.value.code


def test_row_46_a_subtree_is_no_leaf() -> None:
    """Leaf and node hashes start with different bytes; a leaf hash is made from an entry's bytes."""
    left, right = leaf_hash(b"left"), leaf_hash(b"right")
    assert node_hash(left, right) != leaf_hash(left + right)
    assert node_hash(left, right) != leaf_hash(b"\1" + left + right)
    start = scene()
    draft = start.draft()
    node = start.owner.tree.node(1, 1)
    pair = start.owner.tree.node(0, 2) + start.owner.tree.node(0, 3)
    assert node == sha256(b"\1" + pair)
    draft.map["entries"][1] = pair
    assert_refused(start.read(draft.seal()), "bad_signature", IntegrityError)
    smaller = start.draft()
    smaller.map["slice"] = {"size": 4, "leaves": [0, 1, 2, 3], "marks": [], "hashes": []}
    assert_refused(start.read(smaller.seal()), "bad_proof", IntegrityError)


def without_entry(place: int, *, also_leaf: bool) -> Callable[[Draft], None]:
    """Return a change that takes an entry out."""

    def change(draft: Draft) -> None:
        del draft.map["entries"][place]
        if also_leaf:
            del draft.map["slice"]["leaves"][place]

    return change


@pytest.mark.parametrize(
    "change",
    [
        without_entry(1, also_leaf=False),
        without_entry(-1, also_leaf=False),
        without_entry(-1, also_leaf=True),
        lambda draft: draft.map["slice"]["leaves"].pop(1),
        lambda draft: draft.map["slice"]["leaves"].insert(2, 3),
        lambda draft: draft.map["entries"].insert(2, draft.owner.raws[2]),
        lambda draft: draft.map["entries"].insert(1, draft.map["entries"][1]),
        lambda draft: draft.map["entries"].reverse() or draft.map["entries"].insert(0, draft.map["entries"].pop()),
        lambda draft: draft.map["slice"].update(size=draft.map["slice"]["size"] + 1),
        lambda draft: draft.map["slice"].update(size=draft.map["slice"]["size"] - 1),
    ],
)
def test_row_47_entries_and_leaves(change: Callable[[Draft], None]) -> None:
    """The same numbers in the same order, the tip among them, of the size that was signed."""
    start = scene()
    draft = start.draft()
    change(draft)
    assert_refused(start.read(draft.seal()), "bad_proof", IntegrityError)


def test_row_47_a_note_of_another_size() -> None:
    """The checkpoint has to be the one taken at the tip."""
    start = scene()
    draft = start.draft()
    draft.map["note"] = start.owner.note(start.owner.size - 1)
    assert_refused(start.read(draft.seal()), "bad_proof", IntegrityError)
    cut = start.draft()
    cut.map["slice"] = build_slice(start.owner.tree, start.owner.size, [0, 1], []).to_value()
    cut.map["entries"] = start.owner.raws[:2]
    assert_refused(start.read(cut.seal()), "bad_proof", IntegrityError)


def test_row_48_another_root() -> None:
    """The entries and hashes have to lead to the root that was signed."""
    start = scene()
    draft = start.draft()
    draft.map["note"] = start.owner.note(root=b"r" * 32)
    outcome = start.read(draft.seal())
    assert_refused(outcome, "bad_proof", IntegrityError)
    assert {"bad_proof"} == outcome.codes_of(Question.INCLUSION)


def test_row_48_consistency_proofs() -> None:
    """Those of RFC 9162, for other tools: size 0, too many or too few hashes."""
    tree = MemoryTree([leaf_hash(bytes([place])) for place in range(7)])
    roots = {size: MemoryTree([leaf_hash(bytes([place])) for place in range(size)]).root() for size in (3, 7)}
    proof = consistency_proof(tree, 3, 7)
    check_consistency(3, 7, roots[3], roots[7], proof)
    for size1, size2, hashes in (
        (0, 7, ()),
        (3, 7, ()),
        (3, 7, (*proof, bytes(32))),
        (7, 3, proof),
        (7, 7, proof),
    ):
        with pytest.raises(IntegrityError) as caught:
            check_consistency(size1, size2, roots.get(size1, EMPTY_ROOT), roots[7], hashes)
        assert "bad_proof" == caught.value.code


def test_row_47_a_seq_that_lies() -> None:
    """An entry that calls itself by another number has no place in the tree."""
    start = scene()
    seq = start.owner.add(b"x", hooks=Hooks(fields=put(2, 4)))
    start.grant = start.owner.grant([start.reader.party], [4])
    start.owner.files[4], start.owner.secrets[4] = [b"x"], start.owner.secrets[seq]
    draft = make_bundle(start.owner, start.reader, [4], [start.grant])
    draft.map["entries"][1] = start.owner.raws[seq]
    assert_refused(start.read(draft.seal()), "bad_proof", IntegrityError)


def test_a_slice_that_is_rebuilt() -> None:
    """The slices that are changed above are good before: they lead to the signed root."""
    start = scene()
    draft = start.draft(marks=[2, 4])
    owner = start.owner
    proof = build_slice(owner.tree, owner.size, draft.map["slice"]["leaves"], [2, 4])
    leaves = {seq: leaf_hash(owner.raws[seq]) for seq in draft.map["slice"]["leaves"]}
    assert owner.root_at(owner.size) == rebuild(proof, leaves).root
    assert len(proof.hashes) > 1
    assert_accepted(start.read(draft.seal()))
