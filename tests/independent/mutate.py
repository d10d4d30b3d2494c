# SPDX-License-Identifier: Apache-2.0
"""Bundles that differ from a good one in one respect, drawn at random from a seed. Not a test.

Most are re-encrypted, and often re-signed by the right key, so that they get past the outer layers and a verifier
has to find the fault where it is; some are harmless, and must pass.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from healthvault.codec import MAX_INT, Value, pack
from healthvault.consent.conditions import Deny, MaxShares, Sensitive, UnknownCondition
from healthvault.crypto.signing import SigningKey, signing_key
from healthvault.errors import HealthVaultError
from tests.bundles import Draft, Scene, scene
from tests.independent.scenes import Act, act, in_a_role, shelves, with_inventories
from tests.owners import NOW_MS
from tests.proxies import with_evidence
from tests.readers import Reader

__all__ = ["Mutant", "mutants"]

_DAY_MS = 86_400_000
_FOREIGN_KEY: SigningKey = signing_key(bytes(range(32)))


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A file and what its reader asks of it."""

    name: str
    data: bytes
    reader: Reader
    owner: bytes
    """Vault id of the sender."""
    others: tuple[bytes, ...] = ()
    """Vault ids of further contacts."""
    is_pinned: bool = True
    now_ms: int = NOW_MS
    purpose: str | None = None


@dataclass(frozen=True, kw_only=True)
class _Good:
    """A good bundle to start from."""

    scene: Scene
    options: dict[str, object] = field(default_factory=dict)
    finish: Callable[[Draft], Draft] = lambda draft: draft
    """What is done to each draft."""
    others: tuple[bytes, ...] = ()
    """Whom the reader has pinned but the sender."""

    def draft(self) -> Draft:
        return self.finish(self.scene.draft(**self.options))


def mutants(count: int, seed: int) -> Iterator[Mutant]:
    """Yield `count` files, the same ones for the same seed as far as fresh keys allow."""
    rng = random.Random(seed)
    goods = [
        _Good(scene=scene()),
        _Good(scene=scene(), options={"has_meta": True}),
        _Good(scene=scene(), options={"extras": {"README.txt": b"read me"}, "others": [4]}),
        _Good(scene=_rotated()),
        _acting(act()),
        _Good(scene=shelves(rng), finish=with_inventories),
        _Good(scene=in_a_role(rng), options={"has_meta": True}),
    ]
    for number in range(count):
        good = goods[number % len(goods)]
        name, change = rng.choice(KINDS)
        try:
            yield from change(rng, good, name)
        except HealthVaultError:
            yield _mutant(good, f"{name}: impossible, so unchanged", good.draft().seal())


def _rotated() -> Scene:
    found = scene()
    found.owner.rotate()
    return found


def _acting(found: Act) -> _Good:
    return _Good(scene=found.scene, finish=with_evidence, others=(found.family.ana.vault_id,))


def _mutant(good: _Good, name: str, data: bytes, **asked: object) -> Mutant:
    reader, owner = good.scene.reader, good.scene.owner.vault_id
    return Mutant(name=name, data=data, reader=reader, owner=owner, others=good.others, **asked)


def _untouched(rng: random.Random, good: _Good, name: str) -> Iterator[Mutant]:
    asked = rng.choice(
        [
            {},
            {"is_pinned": False},
            {"purpose": "TREAT"},
            {"purpose": "HRESCH"},
            {"now_ms": NOW_MS + 400 * _DAY_MS},
            {"now_ms": NOW_MS - 400 * _DAY_MS},
            {"now_ms": 0},
        ]
    )
    yield _mutant(good, f"{name} {asked}", good.draft().seal(), **asked)


def _outer_flip(rng: random.Random, good: _Good, name: str) -> Iterator[Mutant]:
    data = bytearray(good.draft().seal())
    place = rng.randrange(min(len(data), rng.choice([300, len(data)])))
    data[place] ^= 1 << rng.randrange(8)
    yield _mutant(good, f"{name} at {place}", bytes(data))


def _outer_length(rng: random.Random, good: _Good, name: str) -> Iterator[Mutant]:
    data = good.draft().seal()
    changed = data[: rng.randrange(len(data))] if rng.random() < 0.7 else data + rng.randbytes(rng.randint(1, 40))
    yield _mutant(good, f"{name} to {len(changed)}", changed)


