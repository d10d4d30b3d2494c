# SPDX-License-Identifier: Apache-2.0
"""Kinds of mutation: keys, entries, checkpoint, slice, consent, documents. Not a test."""

import random
from dataclasses import replace

from healthvault.consent.conditions import (
    Approvals,
    Condition,
    Deny,
    MaxShares,
    Sensitive,
    UnknownCondition,
)
from healthvault.consent.status import SlotTable
from healthvault.ledger.events import RotateReason
from healthvault.ledger.party import Party
from healthvault.ledger.secrets import meta_key
from healthvault.tlog.note import sign_note
from tests.bundles import Scene, make_bundle, scene, sealed_bytes
from tests.independent.frame import (
    STRANGER,
    Made,
    asked_of,
    kind,
    next_bundle,
    sealed,
    with_document,
    with_event,
    with_genesis,
    with_grant,
    with_note,
)
from tests.owners import MIXED_ORDER, NOW_MS, Hooks, Owner, flip, merge, put, without
from tests.readers import CODE_READER, Reader


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
def a_theft_that_begins_later(rng: random.Random) -> Made:
    """Than the event that declares it, or at no entry at all."""
    start = scene()
    since = rng.choice([start.owner.size + 1, 2**53 - 1, "4", b"4", True])
    start.owner.rotate(rng.choice(list(RotateReason)), hooks=Hooks(event=merge(since=since)))
    return next_bundle(start)


@kind(is_harmless=True)
def a_theft_with_its_beginning(rng: random.Random) -> Made:
    """Whatever the reason is, and also where the event says that the key matters."""
    start = scene()
    since = rng.choice([0, start.owner.size, None])
    more = rng.choice([{}, {"must": ["since"]}])
    start.owner.rotate(rng.choice(list(RotateReason)), hooks=Hooks(event=merge(since=since, **more)))
    return next_bundle(start)


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
    """Two signed roots of one size."""
    start = scene()
    return next_bundle(start, marks=[3], witnessed=[start.owner.note(3, root=rng.randbytes(32))])


@kind()
def a_witnessed_size_that_is_no_mark(rng: random.Random) -> Made:
    """So that nothing can be compared."""
    start = scene()
    return next_bundle(start, marks=[3], witnessed=[start.owner.note(rng.choice([2, 4]))])


@kind()
def a_witnessed_note_by_another_epoch(rng: random.Random) -> Made:
    """The one that came after its last entry."""
    start = scene()
    seq = start.owner.rotate()
    start.owner.append({"kind": "note", "about": 1, "text": "x"})
    return next_bundle(start, marks=[rng.choice([seq, 2])], witnessed=[start.owner.note(seq)])


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
        {"conditions": (UnknownCondition(kind="quorum"),)},
        {"actions": ("view", "print")},
        {"purposes": ("TREAT", "HMARKT")},
        {"purposes": ("FAMRQT",)},
    ])  # fmt: skip
    start = scene(**terms)
    return sealed(start, start.draft(), purpose=rng.choice([None, "TREAT", "HRESCH"]))


def _labelled(rng: random.Random, *conditions: Condition) -> Made:
    """Return a bundle that discloses a document with words, under a grant with these conditions."""
    start = scene()
    words = {
        "category": rng.choice(["lab", "dental"]),
        "sensitivity": rng.choice([[], ["genetics"], ["of-later"]]),
    }
    seq = start.owner.add(b"with words", hooks=Hooks(sealed=merge(tags=["private", "work"], **words)))
    start.docs = [seq]
    start.grant = start.owner.grant([start.reader.party], start.docs, conditions=conditions)
    return next_bundle(start, has_meta=rng.random() < 0.8)


@kind()
def what_a_deny_rule_keeps_out(rng: random.Random) -> Made:
    """By any one word, as long as the description is disclosed."""
    return _labelled(
        rng,
        Deny(categories=tuple(rng.sample(["lab", "other", "dental", "imaging"], 2))),
        Deny(tags=tuple(rng.sample(["private", "2026", "x"], 1)), types=tuple(rng.sample(["text", "pdf"], 1))),
        Sensitive(allow=("genetics",)),
    )


@kind()
def a_label_that_is_not_named(rng: random.Random) -> Made:
    """By every one of the conditions, or that nobody knows; a deny rule may name it too."""
    allow = [("genetics",), ("genetics", "of-later"), ("mental-health",), ()]
    return _labelled(
        rng,
        *(Sensitive(allow=rng.choice(allow)) for _ in range(rng.choice([0, 1, 2]))),
        *rng.choice([(), (Deny(sensitivity=("genetics", "of-later")),)]),
    )


@kind(is_harmless=True)
def conditions_that_only_the_owner_counts(rng: random.Random) -> Made:
    """Shares and approvals; and keys of later that nobody calls important."""
    party = Party(vault=rng.randbytes(32), name="Rita")
    start = scene(conditions=(MaxShares(count=1), Approvals(needed=1, by=(party,)), Deny(tags=("private",))))
    later = merge(conditions=[{"kind": "deny", "tags": ["x"], "later": 1, "must": ["tags", "must"]}])
    if rng.random() < 0.5:
        start.grant = start.owner.grant([start.reader.party], start.docs, Hooks(sealed=later))
    return next_bundle(start, has_meta=True)


@kind()
def a_condition_of_another_form(rng: random.Random) -> Made:
    """Of a known kind with another table, or that needs what nobody knows."""
    rita = Party(vault=b"r" * 32, name="Rita").to_value()
    condition = rng.choice([
        {},
        {"kind": 1},
        {"kind": "later", "must": 1},
        {"kind": "deny", "must": ["authors"], "authors": ["x"], "tags": 1},
        {"kind": "deny", "must": "tags"},
        {"kind": "deny", "tags": "private"},
        {"kind": "deny", "sensitivity": [b"genetics"]},
        {"kind": "sensitive"},
        {"kind": "sensitive", "allow": [1]},
        {"kind": "max-shares", "count": rng.choice([0, "1", True, None])},
        {"kind": "approvals", "needed": 1, "by": []},
        {"kind": "approvals", "needed": rng.choice([0, 2, 17]), "by": [rita]},
        {"kind": "approvals", "needed": 1, "by": [rita, Party(vault=b"r" * 32).to_value()]},
        {"kind": "approvals", "needed": 1, "by": [{"code": True}]},
        {"kind": "approvals", "needed": 1, "by": [Party(recipient_pk=b"k" * 32).to_value()]},
        {"kind": "approvals", "needed": 1, "by": [{**rita, "code": rng.choice([True, False])}]},
        {"kind": "approvals", "needed": 1, "by": [{**rita, "name": None}]},
    ])  # fmt: skip
    return with_grant(Hooks(sealed=merge(conditions=[{"kind": "max-shares", "count": 1}, condition])))


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
