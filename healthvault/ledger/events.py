# SPDX-License-Identifier: Apache-2.0
"""Key events: which keys speak for a vault, signed by its cold root key alone.

An event is a canonical map, hashed and signed as stored. Parsing checks its shape; `keychain` decides
whether it may follow the events before it. Spec: docs/spec/keys.md section 4.
"""

from dataclasses import dataclass
from enum import Enum

from healthvault.codec import Fields, Value, pack, unpack
from healthvault.crypto.hashing import labelled_hash, random_bytes
from healthvault.crypto.signing import SigningKey, sign
from healthvault.errors import FormatError, IntegrityError
from healthvault.ledger.header import SignedEvent

__all__ = [
    "EVENT_LABEL",
    "EpochKeys",
    "EventKind",
    "KeyEvent",
    "RotateReason",
    "genesis_event",
    "key_head_of",
    "parse_event",
    "restart_event",
    "root_event",
    "rotate_event",
    "sign_event",
    "vault_id_of",
]

EVENT_LABEL = "key"
NONCE_BYTES = 32
_KNOWN = frozenset(
    {
        "kind",
        "vault",
        "seq",
        "prev",
        "prev_key_head",
        "nonce",
        "root_pk",
        "epoch",
        "sign_pk",
        "recipient_pk",
        "witness_pk",
        "reason",
        "since",
        "new_root_pk",
        "from_size",
        "from_root",
        "lost_size",
        "lost_root",
        "must",
    }
)


class EventKind(Enum):
    """What a key event does."""

    GENESIS = "genesis"
    ROTATE = "rotate"
    ROOT = "root"
    RESTART = "restart"


class RotateReason(Enum):
    """Why an epoch's keys were replaced."""

    PLANNED = "planned"
    LOST = "lost"
    COMPROMISED = "compromised"


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochKeys:
    """The public keys of one owner epoch, 32 bytes each."""

    sign_pk: bytes
    """Ed25519: entries, checkpoints, manifests, cards."""
    recipient_pk: bytes
    """X25519: what others encrypt to."""
    witness_pk: bytes
    """Ed25519: cosignatures only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEvent:
    """A parsed key event, unverified. Fields that its kind does not have are None."""

    raw: bytes
    kind: EventKind
    vault: bytes
    seq: int
    prev: bytes
    prev_key_head: bytes
    nonce: bytes
    root_pk: bytes | None = None
    epoch: int | None = None
    keys: EpochKeys | None = None
    reason: RotateReason | None = None
    since: int | None = None
    """The first entry that may be of somebody else, where the owner says that the keys were in other hands."""
    new_root_pk: bytes | None = None
    from_root: bytes | None = None
    lost: tuple[int, bytes] | None = None
    """Size and root of the history that a restart left behind, where the owner knows them."""

    @property
    def key_head(self) -> bytes:
        """The hash that the next event and every entry's state name (32 bytes)."""
        return key_head_of(self.raw)


def key_head_of(event: bytes) -> bytes:
    """Return the key head (32 bytes) of an event's stored bytes."""
    return labelled_hash("key-head", event)


def vault_id_of(root_pk: bytes, nonce: bytes) -> bytes:
    """Return the self-certifying vault id (32 bytes) of a genesis event's root key and nonce."""
    return labelled_hash("vault", root_pk, nonce)


def parse_event(raw: bytes) -> KeyEvent:
    """Parse unverified event bytes.

    Raises:
        FormatError: `bad_encoding`, `bad_text`, `bad_schema`; `unsupported`, an unknown kind or a key in
            `must` that this version does not know.
        IntegrityError: `bad_key`, a restart from another size than its place.
    """
    event = Fields(unpack(raw), "key event")
    try:
        kind = EventKind(event.text("kind"))
    except ValueError as err:
        raise FormatError("unsupported", "a key event of an unknown kind") from err
    event.refuse_unknown_must(_KNOWN)
    keyed = kind in {EventKind.GENESIS, EventKind.ROTATE}
    return KeyEvent(
        raw=raw,
        kind=kind,
        vault=event.bin("vault", 32),
        seq=event.uint("seq"),
        prev=event.bin("prev", 32),
        prev_key_head=event.bin("prev_key_head", 32),
        nonce=event.bin("nonce", NONCE_BYTES),
        root_pk=event.bin("root_pk", 32) if kind is EventKind.GENESIS else None,
        epoch=event.uint("epoch") if keyed else None,
        keys=_parse_keys(event) if keyed else None,
        reason=_parse_reason(event) if kind is EventKind.ROTATE else None,
        since=_parse_since(event) if kind is EventKind.ROTATE else None,
        new_root_pk=event.bin("new_root_pk", 32) if kind is EventKind.ROOT else None,
        from_root=_parse_from_root(event) if kind is EventKind.RESTART else None,
        lost=_parse_lost(event) if kind is EventKind.RESTART else None,
    )


