# SPDX-License-Identifier: Apache-2.0
"""Kinds of mutation: harmless ones, the age file, the container, the manifest, the reader. Not a test."""

import random
from collections.abc import Callable

from healthvault.agefile.header import Stanza
from healthvault.codec import pack
from healthvault.ledger.events import RotateReason
from healthvault.tlog.note import NoteSignature, parse_note
from tests.bundles import Scene, make_bundle, scene
from tests.independent.frame import (
    STRANGER,
    Made,
    asked_of,
    kind,
    next_bundle,
    sealed,
    with_note,
)
from tests.owners import DAY_MS, NOW_MS, Hooks, Owner, flip, merge, put, without
from tests.readers import CODE_READER, Reader


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
