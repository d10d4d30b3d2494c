# SPDX-License-Identifier: Apache-2.0
"""Cosignatures (c2sp.org/tlog-cosignature, Ed25519): a reader's word that it saw a checkpoint at some time.

A cosignature is a signature line of type 0x04 on a checkpoint: 8 bytes of time, then a signature over time
and text. The signed message does not name the cosigner, so one public key is one witness whatever its names.

Pure: the time now is a parameter. Does not decide who is a witness: the caller passes the keys that it
trusts. Spec: docs/spec/tree.md section 6.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from healthvault.crypto.signing import SIGNATURE_BYTES, SigningKey, sign_raw, verify_raw
from healthvault.errors import IntegrityError
from healthvault.tlog.note import KeyKind, NoteKey, NoteSignature, SignedNote

__all__ = [
    "MAX_AHEAD_MS",
    "Cosignature",
    "check_cosignature",
    "claimed_time_ms",
    "cosign",
    "cosignatures",
    "witness_key",
]

MAX_AHEAD_MS = 10 * 60 * 1000  # how far a witness's clock may run ahead of ours
_TIME_BYTES = 8
_MAX_TIME_SECONDS = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosignature:
    """A witness whose word counts, and the newest time (milliseconds, UTC) at which it saw the checkpoint."""

    key: NoteKey
    time_ms: int


def witness_key(name: str, public: bytes) -> NoteKey:
    """Return the note key of a cosigner: its name (a reader's origin) and witness public key (32 bytes)."""
    return NoteKey(name=name, kind=KeyKind.COSIGNATURE, public=public)


def cosign(text: str, name: str, key: SigningKey, time_seconds: int) -> NoteSignature:
    """Return the line by which a witness says that it saw this checkpoint text at that time (UTC)."""
    signature = sign_raw(key, _message(text, time_seconds))
    stamp = time_seconds.to_bytes(_TIME_BYTES, "big")
    return NoteSignature(name=name, key_id=witness_key(name, key.public).key_id, signature=stamp + signature)


def check_cosignature(text: str, line: NoteSignature, key: NoteKey) -> int:
    """Check one cosignature and return its time in seconds, UTC, which may lie in the future.

    Args:
        text: Note text of the checkpoint.
        line: Unverified signature line.
        key: The witness, of type 0x04.

    Raises:
        IntegrityError: `bad_signature`, by another key, of another length, dated beyond 2^63-1 seconds, or
            not a strict signature over this text and time.
    """
    stamp, signature = line.signature[:_TIME_BYTES], line.signature[_TIME_BYTES:]
    seconds = int.from_bytes(stamp, "big")
    holds = (
        key.kind is KeyKind.COSIGNATURE
        and line.is_by(key)
        and len(signature) == SIGNATURE_BYTES
        and seconds <= _MAX_TIME_SECONDS
        and verify_raw(key.public, _message(text, seconds), signature)
    )
    if not holds:
        raise IntegrityError("bad_signature", f"the cosignature of {line.name!r} does not hold")
    return seconds


def claimed_time_ms(line: NoteSignature) -> int:
    """Return the time (milliseconds, UTC) that a cosignature line says; that it holds was checked before."""
    return int.from_bytes(line.signature[:_TIME_BYTES], "big") * 1000


def cosignatures(
    note: SignedNote, witnesses: Iterable[NoteKey], *, own: Collection[bytes], now_ms: int
) -> tuple[Cosignature, ...]:
    """Return the distinct witnesses that cosigned a checkpoint, by public key, each with its newest time.

    What does not count: lines of unknown keys, ids or types, a public key of the log itself or under the
    log's name, a time beyond 2^63-1 seconds or more than ten minutes ahead of now, a key met before.

    Args:
        note: A checkpoint whose own signature the caller checks.
        witnesses: Keys of type 0x04 that the caller trusts; others are passed over.
        own: The log's public keys (32 bytes each) of any use: a log is not its own witness.
        now_ms: The time now, UTC.

    Raises:
        IntegrityError: `bad_signature`, the line of a trusted witness does not hold: the note is not to be
            believed at all.
    """
    origin = note.text.partition("\n")[0]
    trusted = [key for key in witnesses if key.kind is KeyKind.COSIGNATURE]
    trusted = [key for key in trusted if key.public not in own and key.name != origin]
    found: dict[bytes, Cosignature] = {}
    for line in note.signatures:
        for key in trusted:
            time_ms = _counted_time(note.text, line, key, now_ms)
            if time_ms is None or (key.public in found and found[key.public].time_ms >= time_ms):
                continue
            found[key.public] = Cosignature(key=key, time_ms=time_ms)
    return tuple(found.values())


def _counted_time(text: str, line: NoteSignature, key: NoteKey, now_ms: int) -> int | None:
    """Return the time of a line by `key` in milliseconds; None if it is not by it or does not count."""
    if not line.is_by(key) or int.from_bytes(line.signature[:_TIME_BYTES], "big") > _MAX_TIME_SECONDS:
        return None
    time_ms = check_cosignature(text, line, key) * 1000
    return time_ms if time_ms <= now_ms + MAX_AHEAD_MS else None


def _message(text: str, time_seconds: int) -> bytes:
    return f"cosignature/v1\ntime {time_seconds}\n{text}".encode()