def _inner_flip(rng: random.Random, good: _Good, name: str) -> Iterator[Mutant]:
    draft = good.draft()
    plain = bytearray(draft.container())
    place = rng.randrange(len(plain))
    plain[place] ^= 1 << rng.randrange(8)
    yield _mutant(good, f"{name} at {place}", draft.seal(bytes(plain)))


def _inner_length(rng: random.Random, good: _Good, name: str) -> Iterator[Mutant]:
    draft = good.draft()
    plain = draft.container()
    cut = rng.choice([rng.randrange(len(plain)), len(plain) - 512, len(plain) - 1, 512, 0])
    changed = plain[:cut] if rng.random() < 0.7 else plain + bytes(rng.choice([1, 512, 4096]))
    yield _mutant(good, f"{name} to {len(changed)}", draft.seal(changed))


def _members(rng: random.Random, good: _Good, name: str) -> Iterator[Mutant]:
    draft = good.draft()
    place = rng.randrange(len(draft.members))
    member, data = draft.members[place]
    what = rng.choice(["drop", "twice", "name", "content", "grow"])
    if what == "drop":
        del draft.members[place]
    elif what == "twice":
        draft.members.insert(place, (member, data))
    elif what == "name":
        draft.members[place] = (member + "x", data)
    elif what == "content":
        draft.members[place] = (member, bytes(byte ^ 1 for byte in data))
    else:
        draft.members[place] = (member, data + b"!")
    yield _mutant(good, f"{name}: {what} {member}", draft.seal())


def _resigned(rng: random.Random, good: _Good, name: str) -> Iterator[Mutant]:
    """Change something in the manifest's map and sign it with the right key."""
    draft = good.draft()
    path = _change(rng, draft.map)
    yield _mutant(good, f"{name}: {path}", draft.seal())


def _wrongly_signed(rng: random.Random, good: _Good, name: str) -> Iterator[Mutant]:
    draft = good.draft()
    if rng.random() < 0.5:
        draft.key = _FOREIGN_KEY
    else:
        draft.label = "entry"
    yield _mutant(good, name, draft.seal())


def _manifest_bytes(rng: random.Random, good: _Good, name: str) -> Iterator[Mutant]:
    """Sign a manifest whose bytes are not canonical, or not msgpack at all."""
    draft = good.draft()
    body = bytearray(pack(draft.map))
    place = rng.randrange(min(len(body), rng.choice([40, len(body)])))
    body[place] ^= 1 << rng.randrange(8)
    yield _mutant(good, f"{name} at {place}", draft.seal(draft.container(draft.signed(lambda _: bytes(body)))))


def _entry_bytes(rng: random.Random, good: _Good, name: str) -> Iterator[Mutant]:
    """Change a byte of a disclosed entry and sign the manifest over it."""
    draft = good.draft()
    entries = draft.map["entries"]
    place = rng.randrange(len(entries))
    raw = bytearray(entries[place])
    at = rng.randrange(min(len(raw), rng.choice([60, len(raw)])))
    raw[at] ^= 1 << rng.randrange(8)
    entries[place] = bytes(raw)
    yield _mutant(good, f"{name} {place} at {at}", draft.seal())


def _swapped(rng: random.Random, good: _Good, name: str) -> Iterator[Mutant]:
    """Put a piece of another bundle, of the same or another vault, into this one."""
    draft = good.draft()
    other = rng.choice([good, _Good(scene=scene())]).draft()
    key = rng.choice(["note", "slice", "state", "grants", "docs", "entries", "audience", "origin", "signer"])
    draft.map[key] = other.map[key]
    yield _mutant(good, f"{name}: {key}", draft.seal())


def _terms(rng: random.Random, good: _Good, name: str) -> Iterator[Mutant]:
    """Share under a grant that says something else."""
    terms = rng.choice(
        [
            {"purposes": ("HRESCH",)},
            {"purposes": ("XXXX",)},
            {"actions": ("view", "sell")},
            {"actions": ("forward",)},
            {"conditions": (UnknownCondition(kind="weekdays"),)},
            {"conditions": (Deny(types=("text",)), Sensitive(allow=()), MaxShares(count=1))},
            {"not_after_ms": NOW_MS - 1},
            {"not_before_ms": NOW_MS + _DAY_MS},
            {"recheck_after_ms": NOW_MS + 1},
            {"role": "gp"},
        ]
    )
    changed = _Good(scene=scene(**terms))
    yield _mutant(changed, f"{name}: {terms}", changed.draft().seal(), purpose=rng.choice([None, "TREAT"]))


