# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.tlog.cosignature."""

from dataclasses import replace

import pytest
from nacl.signing import SigningKey as NaclKey

from healthvault.crypto.signing import sign_raw, signing_key
from healthvault.errors import IntegrityError
from healthvault.tlog.checkpoint import Checkpoint, origin_of, sign_checkpoint
from healthvault.tlog.cosignature import (
    MAX_AHEAD_MS,
    check_cosignature,
    cosign,
    cosignatures,
    witness_key,
)
from healthvault.tlog.note import NoteSignature, SignedNote, parse_note, parse_signature
from healthvault.tlog.tree import leaf_hash

OWNER = signing_key(b"k" * 32)
LEE = signing_key(b"l" * 32)
MAY = signing_key(b"m" * 32)
ORIGIN = origin_of(bytes(32))
NOTE = parse_note(sign_checkpoint(Checkpoint(origin=ORIGIN, size=7, root=leaf_hash(b"")), OWNER))
LEE_KEY = witness_key("lee.example", LEE.public)
MAY_KEY = witness_key("may.example", MAY.public)
NOW = 1_800_000_000
OWN = frozenset({OWNER.public})


def line(time: int, name: str = "lee.example", key: object = LEE) -> NoteSignature:
    """Return a cosignature on the note."""
    return cosign(NOTE.text, name, key, time)  # type: ignore[arg-type]


def counted(*lines: NoteSignature, own: frozenset[bytes] = OWN) -> list[tuple[str, int]]:
    """Return name and time of the witnesses that count among these lines."""
    note = SignedNote(text=NOTE.text, signatures=(*NOTE.signatures, *lines))
    found = cosignatures(note, [LEE_KEY, MAY_KEY], own=own, now_ms=NOW * 1000)
    return [(item.key.name, item.time_ms) for item in found]


def test_the_signed_message_is_that_of_the_specification() -> None:
    """Two lines of header before the text; libsodium called directly agrees."""
    made = line(NOW)
    message = f"cosignature/v1\ntime {NOW}\n{NOTE.text}".encode()
    signature = NaclKey(b"l" * 32).sign(message).signature
    assert NOW.to_bytes(8, "big") + signature == made.signature
    assert NOW == check_cosignature(NOTE.text, made, LEE_KEY)


def test_the_example_of_the_specification_has_its_time() -> None:
    """The line of witness.example.com/w1: time 1679315147, key id 8d66cf3f."""
    example = parse_signature(
        "\u2014 witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZC"
        "B9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n".encode()
    )
    assert (1679315147, 64) == (int.from_bytes(example.signature[:8], "big"), len(example.signature[8:]))
    assert "8d66cf3f" == example.key_id.hex()


def test_two_witnesses_count_twice_and_one_counts_once() -> None:
    """A witness that signed again counts with its newest time."""
    assert [("lee.example", NOW * 1000), ("may.example", 5000)] == counted(
        line(NOW - 60), line(NOW), line(NOW - 30), line(5, "may.example", MAY)
    )


def test_one_public_key_under_two_names_is_one_witness() -> None:
    """The signed message does not name its signer."""
    keys = [LEE_KEY, witness_key("alias.example", LEE.public)]
    note = NOTE.with_signature(line(NOW)).with_signature(line(NOW, "alias.example"))
    assert 1 == len(cosignatures(note, keys, own=OWN, now_ms=NOW * 1000))


def test_the_log_is_not_its_own_witness() -> None:
    """Neither by a key of its own nor under its own name."""
    assert [] == counted(line(NOW), own=frozenset({LEE.public}))
    note = NOTE.with_signature(line(NOW, ORIGIN))
    assert () == cosignatures(note, [witness_key(ORIGIN, LEE.public)], own=OWN, now_ms=NOW * 1000)


def test_unknown_names_ids_and_types_do_not_count() -> None:
    """They are not checked at all, even if they are nonsense."""
    ed25519 = parse_note(sign_checkpoint(Checkpoint(origin=ORIGIN, size=7, root=leaf_hash(b"")), LEE))
    assert [] == counted(
        line(NOW, "unknown.example"),
        replace(line(NOW), key_id=bytes(4)),
        NoteSignature(name="lee.example", key_id=MAY_KEY.key_id, signature=b"x"),
        *ed25519.signatures,
    )


def test_keys_of_another_type_are_passed_over() -> None:
    """A key for plain signatures is no witness."""
    plain = replace(LEE_KEY, kind=1)  # type: ignore[arg-type]
    assert () == cosignatures(NOTE.with_signature(line(NOW)), [plain], own=OWN, now_ms=NOW * 1000)


def test_times_ahead_of_now_do_not_count() -> None:
    """Ten minutes are allowed for clocks; a dishonest time in a sound line is only left out."""
    ahead = MAX_AHEAD_MS // 1000
    assert [("lee.example", (NOW + ahead) * 1000)] == counted(line(NOW + ahead))
    assert [] == counted(line(NOW + ahead + 1))
    assert [("lee.example", 9000)] == counted(line(9), line(NOW + ahead + 1))


def test_times_beyond_the_format_do_not_count() -> None:
    """2^63 seconds, in a line that is otherwise sound."""
    assert [] == counted(line(2**63))
    with pytest.raises(IntegrityError):
        check_cosignature(NOTE.text, line(2**63), LEE_KEY)
    assert 2**63 - 1 == check_cosignature(NOTE.text, line(2**63 - 1), LEE_KEY)


@pytest.mark.parametrize("cut", [0, 7, 8, 71])
def test_a_short_line_of_a_trusted_witness_refuses_the_note(cut: int) -> None:
    """Known key, no signature."""
    with pytest.raises(IntegrityError) as caught:
        counted(replace(line(NOW), signature=line(NOW).signature[:cut]))
    assert caught.value.code == "bad_signature"


def test_a_failing_line_of_a_trusted_witness_refuses_the_note() -> None:
    """Other time, other text, longer, or a signature over the bare text."""
    good = line(NOW)
    for signature in (
        (NOW - 1).to_bytes(8, "big") + good.signature[8:],
        cosign(NOTE.text + "x\n", "lee.example", LEE, NOW).signature,
        good.signature + b"\0",
        NOW.to_bytes(8, "big") + sign_raw(LEE, NOTE.text.encode()),
    ):
        with pytest.raises(IntegrityError) as caught:
            counted(good, replace(good, signature=signature))
        assert caught.value.code == "bad_signature"


def test_a_line_is_checked_against_the_witness_that_it_names() -> None:
    """Another witness's key does not do."""
    for key in (MAY_KEY, witness_key("may.example", LEE.public)):
        with pytest.raises(IntegrityError) as caught:
            check_cosignature(NOTE.text, line(NOW), key)
        assert caught.value.code == "bad_signature"


def test_a_cosigned_checkpoint_travels_as_a_note() -> None:
    """Written, read, counted."""
    raw = NOTE.with_signature(line(NOW)).to_bytes()
    assert 1 == len(cosignatures(parse_note(raw), [LEE_KEY], own=OWN, now_ms=NOW * 1000))
