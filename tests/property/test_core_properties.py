# SPDX-License-Identifier: Apache-2.0
"""Properties of ledger, consent, bundle and verify: what comes back, what is noticed, and what never widens."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healthvault.bundle.attestation import Attestation, parse_attestation, sign_attestation
from healthvault.bundle.card import armour, dearmour, make_card, open_card
from healthvault.bundle.manifest import parse_manifest
from healthvault.codec import MAX_INT, Fields, pack, unpack
from healthvault.consent.conditions import Approvals, Deny, MaxShares, Sensitive, UnknownCondition
from healthvault.consent.grant import Grant, parse_grant
from healthvault.consent.purposes import ACTIONS, PURPOSES
from healthvault.consent.status import SlotTable, Status, check_status
from healthvault.crypto.hashing import sha256
from healthvault.crypto.signing import check_signature
from healthvault.errors import FormatError, IntegrityError, NotEstablished
from healthvault.ledger.documents import DocAdd, Part, parse_doc_add
from healthvault.ledger.entry import parse_entry, sign_entry, verify_entry
from healthvault.ledger.header import BlobRef, Header
from healthvault.ledger.ids import base32, from_base32
from healthvault.ledger.keychain import walk
from healthvault.ledger.kinds import Share, parse_share
from healthvault.ledger.meta import open_meta, seal_meta
from healthvault.ledger.party import CODE_BEARER, Party, parse_party
from healthvault.ledger.ranges import parse_ranges, ranges_contain, ranges_of, ranges_to_value
from healthvault.verify.consistency import judge_history, remember
from healthvault.verify.pins import PinBook, SeenSize, VaultPins, parse_pin_book
from healthvault.verify.view import View
from tests.bundles import scene, sealed_bytes
from tests.owners import NOW_MS
from tests.worked import SIGN, STATE_KEY, WORKED_MANIFEST, worked_entries

ENTRIES = worked_entries()
CARD = make_card("Ana Silva", [ENTRIES[0].raw], SIGN)
SCENE = scene()
DRAFT = SCENE.draft(has_meta=True)
CONTAINER, FILE = DRAFT.container(), DRAFT.seal()

uints = st.integers(0, MAX_INT)
texts = st.text(st.characters(codec="utf-8"), max_size=20)
digests = st.binary(min_size=32, max_size=32)
parties = st.one_of(
    st.just(CODE_BEARER),
    st.builds(Party, vault=digests, recipient_pk=st.none() | digests, name=texts),
    st.builds(Party, recipient_pk=digests, name=texts),
)
blobs = st.lists(st.tuples(st.builds(BlobRef, oid=digests, stored_bytes=uints), digests), max_size=4)
headers = st.builds(
    Header,
    vault_id=digests,
    seq=uints,
    prev=digests,
    ts_ms=uints,
    signer=st.integers(0, 65_535),
    state=digests,
)
seq_sets = st.sets(st.integers(0, 60), max_size=30)


def of_ours(read: object, data: bytes) -> bool:
    """Tell whether reading wrong bytes fails as it should: with an error of format or integrity."""
    try:
        read(data)
    except (FormatError, IntegrityError):
        return True
    return False


@st.composite
def changes(draw: st.DrawFn, data: bytes) -> bytes:
    """Draw the same bytes with one of them different, removed or added."""
    place = draw(st.integers(0, len(data) - 1))
    other = draw(st.integers(0, 255).filter(lambda byte: byte != data[place]))
    return draw(
        st.sampled_from([
            data[:place] + bytes([other]) + data[place + 1 :],
            data[:place] + data[place + 1 :],
            data[:place] + bytes([other]) + data[place:],
        ])
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(headers, blobs, st.none() | st.binary(max_size=300))
def test_entries_come_back(header: Header, held: list[tuple[BlobRef, bytes]], enc: bytes | None) -> None:
    """Any header and any sealed part, as the bytes that were signed."""
    header = replace(header, blobs=tuple(blob for blob, _ in held), commits=tuple(commit for _, commit in held))
    entry = sign_entry(header, enc, SIGN)
    assert entry == verify_entry(parse_entry(entry.raw), SIGN.public)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 3).flatmap(lambda place: changes(ENTRIES[place].raw)))
def test_a_changed_entry_is_noticed(raw: bytes) -> None:
    """Whatever byte it is, with an error of ours."""
    assert of_ours(lambda data: verify_entry(parse_entry(data), SIGN.public), raw)


@settings(max_examples=150, deadline=None)
@given(changes(CARD))
def test_a_changed_card_is_noticed(raw: bytes) -> None:
    """Whatever byte it is, also in its text form."""
    assert of_ours(open_card, raw)
    assert raw == dearmour(armour(raw).encode())


@settings(max_examples=150, deadline=None)
@given(changes(WORKED_MANIFEST))
def test_a_changed_manifest_is_noticed(raw: bytes) -> None:
    """By its form or by its signature."""

    def read(data: bytes) -> None:
        signed = parse_manifest(data)
        check_signature(SIGN.public, "manifest", signed.body, signed.signature)

    assert of_ours(read, raw)


@settings(max_examples=100, deadline=None)
@given(changes(CONTAINER))
def test_a_changed_container_gives_nothing(plain: bytes) -> None:
    """Somebody who knows the file key and encrypts again what he changed: exit 20, no pins."""
    outcome = SCENE.read(sealed_bytes(plain, DRAFT.recipients))
    assert 20 == outcome.exit
    assert outcome.are_pins_unchanged


@settings(max_examples=100, deadline=None)
@given(changes(FILE))
def test_a_changed_file_gives_nothing(data: bytes) -> None:
    """Exit 20, or 24 where the change hits the only stanza; never an exception."""
    outcome = SCENE.read(data)
    assert outcome.exit in {20, 24}
    assert outcome.are_pins_unchanged


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes_are_read_without_a_traceback(data: bytes) -> None:
    """As entry, card, manifest, container and file."""
    for read in (parse_entry, open_card, parse_manifest):
        assert of_ours(read, data)
    assert 20 == SCENE.read(data).exit
    assert 20 == SCENE.read(sealed_bytes(data, DRAFT.recipients)).exit


@settings(max_examples=60, deadline=None)
@given(digests, st.dictionaries(st.sampled_from(["text", "about", "later"]), texts | uints | st.binary()))
def test_sealed_maps_come_back(key: bytes, more: dict[str, str]) -> None:
    """Any map, with its key and in its entry only."""
    sealed = {"kind": "note", **more}
    entry = replace(ENTRIES[1], enc=seal_meta(key, sealed, ENTRIES[1].header))
    assert sealed == open_meta(key, entry).map
    assert of_ours(lambda other: open_meta(other, entry), sha256(key))


@given(st.binary(max_size=40))
def test_base32_comes_back(data: bytes) -> None:
    """And no other text stands for the same bytes."""
    text = base32(data)
    assert data == from_base32(text)
    assert text == "" or from_base32(text.upper()) is None or text.upper() == text


@settings(max_examples=100, deadline=None)
@given(seq_sets)
def test_ranges_are_sets(seqs: set[int]) -> None:
    """One form for each set, which comes back and holds exactly its members."""
    ranges = ranges_of(seqs)
    assert seqs == {seq for seq in range(100) if ranges_contain(ranges, seq)}
    assert ranges == parse_ranges(Fields({"x": ranges_to_value(ranges)}, "x"), "x")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 4)), max_size=5))
def test_ranges_have_one_form(pairs: list[tuple[int, int]]) -> None:
    """What is read is what writing the same set gives; everything else is refused."""
    seqs = {seq for first, count in pairs for seq in range(first, first + count)}
    value = Fields({"x": [list(pair) for pair in pairs]}, "x")
    if tuple(pairs) == ranges_of(seqs):
        assert tuple(pairs) == parse_ranges(value, "x")
    else:
        assert of_ours(lambda fields: parse_ranges(fields, "x"), value)


@given(parties)
def test_parties_come_back(party: Party) -> None:
    """Vaults, bare keys, and whoever has the code."""
    assert party == parse_party(Fields(unpack(pack(party.to_value())), "party"))
    assert party.covers(party)


documents = st.builds(
    DocAdd,
    title=texts,
    type=texts,
    parts=st.lists(
        st.builds(Part, name=texts, media_type=texts, size_bytes=uints, dedupe=digests), min_size=1, max_size=3
    ).map(tuple),
    provenance=texts,
    date=st.none() | texts,
    tags=st.lists(texts, max_size=3).map(tuple),
    supersedes=st.none() | uints,
)
shares = st.builds(
    Share,
    bundle_id=st.binary(min_size=16, max_size=16),
    size=uints,
    slots=st.lists(uints, max_size=3).map(tuple),
    seqs=seq_sets.map(ranges_of),
    recipients=st.lists(parties, max_size=3).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(documents, shares)
def test_sealed_kinds_come_back(document: DocAdd, share: Share) -> None:
    """Through the canonical encoding."""
    assert document == parse_doc_add(Fields(unpack(pack(document.to_map())), "sealed part"))
    assert share == parse_share(Fields(unpack(pack(share.to_map())), "sealed part"))


words = st.lists(st.sampled_from([*ACTIONS, "print"]), min_size=1, max_size=3, unique=True).map(tuple)
codes = st.lists(st.sampled_from([*list(PURPOSES.values())[:3], "HMARKT"]), min_size=1, max_size=3, unique=True)
word_lists = st.lists(st.sampled_from(["lab", "imaging", "pdf", "private", "genetics", "later"]), max_size=3).map(
    tuple
)
approvers = st.lists(st.integers(0, 255), min_size=1, max_size=3, unique=True)
conditions = (
    st.builds(Deny, categories=word_lists, types=word_lists, tags=word_lists, sensitivity=word_lists)
    | st.builds(Sensitive, allow=word_lists)
    | st.builds(MaxShares, count=st.integers(1, 9))
    | approvers.map(lambda ids: Approvals(needed=1, by=tuple(Party(vault=bytes([one]) * 32) for one in ids)))
    | st.builds(UnknownCondition, kind=st.sampled_from(["", "weekdays"]), fields=st.just(pack({"days": [1]})))
)
grants = st.builds(
    Grant,
    slot=st.integers(0, 7),
    grant_id=st.binary(min_size=16, max_size=16),
    grantees=st.lists(parties, min_size=1, max_size=3, unique=True).map(tuple),
    records=seq_sets.filter(bool).map(ranges_of),
    actions=words,
    purposes=codes.map(tuple),
    not_before_ms=st.integers(0, 50),
    not_after_ms=st.integers(51, 100),
    recheck_after_ms=st.none() | st.integers(0, 100),
    conditions=st.lists(conditions, max_size=3).map(tuple),
    role=st.none() | texts,
)


@settings(max_examples=60, deadline=None)
@given(grants)
def test_grants_come_back(grant: Grant) -> None:
    """Through the canonical encoding."""
    assert grant == parse_grant(Fields(unpack(pack(grant.to_map())), "sealed part"), 100)


moves = st.lists(
    st.tuples(st.sampled_from(["new", "revoke", "replace"]), st.integers(0, 30)), min_size=1, max_size=14
)


@settings(max_examples=60, deadline=None)
@given(moves)
def test_slots_are_like_a_dictionary(steps: list[tuple[str, int]]) -> None:
    """Whatever is granted, revoked and replaced: each slot says what a plain table says, with a proof."""
    table, plain = SlotTable(), {}
    for seq, (move, pick) in enumerate(steps):
        active = [slot for slot, (status, _) in plain.items() if status is Status.ACTIVE]
        if move == "new" or not active:
            slot, table = table.place_new(seq)
            assert slot not in plain
            plain[slot] = (Status.ACTIVE, seq)
        elif move == "revoke":
            slot = active[pick % len(active)]
            table = table.closed(slot, Status.REVOKED, seq)
            plain[slot] = (Status.REVOKED, seq)
        else:
            old = active[pick % len(active)]
            slot, _ = table.place_new(seq)
            table = table.activated(slot, seq, supersedes=plain[old][1])
            plain[old], plain[slot] = (Status.SUPERSEDED, seq), (Status.ACTIVE, seq)
    root = table.root(STATE_KEY)
    assert len(plain) * 2 <= table.capacity
    for slot, (status, since) in plain.items():
        proof = table.prove(slot, STATE_KEY)
        assert (status, since) == (proof.status, proof.since_seq)
        check_status(proof, table.capacity, root)
        lie = replace(proof, status=Status.ACTIVE if status is not Status.ACTIVE else Status.REVOKED)
        assert of_ours(lambda item: check_status(item, table.capacity, root), lie)
    assert {table.status_of(slot) for slot in range(table.capacity)} <= {
        Status.FREE,
        *(s for s, _ in plain.values()),
    }


def view_of(size: int, marks: list[int]) -> View:
    """Return a view of the scene's vault."""
    owner = SCENE.owner
    chain = walk(owner.raws[:1])
    roots = {mark: owner.root_at(mark) for mark in marks if 0 < mark < size}
    return View(size=size, root=owner.root_at(size), mark_roots=roots, chain=chain)