def _evidence(rng: random.Random, good: _Good, name: str) -> Iterator[Mutant]:
    """Act for an owner with other evidence than the genuine one, or with that of another document."""
    found = act()
    family = found.family
    grant = family.delegate()
    evidence = family.evidence(grant)
    path = _change(rng, evidence)
    passed = family.passed(evidence, *([family.condition(grant)] if rng.random() < 0.8 else []))
    changed = _acting(Act(family=family, scene=passed))
    yield _mutant(changed, f"{name}: {path}", changed.draft().seal())


def _shelves(rng: random.Random, good: _Good, name: str) -> Iterator[Mutant]:
    """Say something else of whole categories."""
    changed = _Good(scene=shelves(rng), finish=with_inventories)
    draft = changed.draft()
    path = _change(rng, draft.map["complete"])
    yield _mutant(changed, f"{name}: {path}", draft.seal())


def _forwarded(rng: random.Random, good: _Good, name: str) -> Iterator[Mutant]:
    """Re-encrypt the very same plaintext for somebody else."""
    draft = good.draft()
    stranger = Reader()
    plain = draft.container()
    draft.recipients = [stranger.recipient]
    found = Mutant(name=name, data=draft.seal(plain), reader=stranger, owner=good.scene.owner.vault_id)
    yield found if rng.random() < 0.7 else _mutant(good, f"{name}, not for us", found.data)


KINDS: list[tuple[str, Callable[[random.Random, _Good, str], Iterator[Mutant]]]] = [
    ("untouched", _untouched),
    ("outer flip", _outer_flip),
    ("outer length", _outer_length),
    ("inner flip", _inner_flip),
    ("inner length", _inner_length),
    ("member", _members),
    ("manifest re-signed", _resigned),
    ("manifest re-signed", _resigned),
    ("manifest re-signed", _resigned),
    ("wrong signature", _wrongly_signed),
    ("manifest bytes", _manifest_bytes),
    ("entry bytes", _entry_bytes),
    ("piece of another", _swapped),
    ("other terms", _terms),
    ("evidence", _evidence),
    ("inventories", _shelves),
    ("forwarded", _forwarded),
]


def _change(rng: random.Random, root: dict[str, Value]) -> str:
    """Change one value somewhere in nested maps and lists, and return where."""
    holder: Value = root
    path = ""
    while True:
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        key = rng.choice(keys)
        path += f".{key}"
        inner = holder[key]
        if isinstance(inner, dict | list) and inner and rng.random() < 0.8:
            holder = inner
            continue
        return path + _change_at(rng, holder, key)


def _change_at(rng: random.Random, holder: Value, key: object) -> str:
    value = holder[key]
    if rng.random() < 0.15:
        what = rng.choice(["drop", "nil", "type", "unknown key"])
        if what == "drop":
            del holder[key]
        elif what == "nil":
            holder[key] = None
        elif what == "type":
            holder[key] = "text" if not isinstance(value, str) else 7
        elif isinstance(holder, dict):
            holder["zz_future"] = 1
        return f" {what}"
    if isinstance(value, bool):
        holder[key] = not value
    elif isinstance(value, int):
        holder[key] = rng.choice([0, max(value - 1, 0), value + 1, value + 2, MAX_INT])
    elif isinstance(value, bytes):
        holder[key] = _changed_bytes(rng, value)
    elif isinstance(value, str):
        holder[key] = rng.choice(["", value + "x", value[:-1], "../x", "\x1b[31m"])
    elif isinstance(value, list):
        holder[key] = rng.choice([[], value[:-1], [*value, *value[-1:]], value[::-1]])
    else:
        holder[key] = {}
    return " changed"


def _changed_bytes(rng: random.Random, value: bytes) -> bytes:
    if not value or rng.random() < 0.3:
        return rng.choice([b"", value[:-1], value + b"\0", bytes(len(value))])
    place = rng.randrange(len(value))
    return value[:place] + bytes([value[place] ^ (1 << rng.randrange(8))]) + value[place + 1 :]