def genesis_event(root_pk: bytes, keys: EpochKeys) -> tuple[bytes, bytes]:
    """Return a new vault id and the bytes of its genesis event."""
    nonce = random_bytes(NONCE_BYTES)
    vault_id = vault_id_of(root_pk, nonce)
    place: dict[str, Value] = {"vault": vault_id, "seq": 0, "prev": bytes(32), "prev_key_head": bytes(32)}
    own: dict[str, Value] = {"kind": EventKind.GENESIS.value, "nonce": nonce, "root_pk": root_pk, "epoch": 0}
    return vault_id, pack({**place, **own, **_keys_map(keys)})


def rotate_event(
    place: dict[str, Value], epoch: int, keys: EpochKeys, reason: RotateReason, *, since: int | None = None
) -> bytes:
    """Return the bytes of an event that opens an epoch.

    Args:
        place: `vault`, `seq`, `prev` and `prev_key_head`.
        epoch: The number of the epoch.
        keys: Its public keys.
        reason: Why those before it are replaced.
        since: With the reason `compromised`: the first entry, at most `seq`, from which on somebody else may
            have had them.
    """
    own: dict[str, Value] = {"kind": EventKind.ROTATE.value, "epoch": epoch, "reason": reason.value}
    said: dict[str, Value] = {} if since is None else {"since": since}
    return pack({**place, **own, **said, **_keys_map(keys), "nonce": random_bytes(NONCE_BYTES)})


def root_event(place: dict[str, Value], new_root_pk: bytes) -> bytes:
    """Return the bytes of an event that hands over to another root key (other recovery words)."""
    own: dict[str, Value] = {"kind": EventKind.ROOT.value, "new_root_pk": new_root_pk}
    return pack({**place, **own, "nonce": random_bytes(NONCE_BYTES)})


def restart_event(place: dict[str, Value], from_root: bytes, lost: tuple[int, bytes] | None) -> bytes:
    """Return the bytes of an event that admits that the history goes on from an old copy."""
    own: dict[str, Value] = {
        "kind": EventKind.RESTART.value,
        "from_size": place["seq"],
        "from_root": from_root,
        "lost_size": lost[0] if lost else None,
        "lost_root": lost[1] if lost else None,
    }
    return pack({**place, **own, "nonce": random_bytes(NONCE_BYTES)})


def sign_event(event: bytes, root: SigningKey, new_root: SigningKey | None = None) -> SignedEvent:
    """Return the event with the root key's signature, and the next root key's when it hands over."""
    new_root_sig = sign(new_root, EVENT_LABEL, event) if new_root else None
    return SignedEvent(event=event, root_sig=sign(root, EVENT_LABEL, event), new_root_sig=new_root_sig)


def _keys_map(keys: EpochKeys) -> dict[str, Value]:
    return {"sign_pk": keys.sign_pk, "recipient_pk": keys.recipient_pk, "witness_pk": keys.witness_pk}


def _parse_keys(event: Fields) -> EpochKeys:
    return EpochKeys(
        sign_pk=event.bin("sign_pk", 32),
        recipient_pk=event.bin("recipient_pk", 32),
        witness_pk=event.bin("witness_pk", 32),
    )


def _parse_reason(event: Fields) -> RotateReason:
    try:
        return RotateReason(event.text("reason"))
    except ValueError as err:
        raise event.wrong("reason") from err


def _parse_since(event: Fields) -> int | None:
    return event.uint("since", event.uint("seq")) if event.has("since") else None


def _parse_from_root(event: Fields) -> bytes:
    if event.uint("from_size") != event.uint("seq"):
        raise IntegrityError("bad_key", "a restart goes on from another size than its own place")
    return event.bin("from_root", 32)


def _parse_lost(event: Fields) -> tuple[int, bytes] | None:
    if event.has("lost_size") != event.has("lost_root"):
        raise event.wrong("lost_root")
    return (event.uint("lost_size"), event.bin("lost_root", 32)) if event.has("lost_size") else None