views = st.tuples(st.integers(1, 7), st.lists(st.integers(1, 6), max_size=4), st.booleans())


@settings(max_examples=80, deadline=None)
@given(st.lists(views, max_size=6))
def test_pins_only_grow(files: list[tuple[int, list[int], bool]]) -> None:
    """Honest files of one history, in any order, never look like a fork, and nothing is ever forgotten."""
    pins = VaultPins(vault=SCENE.owner.vault_id)
    for place, (size, marks, is_firm) in enumerate(files):
        view = view_of(size, marks)
        judged = judge_history(pins, view)
        codes_found = {problem.code for problem in judged.problems}
        assert codes_found <= {"unconnected", "no_consistency"}
        if "no_consistency" in codes_found:
            continue
        after = remember(pins, view, bytes([place]) * 32, NOW_MS, is_firm=is_firm)
        assert set(pins.sizes) <= set(after.sizes)
        assert (pins.firm or 0) <= (after.firm or 0)
        assert len(after.sizes) == len({seen.size for seen in after.sizes})
        assert after == parse_pin_book(Fields(unpack(pack(PinBook(vaults=(after,)).to_map())), "pins")).of(
            after.vault
        )
        if after != pins:
            assert not judge_history(after, view).problems
        pins = after


@settings(max_examples=60, deadline=None)
@given(st.lists(views, min_size=1, max_size=3), st.integers(1, 7), st.integers(1, 6))
def test_another_history_is_a_fork(files: list[tuple[int, list[int], bool]], size: int, mark: int) -> None:
    """As soon as one known size is shown with another root."""
    pins = VaultPins(vault=SCENE.owner.vault_id)
    for place, (seen_size, marks, is_firm) in enumerate(files):
        pins = remember(pins, view_of(seen_size, marks), bytes([place]) * 32, NOW_MS, is_firm=is_firm)
    view = view_of(size, [mark])
    other = tuple(SeenSize(size=seen.size, root=sha256(seen.root), restarts=0) for seen in pins.sizes)
    meets = {seen.size for seen in pins.sizes} & {size, *view.mark_roots}
    found = {problem.code for problem in judge_history(replace(pins, sizes=other), view).problems}
    assert bool(meets) == ("fork" in found)


@given(
    st.builds(
        Attestation,
        vault=st.just(ENTRIES[0].header.vault_id),
        signer=st.just(0),
        leaf=digests,
        commit=digests,
        statement=st.text(st.characters(codec="utf-8", exclude_categories=("Cc",)), min_size=1, max_size=40),
        time_ms=uints,
    ),
    st.data(),
)
def test_an_attestation_comes_back_and_any_changed_byte_is_refused(said: Attestation, data: st.DataObject) -> None:
    """By its form, its vault or its signature; nothing else comes of it."""
    chain, raw = walk([ENTRIES[0].raw]), sign_attestation(said, SIGN)
    assert said == parse_attestation(raw).verified(chain, ())
    place = data.draw(st.integers(0, len(raw) - 1))
    changed = raw[:place] + bytes([raw[place] ^ data.draw(st.integers(1, 255))]) + raw[place + 1 :]
    with pytest.raises((FormatError, IntegrityError, NotEstablished)):
        parse_attestation(changed).verified(chain, ())
