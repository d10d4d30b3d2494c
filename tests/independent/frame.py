# SPDX-License-Identifier: Apache-2.0
"""What the kinds of mutation have in common: their list, and bundles that were changed on the way. Not a test."""

import random
from collections.abc import Callable

from healthvault.crypto.signing import signing_key
from tests.bundles import Draft, Scene, scene
from tests.owners import NOW_MS, Hooks, Owner
from tests.readers import Reader

Asked = dict[str, object]
Made = tuple[bytes, Asked]
Kind = Callable[[random.Random], Made]
STRANGER = signing_key(b"\x09" * 32)
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
