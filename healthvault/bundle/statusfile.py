# SPDX-License-Identifier: Apache-2.0
"""Status files and proof files: small maps, padded, that speak of a vault which their reader has met.

Neither has a signature of its own: the checkpoint's is the only one, and the slice leads to it. Nobody's name is
in them. `verify.status` judges them, `vault.prove` makes them.

Spec: docs/spec/status-and-proof-files.md sections 1 to 3.
"""

from dataclasses import dataclass

from healthvault.agefile.source import Source, read_fully
from healthvault.bundle.manifest import parse_state, state_value
from healthvault.codec import LARGE_ITEMS, Fields, Value, pack, pad, unpack, unpad
from healthvault.errors import FormatError
from healthvault.ledger.state import StateOpening
from healthvault.tlog.slice import Slice, parse_slice

__all__ = [
    "MAX_PAYLOAD_BYTES",
    "ProofFile",
    "StatusFile",
    "is_small_payload",
    "pad_payload",
    "parse_payload",
    "read_payload",
]

MAX_PAYLOAD_BYTES = 4 << 20
PAD_BYTES = 4096
MAX_PATH = 20  # levels of the largest status tree
MAX_STATUS = 4
_VERSION = 1
_KNOWN_STATUS = frozenset({
    "v", "kind", "origin", "grant_id", "k", "status", "since", "salt", "path", "state", "note", "entries", "slice",
    "must",
})  # fmt: skip
_KNOWN_PROOF = frozenset({"v", "kind", "origin", "note", "entries", "slice", "must"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofFile:
    """A newer tree, and the older sizes that it continues."""

    origin: str
    note: bytes
    """The checkpoint."""
    entries: tuple[bytes, ...]
    """Exact bytes of the key events that the reader may lack, rising by seq; in a status file, then the tip."""
    slice: Slice

    @property
    def kind(self) -> str:
        """The word that says which of the two it is."""
        return "proof"

    def to_map(self) -> dict[str, Value]:
        """Return the map that is padded and encrypted."""
        return {
            "v": _VERSION,
            "kind": self.kind,
            "origin": self.origin,
            "note": self.note,
            "entries": list(self.entries),
            "slice": self.slice.to_value(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusFile(ProofFile):
    """A newer tree, and what one slot of its status tree says."""

    grant_id: bytes
    """Which grant it is (16 bytes): believed only where the reader knows that its slot is this one."""
    slot: int
    status: int
    """Of the slot: 0 to 4."""
    since_seq: int
    """The entry that put it there."""
    salt: bytes
    path: tuple[bytes, ...]
    state: StateOpening
    """Opens the tip's state."""

    @property
    def kind(self) -> str:
        """The word that says which of the two it is."""
        return "status"

    def to_map(self) -> dict[str, Value]:
        """Return the map that is padded and encrypted."""
        path: list[Value] = list(self.path)
        return {
            **ProofFile.to_map(self),
            "grant_id": self.grant_id,
            "k": self.slot,
            "status": self.status,
            "since": self.since_seq,
            "salt": self.salt,
            "path": path,
            "state": state_value(self.state),
        }


def is_small_payload(first: bytes) -> bool:
    """Tell by the first byte of a payload whether it is one map and no container."""
    return first[:1] in {b"\xde", b"\xdf"} or 0x80 <= int.from_bytes(first[:1], "big") <= 0x8F


def pad_payload(content: dict[str, Value]) -> bytes:
    """Return the plaintext of a small file: its length tells 4 KiB steps and nothing finer.

    Raises:
        FormatError: `limit_exceeded`, no reader would take it.
    """
    padded = pad(pack(content), PAD_BYTES)
    if len(padded) > MAX_PAYLOAD_BYTES:
        raise FormatError("limit_exceeded", "the file would be longer than 4 MiB")
    return padded


def read_payload(stream: Source) -> bytes:
    """Return the whole plaintext of a small file.

    Raises:
        FormatError: `limit_exceeded`, over 4 MiB; what the stream raises.
    """
    data = read_fully(stream, MAX_PAYLOAD_BYTES + 1)
    if len(data) > MAX_PAYLOAD_BYTES:
        raise FormatError("limit_exceeded", "the file is longer than 4 MiB")
    return data


def parse_payload(data: bytes) -> StatusFile | ProofFile:
    """Parse an unverified plaintext.

    Raises:
        FormatError: `tampered`, the padding; `bad_encoding`, `bad_text`, `bad_schema`; `unsupported`, another
            version or kind.
        IntegrityError: `bad_proof`, a slice out of order.
    """
    fields = Fields(unpack(unpad(data, PAD_BYTES), max_items=LARGE_ITEMS), "file")
    if fields.uint("v") != _VERSION:
        raise FormatError("unsupported", f"version {fields.uint('v')} of this file is not known")
    kind = fields.text("kind")
    if kind == "status":
        return _parse_status(fields)
    if kind == "proof":
        fields.refuse_unknown_must(_KNOWN_PROOF)
        return ProofFile(
            origin=fields.text("origin"),
            note=fields.bin("note"),
            entries=tuple(fields.bins("entries")),
            slice=parse_slice(fields.map.get("slice")),
        )
    raise FormatError("unsupported", f"a file of the kind {kind!r} is not known")


def _parse_status(fields: Fields) -> StatusFile:
    fields.refuse_unknown_must(_KNOWN_STATUS)
    entries = tuple(fields.bins("entries"))
    if not entries:
        raise fields.wrong("entries")
    return StatusFile(
        origin=fields.text("origin"),
        note=fields.bin("note"),
        entries=entries,
        slice=parse_slice(fields.map.get("slice")),
        grant_id=fields.bin("grant_id", 16),
        slot=fields.uint("k"),
        status=fields.uint("status", MAX_STATUS),
        since_seq=fields.uint("since"),
        salt=fields.bin("salt", 32),
        path=tuple(fields.bins("path", 32, MAX_PATH)),
        state=parse_state(Fields(fields.map.get("state"), "state")),
    )
