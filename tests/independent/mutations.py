# SPDX-License-Identifier: Apache-2.0
"""Mutated bundles of named kinds, to drive two verifiers against each other. Not a test.

`mutate.py` draws changes at random places; here every kind is one fault at one place of the specification. Most
are built in from the start: a journal with a wrong entry, event, grant or slot, whose tree, checkpoint, manifest
and file are then made as they should be, so that a verifier has to come to that very step. Some kinds are harmless
and have to verify.

Keys and nonces are fresh each time; which kinds and places are drawn depends on the seed only.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace

from healthvault.agefile.header import Stanza
from healthvault.codec import pack
from healthvault.consent.status import SlotTable
from healthvault.crypto.signing import signing_key
from healthvault.ledger.events import RotateReason
from healthvault.ledger.secrets import meta_key
from healthvault.tlog.note import NoteSignature, parse_note, sign_note
from healthvault.verify.context import Context
from tests.bundles import Draft, Scene, make_bundle, scene, sealed_bytes
from tests.owners import DAY_MS, MIXED_ORDER, NOW_MS, Hooks, Owner, flip, merge, put, without
from tests.readers import CODE_READER, Reader

__all__ = ["HARMLESS", "KINDS", "context_of", "mutated_bundles"]

Asked = dict[str, object]
Made = tuple[bytes, Asked]
Kind = Callable[[random.Random], Made]
STRANGER = signing_key(b"\x09" * 32)


def mutated_bundles(count: int, seed: int) -> Iterator[tuple[str, bytes, Asked]]:
    """Yield `count` files with the name of what was done to each, and what its reader brings along.

    The kinds take turns, so 1,000 files hold each of them several times. What the reader brings along are plain
    values by name: `secrets` (X25519, 32 bytes each) or `code` (text), `own` (the reader's vault id or None),
    `contacts` (vault ids), `now_ms`, and perhaps `purpose`. See `context_of` for what our verifier makes of them.
    """
    rng = random.Random(seed)
    names = list(KINDS)
    rng.shuffle(names)
    for number in range(count):
        name = names[number % len(names)]
        data, asked = KINDS[name](rng)
        yield name, data, asked


def context_of(asked: Asked) -> Context:
    """Return the same for `verify_bundle`."""
    code, own = asked.get("code"), asked.get("own")
    readers = (
        [Reader(code=code, vault=None)] if code else [Reader(secret=item, vault=own) for item in asked["secrets"]]
    )
    context = readers[0].context(
        contacts=dict.fromkeys(asked["contacts"], "Ana"), now_ms=asked["now_ms"], purpose=asked.get("purpose")
    )
    return replace(context, openers=tuple(reader.opener for reader in readers))


KINDS: dict[str, Kind] = {}
HARMLESS: set[str] = set()


def kind(*, is_harmless: bool = False) -> Callable[[Kind], Kind]:
    """Return a decorator that lists a kind under its function's name, in words."""

    def register(make: Kind) -> Kind:
        name = make.__name__.replace("_", " ")
        KINDS[name] = make
        if is_harmless:
            HARMLESS.add(name)
        return make

    return register


def asked_of(start: Scene, **more: object) -> Asked:
    """Return what the reader of a scene brings along, the owner being a contact."""
    reader = start.reader
    keys: Asked = {"code": reader.code, "secrets": ()} if reader.code else {"secrets": (reader.secret,)}
    return {**keys, "own": reader.vault, "contacts": (start.owner.vault_id,), "now_ms": NOW_MS, **more}


def sealed(start: Scene, draft: Draft, **more: object) -> Made:
    """Return the file of a draft."""
    return draft.seal(), asked_of(start, **more)


def next_bundle(start: Scene, **options: object) -> Made:
    """Return the next bundle of a scene as it is."""
    return sealed(start, start.draft(**options))


def with_document(hooks: Hooks, *, has_meta: bool = False) -> Made:
    """Return a bundle of a document whose entry was changed on the way."""
    start = scene()
    start.docs = [start.owner.add(b"another", hooks=hooks)]
    start.grant = start.owner.grant([start.reader.party], start.docs)
    return next_bundle(start, has_meta=has_meta)


def with_grant(hooks: Hooks) -> Made:
    """Return a bundle under a grant whose entry was changed on the way."""
    start = scene()
    start.grant = start.owner.grant([start.reader.party], start.docs, hooks)
    return next_bundle(start)


def with_event(rng: random.Random, hooks: Hooks) -> Made:
    """Return a bundle of a vault with a key event that was changed on the way."""
    start = scene()
    change = rng.choice([start.owner.rotate, start.owner.restart, start.owner.change_root])
    change(hooks=hooks)
    return next_bundle(start)


def with_genesis(hooks: Hooks) -> Made:
    """Return a bundle of a vault whose first entry was changed on the way."""
    reader, owner = Reader(), Owner(hooks=hooks)
    seq = owner.add(b"document")
    grant = owner.grant([reader.party], [seq])
    start = Scene(owner=owner, reader=reader, docs=[seq], grant=grant)
    return next_bundle(start)


def with_note(change: Callable[[Owner], bytes]) -> Made:
    """Return a bundle with another checkpoint note."""
    start = scene()
    draft = start.draft()
    draft.map["note"] = change(start.owner)
    return sealed(start, draft)


# ---- harmless ----


@kind(is_harmless=True)
def nothing_for_a_key(rng: random.Random) -> Made:
    """A good bundle."""
    start = scene()
    return next_bundle(start, has_meta=rng.random() < 0.5, marks=rng.sample([1, 2, 3, 4], 2))


@kind(is_harmless=True)
def nothing_for_a_code(rng: random.Random) -> Made:
    """A good bundle for whoever has the code."""
    return next_bundle(scene(CODE_READER), has_meta=rng.random() < 0.5)


@kind(is_harmless=True)
def unknown_keys(rng: random.Random) -> Made:
    """In every map but the slice."""
    start = scene()
    start.owner.rotate(hooks=Hooks(event=merge(later=1)))
    start.grant = start.owner.grant([start.reader.party], start.docs, Hooks(sealed=merge(later=[{"a": None}])))
    draft = start.draft(has_meta=True)
    for item in (
        draft.map,
        draft.map["state"],
        draft.map["audience"],
        draft.map["docs"][0],
        draft.map["grants"][0],
    ):
        item["later"] = rng.choice([1, None, b"x", {"a": [True]}])
    return sealed(start, draft)


@kind(is_harmless=True)
def strange_texts(rng: random.Random) -> Made:
    """Of any form."""
    start = scene()
    draft = start.draft()
    strange = ["e\u0301", "\0", "\x1b[2J", "\u202e", "\ufeff", "\U0010ffff", "\u0378"]
    draft.map["message"] = draft.map["docs"][0]["type"] = rng.choice(strange)
    return sealed(start, draft)


@kind(is_harmless=True)
def more_entries(rng: random.Random) -> Made:
    """Some that no verdict depends on."""
    start = scene()
    return next_bundle(start, others=rng.sample(range(start.owner.size), 3))


@kind(is_harmless=True)
def several_readers(rng: random.Random) -> Made:
    """Each with a grant of their own, in one file."""
    start, other = scene(), Reader()
    grants = [start.grant, start.owner.grant([other.party], start.docs)]
    draft = make_bundle(start.owner, [start.reader, other], rng.sample(start.docs, 2), grants)
    return sealed(Scene(owner=start.owner, reader=rng.choice([start.reader, other]), docs=[], grant=0), draft)


@kind(is_harmless=True)
def a_long_life(rng: random.Random) -> Made:
    """Keys changed in every way, grants came and went."""
    start = scene()
    changes = [start.owner.rotate, start.owner.change_root, start.owner.restart]
    for _ in range(4):
        rng.choice(changes)()
        start.owner.grant([Reader().party], start.docs)
    start.grant = start.owner.grant([start.reader.party], start.docs, supersedes=start.grant)
    return next_bundle(start)


@kind(is_harmless=True)
def extras_and_no_documents(rng: random.Random) -> Made:
    """A read-me, and nothing else."""
    start = scene()
    draft = make_bundle(start.owner, start.reader, [], [start.grant], extras={"README.txt": rng.randbytes(700)})
    return sealed(start, draft)


@kind(is_harmless=True)
def witnesses_that_nobody_knows(rng: random.Random) -> Made:
    """Cosignatures that do not count."""
    start = scene()
    size = rng.choice([2, 3, 4])
    return next_bundle(start, marks=[size], witnessed=[start.owner.cosigned(Owner("Clinic"), size)])


@kind(is_harmless=True)
def a_strange_line_on_the_note(rng: random.Random) -> Made:
    """By a key that nobody knows."""
    line = NoteSignature(name="clinic", key_id=rng.randbytes(4), signature=rng.randbytes(64))
    return with_note(lambda owner: parse_note(owner.note()).with_signature(line).to_bytes())


@kind(is_harmless=True)
def times_that_decrease(rng: random.Random) -> Made:
    """They are the owner's word."""
    start = scene()
    start.owner.clock_ms -= rng.randrange(DAY_MS // 2)
    return next_bundle(start)


# ---- the age file ----


@kind()
def a_flipped_byte(rng: random.Random) -> Made:
    """Anywhere in the file."""
    data, asked = next_bundle(scene())
    return flip(data, rng.randrange(len(data))), asked


@kind()
def a_cut_file(rng: random.Random) -> Made:
    """At any place."""
    data, asked = next_bundle(scene())
    return data[: rng.randrange(len(data))], asked


@kind()
def bytes_after_the_file(rng: random.Random) -> Made:
    """A few."""
    data, asked = next_bundle(scene())
    return data + rng.randbytes(rng.randint(1, 40)), asked


@kind()
def a_stanza_more(rng: random.Random) -> Made:
    """That the MAC does not cover."""
    data, asked = next_bundle(scene())
    stanza = Stanza(kind="later", args=("x",), body=b"")
    return data.replace(b"\n--- ", f"\n-> {stanza.kind} {stanza.args[0]}\n\n--- ".encode(), 1), asked


@kind()
def for_somebody_else(rng: random.Random) -> Made:
    """Our key opens no stanza."""
    data, asked = next_bundle(scene())
    return data, {**asked, "secrets": (rng.randbytes(32),)}


@kind()
def another_code(rng: random.Random) -> Made:
    """One letter is different."""
    data, asked = next_bundle(scene(CODE_READER))
    return data, {**asked, "code": f"{asked['code']}{rng.choice('abc')}"}


# ---- the container ----


def with_plain(change: Callable[[bytes], bytes]) -> Made:
    """Return a bundle whose container was changed and encrypted again."""
    start = scene()
    draft = start.draft(extras={"README.txt": b"read me"})
    return draft.seal(change(draft.container())), asked_of(start)


@kind()
def a_flipped_byte_inside(rng: random.Random) -> Made:
    """Anywhere in the container."""
    return with_plain(lambda plain: flip(plain, rng.randrange(len(plain))))


@kind()
def a_cut_container(rng: random.Random) -> Made:
    """At any place."""
    return with_plain(lambda plain: plain[: rng.randrange(len(plain))])


@kind()
def zeros_after_the_container(rng: random.Random) -> Made:
    """Longer than the padding may be."""
    return with_plain(lambda plain: plain + bytes(rng.choice([1, 512, 10_000])))


@kind()
def other_members(rng: random.Random) -> Made:
    """One twice, one missing, one more, another order."""
    start = scene()
    draft = start.draft(extras={"README.txt": b"read me"})
    first, second = draft.members
    draft.members = rng.choice(
        [[first], [second], [second, first], [first, first, second], [first, second, second]]
    )
    return sealed(start, draft)


@kind()
def an_unsafe_file_name(rng: random.Random) -> Made:
    """Signed by the sender."""
    start = scene()
    draft = start.draft()
    draft.map["docs"][0]["parts"][0]["file"] = rng.choice(["../x", "", ".x", "a/b", "x" * 61, "\0"])
    return sealed(start, draft)


# ---- the manifest ----


@kind()
def a_manifest_by_another_key(rng: random.Random) -> Made:
    """Or for another use."""
    start = scene()
    draft = start.draft()
    if rng.random() < 0.5:
        draft.key = STRANGER
    else:
        draft.label = rng.choice(["entry", "card", "key"])
    return sealed(start, draft)


@kind()
def a_manifest_of_a_later_version(rng: random.Random) -> Made:
    """Or one that needs an unknown key."""
    start = scene()
    draft = start.draft()
    draft.map.update(rng.choice([{"v": 2}, {"must": ["later"], "later": 1}]))
    return sealed(start, draft)


@kind()
def a_manifest_that_is_not_canonical(rng: random.Random) -> Made:
    """Signed as it is."""
    start = scene()
    draft = start.draft()
    wrong = rng.choice([b"\xcc\x01", b"\xca\x3f\x80\x00\x00", b"\xc1", b"\xa1\xff", b"\xd4\x01\x00", b"\x91" * 9])
    draft.map["later"] = b"the marker"
    return draft.seal(
        draft.container(draft.signed(lambda body: body.replace(b"\xc4\x0athe marker", wrong)))
    ), asked_of(start)


@kind()
def a_manifest_without_a_key(rng: random.Random) -> Made:
    """Or with a truth value in its place."""
    start = scene()
    draft = start.draft()
    key = rng.choice([name for name in draft.map if name != "v"])
    draft.map = rng.choice([without(key), merge(**{key: None}), merge(**{key: True})])(draft.map)
    return sealed(start, draft)


@kind()
def another_origin(rng: random.Random) -> Made:
    """That of another vault, or none."""
    start = scene()
    draft = start.draft()
    draft.map["origin"] = rng.choice([Owner().origin, "", start.owner.origin.upper()])
    return sealed(start, draft)


@kind()
def another_signer(rng: random.Random) -> Made:
    """Named in the manifest."""
    start = scene()
    draft = start.draft()
    draft.map["signer"] = rng.choice([1, 65_535])
    return sealed(start, draft)


@kind()
def two_rows_of_one_document(rng: random.Random) -> Made:
    """Or of one grant."""
    start = scene()
    draft = start.draft()
    key = rng.choice(["docs", "grants"])
    draft.map[key] = [draft.map[key][0]] * 2
    return sealed(start, draft)


# ---- keys ----


@kind()
def an_event_without_root(rng: random.Random) -> Made:
    """Signed by the journal's key or by a stranger."""
    start = scene()
    start.owner.rotate(hooks=Hooks(root=rng.choice([STRANGER, start.owner.secrets_now.sign])))
    return next_bundle(start)


@kind()
def an_event_for_another_place(rng: random.Random) -> Made:
    """Of another seq, or after another entry or event."""
    values = rng.choice([{"seq": 77}, {"prev": b"p" * 32}, {"prev_key_head": b"h" * 32}])
    return with_event(rng, Hooks(event=merge(**values)))


@kind()
def an_event_of_a_later_version(rng: random.Random) -> Made:
    """Of an unknown kind, or one that needs an unknown key."""
    values = rng.choice([{"kind": "delegate"}, {"must": ["later"]}])
    return with_event(rng, Hooks(event=merge(**values)))


@kind()
def an_event_by_another_key(rng: random.Random) -> Made:
    """Than the one that it leaves in force."""
    return with_event(rng, Hooks(key=STRANGER))


@kind()
def a_key_outside_the_group(rng: random.Random) -> Made:
    """Named by ROOT itself."""
    name = rng.choice(["sign_pk", "witness_pk"])
    start = scene()
    start.owner.rotate(hooks=Hooks(event=merge(**{name: rng.choice([MIXED_ORDER, bytes(32)])})))
    return next_bundle(start)


@kind()
def a_second_root_signature(rng: random.Random) -> Made:
    """Missing where it belongs, or there where it does not."""
    start = scene()
    if rng.random() < 0.5:
        start.owner.change_root(Hooks(block=lambda block: replace(block, new_root_sig=None)))
    else:
        start.owner.rotate(hooks=Hooks(block=lambda block: replace(block, new_root_sig=block.root_sig)))
    return next_bundle(start)


@kind()
def an_event_that_was_left_out(rng: random.Random) -> Made:
    """The newest, or one in between."""
    start = scene()
    for _ in range(3):
        start.owner.change_root()
    start.owner.event_seqs.pop(rng.choice([-1, -2]))
    return next_bundle(start)


@kind()
def another_genesis(rng: random.Random) -> Made:
    """That does not hash to the vault's id, or is not ROOT's."""
    return with_genesis(
        rng.choice([Hooks(event=merge(nonce=b"n" * 32)), Hooks(root=STRANGER), Hooks(event=merge(epoch=1))])
    )


@kind()
def a_second_genesis(rng: random.Random) -> Made:
    """In the place of a rotation."""
    start = scene()
    start.owner.rotate(hooks=Hooks(event=merge(kind="genesis", root_pk=start.owner.root.public)))
    return next_bundle(start)


@kind()
def a_restart_from_another_tree(rng: random.Random) -> Made:
    """Or from another size."""
    start = scene()
    if rng.random() < 0.5:
        start.owner.restart(from_root=rng.randbytes(32))
    else:
        start.owner.restart(hooks=Hooks(event=merge(from_size=1)))
    return next_bundle(start)


# ---- entries, checkpoint, slice ----


@kind()
def an_entry_by_another_key(rng: random.Random) -> Made:
    """Under its own number, or under another."""
    return with_document(rng.choice([Hooks(key=STRANGER), Hooks(raw=flip), Hooks(label="manifest")]))


@kind()
def an_entry_of_another_epoch(rng: random.Random) -> Made:
    """One that is not in force, or a delegate."""
    return with_document(Hooks(fields=put(5, rng.choice([1, 65_535, 65_536]))))


@kind()
def an_entry_of_another_vault(rng: random.Random) -> Made:
    """Signed by this one's key."""
    return with_document(Hooks(fields=put(1, rng.randbytes(32))))


@kind()
def an_entry_of_another_form(rng: random.Random) -> Made:
    """Version, types, numbers of blobs and commitments."""
    place, value = rng.choice([(0, 2), (2, True), (4, "1"), (6, b"s"), (8, []), (9, []), (9, [bytes(31)])])
    return with_document(Hooks(fields=put(place, value)))


@kind()
def another_note(rng: random.Random) -> Made:
    """By another key, of another root, size or text."""

    def change(owner: Owner) -> bytes:
        texts = (f"{owner.origin}\n07\n{'A' * 43}=\n", f"{owner.origin}\n0\n{'A' * 43}=\n", "x\n")
        return rng.choice([
            owner.note(key=STRANGER),
            owner.note(root=bytes(32)),
            owner.note(owner.size - 1),
            Owner().note(),
            sign_note(rng.choice(texts), owner.origin, owner.secrets_now.sign),
            owner.note()[:-1],
            owner.note().replace(b"\n\n", b"\n"),
        ])  # fmt: skip

    return with_note(change)


@kind()
def another_slice(rng: random.Random) -> Made:
    """Hashes changed, missing, left over; leaves or marks out of order."""
    start = scene()
    draft = start.draft(marks=[2, 4])
    part = draft.map["slice"]
    hashes, leaves = part["hashes"], part["leaves"]
    part.update(
        rng.choice([
            {"hashes": hashes[1:]},
            {"hashes": [*hashes, bytes(32)]},
            {"hashes": [flip(hashes[0]), *hashes[1:]]},
            {"hashes": [hashes[0][:31], *hashes[1:]]},
            {"leaves": leaves[:-1]},
            {"leaves": leaves[::-1]},
            {"leaves": [*leaves, start.owner.size]},
            {"marks": [0, 2, 4]},
            {"marks": [4, 2]},
            {"size": start.owner.size + 1},
        ])
    )  # fmt: skip
    return sealed(start, draft)


@kind()
def a_rotation_that_is_no_mark(rng: random.Random) -> Made:
    """Or a restart."""
    start = scene()
    rng.choice([start.owner.rotate, start.owner.restart])()
    start.owner.rotations = start.owner.restarts = []
    return next_bundle(start)


@kind()
def a_witnessed_fork(rng: random.Random) -> Made:
    """Two signed roots of one size, or a size that is no mark."""
    start = scene()
    if rng.random() < 0.5:
        return next_bundle(start, marks=[3], witnessed=[start.owner.note(3, root=rng.randbytes(32))])
    return next_bundle(start, marks=[3], witnessed=[start.owner.note(4)])


@kind()
def a_witnessed_note_by_another_epoch(rng: random.Random) -> Made:
    """The one that came after its last entry."""
    start = scene()
    seq = start.owner.rotate()
    start.owner.append({"kind": "note", "about": 1, "text": "x"})
    return next_bundle(start, marks=[rng.choice([seq, 2])], witnessed=[start.owner.note(seq)])


# ---- consent ----


@kind()
def another_opening(rng: random.Random) -> Made:
    """Of the tip's state."""
    start = scene()
    draft = start.draft()
    draft.map["state"].update(rng.choice([{"blind": bytes(32)}, {"capacity": 16}, {"ext_root": b"x" * 32}]))
    return sealed(start, draft)


@kind()
def another_status(rng: random.Random) -> Made:
    """Slot, beginning, salt or path."""
    start = scene()
    draft = start.draft()
    row = draft.map["grants"][0]
    row.update(
        rng.choice([
            {"k": row["k"] ^ 1},
            {"since": row["since"] + 1},
            {"salt": flip(row["salt"])},
            {"path": row["path"][1:]},
            {"path": row["path"][::-1]},
        ])
    )  # fmt: skip
    return sealed(start, draft)


@kind()
def a_grant_that_was_revoked(rng: random.Random) -> Made:
    """And whose slot was perhaps set back."""
    start = scene()
    start.owner.revoke(start.grant)
    if rng.random() < 0.5:
        start.owner.slots = SlotTable().activated(start.owner.grant_slots[start.grant], start.owner.size)
        start.owner.append({"kind": "note", "about": 1, "text": "back again"})
    return next_bundle(start)


@kind()
def other_terms(rng: random.Random) -> Made:
    """Too early, too late, for another purpose, with a term that is not known."""
    terms = rng.choice([
        {"not_before_ms": NOW_MS + 1},
        {"not_after_ms": NOW_MS},
        {"recheck_after_ms": NOW_MS},
        {"conditions": ("quorum",)},
        {"actions": ("view", "print")},
        {"purposes": ("TREAT", "HMARKT")},
        {"purposes": ("FAMRQT",)},
    ])  # fmt: skip
    start = scene(**terms)
    return sealed(start, start.draft(), purpose=rng.choice([None, "TREAT", "HRESCH"]))


@kind()
def a_grant_of_another_form(rng: random.Random) -> Made:
    """Its table is broken, or it needs an unknown term."""
    change = rng.choice([
        merge(records=[]),
        merge(records=[[3, 1], [1, 1]]),
        merge(records=[[1, 1], [2, 1]]),
        merge(records=[[1, 99]]),
        merge(actions=[]),
        merge(actions=["view", "view"]),
        merge(purpose=[]),
        merge(not_before=2**50),
        merge(grantees=[]),
        merge(kind="note"),
        merge(must=["later"]),
        without("grant_id"),
        merge(k=7_000),
    ])  # fmt: skip
    return with_grant(Hooks(sealed=change))


@kind()
def a_grant_that_does_not_open(rng: random.Random) -> Made:
    """Ciphertext, padding, or the key."""
    if rng.random() < 0.3:
        start = scene()
        draft = start.draft()
        draft.map["grants"][0]["meta"] = rng.randbytes(32)
        return sealed(start, draft)
    return with_grant(
        rng.choice([
            Hooks(enc=flip),
            Hooks(enc=lambda enc: flip(enc, 0)),
            Hooks(enc=lambda enc: enc[:31]),
            Hooks(plain=lambda plain: plain[:-1] + b"\1"),
            Hooks(plain=lambda plain: b"\xc1" + plain[1:]),
        ])
    )  # fmt: skip


@kind()
def a_grant_moved_from_elsewhere(rng: random.Random) -> Made:
    """Its sealed part stands in another entry, with the right key."""
    start = scene()
    taken: list[bytes] = []
    first = start.owner.grant([start.reader.party], start.docs, Hooks(enc=lambda enc: taken.append(enc) or enc))
    start.grant = start.owner.grant([start.reader.party], start.docs, Hooks(enc=lambda _: taken[0]))
    draft = start.draft()
    draft.map["grants"][0]["meta"] = meta_key(start.owner.secrets[first])
    return sealed(start, draft)


@kind()
def a_document_out_of_scope(rng: random.Random) -> Made:
    """In no grant, or in a grant for somebody else."""
    start = scene()
    if rng.random() < 0.5:
        start.grant = start.owner.grant([start.reader.party], start.docs[1:])
    else:
        start.grant = start.owner.grant([Reader().party], start.docs)
    return next_bundle(start)


@kind()
def passed_on(rng: random.Random) -> Made:
    """By a recipient, to somebody else, perhaps by a code."""
    start = scene()
    other = rng.choice([Reader(), CODE_READER])
    data = sealed_bytes(start.draft().container(), [other.recipient])
    return data, asked_of(Scene(owner=start.owner, reader=other, docs=[], grant=0))


@kind()
def another_audience(rng: random.Random) -> Made:
    """Of another vault, both, nobody, or a code inside a file for a key."""
    start = scene()
    draft = start.draft()
    row = draft.map["audience"]["recipients"][0]
    draft.map["audience"] = rng.choice([
        {"recipients": [{**row, "vault": bytes(32)}]},
        {"recipients": [row, row]},
        {"recipients": []},
        {"code": True, "recipients": [row]},
        {"code": False},
        {"code": True},
    ])  # fmt: skip
    return sealed(start, draft)


# ---- documents ----


@kind()
def other_bytes(rng: random.Random) -> Made:
    """Of the right size, or of another that row and member agree on."""
    start = scene()
    draft = start.draft()
    name, data = draft.members[0]
    draft.members[0] = (name, rng.choice([bytes(len(data)), data + b"\0", b""]))
    draft.map["docs"][0]["parts"][0]["size"] = len(draft.members[0][1])
    return sealed(start, draft)


@kind()
def another_part(rng: random.Random) -> Made:
    """Number, opening, or entry."""
    start = scene()
    draft = start.draft()
    row = draft.map["docs"][0]
    change = rng.choice([{"j": 1}, {"j": 512}, {"commit_key": rng.randbytes(32)}, {"commit_key": bytes(31)}])
    if rng.random() < 0.2:
        row["seq"] = rng.choice([0, start.owner.size - 1, 99])
    else:
        row["parts"][0].update(change)
    return sealed(start, draft)


@kind()
def swapped_documents(rng: random.Random) -> Made:
    """The openings of two parts have changed places."""
    start = scene()
    draft = make_bundle(start.owner, start.reader, start.docs, [start.grant])
    first, second = rng.sample([part for row in draft.map["docs"] for part in row["parts"]], 2)
    first["commit_key"], second["commit_key"] = second["commit_key"], first["commit_key"]
    return sealed(start, draft)


@kind()
def another_description(rng: random.Random) -> Made:
    """Sealed: another kind, size or coding, another number of parts, or not what was sealed."""

    def part(**values: object) -> Hooks:
        return Hooks(sealed=lambda item: {**item, "parts": [{**item["parts"][0], **values}]})

    hooks = rng.choice([
        Hooks(sealed=merge(kind="note")),
        Hooks(sealed=lambda item: {**item, "parts": item["parts"] * 2}),
        part(size=1),
        part(coding=1),
        Hooks(enc=flip),
        Hooks(plain=lambda plain: plain[:-1] + b"\1"),
    ])  # fmt: skip
    return with_document(hooks, has_meta=True)


@kind()
def another_extra(rng: random.Random) -> Made:
    """Its bytes or its digest."""
    start = scene()
    draft = start.draft(extras={"README.txt": b"read me"})
    if rng.random() < 0.5:
        draft.members[0] = (draft.members[0][0], b"reed me")
    else:
        draft.map["extras"][0]["sha256"] = bytes(32)
    return sealed(start, draft)


# ---- the reader ----


@kind()
def a_stranger_sends(rng: random.Random) -> Made:
    """Nobody has compared the words."""
    start = scene()
    return sealed(start, start.draft(), contacts=rng.choice([(), (rng.randbytes(32),)]))


@kind()
def another_clock(rng: random.Random) -> Made:
    """Long before or after."""
    start = scene(recheck_after_ms=rng.choice([None, NOW_MS + DAY_MS]))
    return sealed(start, start.draft(), now_ms=NOW_MS + rng.choice([-400, -1, 2, 400]) * DAY_MS)


@kind()
def stolen_keys_of_before(rng: random.Random) -> Made:
    """The old key signs on after it was closed."""
    start = scene()
    old = start.owner.secrets_now.sign
    start.owner.rotate(RotateReason.COMPROMISED)
    what = rng.choice(["entry", "manifest", "note"])
    if what == "entry":
        start.docs = [start.owner.add(b"late", hooks=Hooks(key=old, fields=put(5, rng.choice([0, 1]))))]
        start.grant = start.owner.grant([start.reader.party], start.docs)
    draft = start.draft()
    if what == "manifest":
        draft.key, draft.map["signer"] = old, rng.choice([0, 1])
    if what == "note":
        draft.map["note"] = start.owner.note(key=old)
    return sealed(start, draft)


@kind()
def no_manifest_at_all(rng: random.Random) -> Made:
    """Something else inside."""
    start = scene()
    draft = start.draft()
    manifest = rng.choice([b"", bytes(64), pack({}) + bytes(64), rng.randbytes(500), draft.signed()[:-1]])
    return draft.seal(draft.container(manifest)), asked_of(start)
