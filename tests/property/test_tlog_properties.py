# SPDX-License-Identifier: Apache-2.0
"""Properties of healthvault.tlog: proofs against a naive tree, and one reading of every byte string."""

from base64 import b64encode
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healthvault.codec import pack, unpack
from healthvault.crypto.signing import signing_key
from healthvault.errors import FormatError, IntegrityError
from healthvault.tlog.checkpoint import Checkpoint, open_checkpoint, origin_of, sign_checkpoint
from healthvault.tlog.note import parse_note
from healthvault.tlog.proof import check_consistency, check_inclusion, consistency_proof, inclusion_proof
from healthvault.tlog.slice import Rebuilt, Slice, build_slice, known_nodes, narrow, parse_slice, rebuild
from healthvault.tlog.tree import MemoryTree, leaf_hash

MAX_SIZE = 150
LEAVES = [leaf_hash(b"entry %d" % place) for place in range(MAX_SIZE)]
TREE = MemoryTree(LEAVES)
KEY = signing_key(b"k" * 32)
ORIGIN = origin_of(bytes(32))
NOTE = sign_checkpoint(Checkpoint(origin=ORIGIN, size=7, root=LEAVES[0]), KEY)


def naive(leaves: list[bytes]) -> bytes:
    """Compute a root by the definition of RFC 6962."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\x01" + naive(leaves[:half]) + naive(leaves[half:])).digest()


ROOTS = [b"", *(naive(LEAVES[:size]) for size in range(1, MAX_SIZE + 1))]


@st.composite
def slices(draw: st.DrawFn) -> Slice:
    """Draw a size, leaves and marks, and build their slice."""
    size = draw(st.integers(1, MAX_SIZE))
    leaves = draw(st.sets(st.integers(0, size - 1), max_size=12))
    marks = draw(st.sets(st.integers(1, size - 1), max_size=12)) if size > 1 else set()
    return build_slice(TREE, size, leaves, marks)


def disclosed(proof: Slice) -> dict[int, bytes]:
    """Return the hashes of the leaves that a slice discloses."""
    return {place: LEAVES[place] for place in proof.leaves}


def is_true(rebuilt: Rebuilt, proof: Slice) -> bool:
    """Tell whether a slice led to the roots of the naive tree."""
    marks = {mark: ROOTS[mark] for mark in proof.marks}
    return rebuilt.root == ROOTS[proof.size] and rebuilt.mark_roots == marks


@settings(max_examples=300)
@given(proof=slices())
def test_slices_lead_to_the_roots_of_the_naive_tree(proof: Slice) -> None:
    """Root and every mark, also after a trip through the canonical encoding."""
    assert is_true(rebuild(parse_slice(unpack(pack(proof.to_value()))), disclosed(proof)), proof)


@settings(max_examples=150)
@given(proof=slices(), data=st.data())
def test_a_changed_byte_of_a_hash_gives_another_root(proof: Slice, data: st.DataObject) -> None:
    """Every hash of a slice is under its root."""
    hashes = list(proof.hashes)
    if not hashes:
        return
    place, at = data.draw(st.integers(0, len(hashes) - 1)), data.draw(st.integers(0, 31))
    changed = bytearray(hashes[place])
    changed[at] ^= data.draw(st.integers(1, 255))
    hashes[place] = bytes(changed)
    wrong = Slice(size=proof.size, leaves=proof.leaves, marks=proof.marks, hashes=tuple(hashes))
    assert rebuild(wrong, disclosed(proof)).root != ROOTS[proof.size]


@settings(max_examples=150)
@given(proof=slices(), data=st.data())
def test_a_changed_leaf_gives_another_root(proof: Slice, data: st.DataObject) -> None:
    """Every disclosed leaf is under the root."""
    if not proof.leaves:
        return
    place = data.draw(st.sampled_from(proof.leaves))
    leaves = {**disclosed(proof), place: leaf_hash(b"another entry")}
    assert rebuild(proof, leaves).root != ROOTS[proof.size]


@settings(max_examples=150)
@given(proof=slices(), data=st.data())
def test_a_changed_byte_of_an_encoded_slice_is_never_taken_for_true(proof: Slice, data: st.DataObject) -> None:
    """A format or integrity error, another root, or another statement; nothing else."""
    raw = bytearray(pack(proof.to_value()))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        changed = parse_slice(unpack(bytes(raw)))
        rebuilt = rebuild(changed, disclosed(proof))
    except (FormatError, IntegrityError):
        return
    assert rebuilt.root != ROOTS[proof.size] or changed.size != proof.size or is_true(rebuilt, changed)


@settings(max_examples=150)
@given(proof=slices(), data=st.data())
def test_a_narrowed_slice_is_the_one_that_the_tree_would_give(proof: Slice, data: st.DataObject) -> None:
    """For any subset of its leaves and marks, with the same roots."""
    leaves = [place for place in proof.leaves if data.draw(st.booleans())]
    marks = [mark for mark in proof.marks if data.draw(st.booleans())]
    small = narrow(known_nodes(proof, disclosed(proof)), leaves, marks)
    assert build_slice(TREE, proof.size, leaves, marks) == small
    assert is_true(rebuild(small, disclosed(small)), small)


@settings(max_examples=150)
@given(size=st.integers(1, MAX_SIZE), data=st.data())
def test_single_proofs_hold_for_what_they_say_and_nothing_else(size: int, data: st.DataObject) -> None:
    """Inclusion and consistency against the naive roots, and with one byte changed."""
    place, older = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    inclusion, consistency = inclusion_proof(TREE, place, size), consistency_proof(TREE, older, size)
    check_inclusion(LEAVES[place], place, size, inclusion, ROOTS[size])
    check_consistency(older, size, ROOTS[older], ROOTS[size], consistency)
    at = data.draw(st.integers(0, len(inclusion)))
    if at < len(inclusion):
        wrong = (*inclusion[:at], leaf_hash(inclusion[at]), *inclusion[at + 1 :])
        with pytest.raises(IntegrityError):
            check_inclusion(LEAVES[place], place, size, wrong, ROOTS[size])
    if at < len(consistency):
        wrong = (*consistency[:at], leaf_hash(consistency[at]), *consistency[at + 1 :])
        with pytest.raises(IntegrityError):
            check_consistency(older, size, ROOTS[older], ROOTS[size], wrong)


@settings(max_examples=300)
@given(at=st.integers(0, len(NOTE) - 1), change=st.integers(1, 255))
def test_a_changed_byte_of_a_checkpoint_is_refused(at: int, change: int) -> None:
    """Anywhere: text, name, key id, signature."""
    raw = bytearray(NOTE)
    raw[at] ^= change
    with pytest.raises((FormatError, IntegrityError)):
        open_checkpoint(bytes(raw), ORIGIN, KEY.public)


@settings(max_examples=200)
@given(
    text=st.text("ab\n\t +\u2014\u3000\u00e9", max_size=12),
    name=st.text("ab.+ \u00e9\x85\u2003", max_size=4),
    blob=st.binary(max_size=8),
)
def test_notes_that_are_read_are_written_back_as_they_were(text: str, name: str, blob: bytes) -> None:
    """One encoding for each note, and whatever else is a format error."""
    line = f"\u2014 {name} {b64encode(blob).decode()}\n".encode()
    for raw in (text.encode() + b"\n\n" + line, text.encode() + blob + line):
        try:
            assert raw == parse_note(raw).to_bytes()
        except FormatError:
            continue
