# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.tlog.note."""

from base64 import b64encode

import pytest

from healthvault.crypto.signing import SigningKey, signing_key
from healthvault.errors import FormatError, IntegrityError
from healthvault.tlog.cosignature import witness_key
from healthvault.tlog.note import (
    MAX_NOTE_BYTES,
    KeyKind,
    NoteKey,
    NoteSignature,
    decode_base64,
    open_note,
    parse_note,
    parse_signature,
    parse_vkey,
    sign_note,
    unknown_names,
)

ALICE = signing_key(b"a" * 32)
BOB = signing_key(b"b" * 32)
TEXT = "one\n\nthree\n"
NOTE = sign_note(TEXT, "alice.example", ALICE)
LINE = NOTE.decode().rpartition("\n\n")[2]


def key(name: str, pair: SigningKey) -> NoteKey:
    """Return the note key of a pair."""
    return NoteKey(name=name, kind=KeyKind.ED25519, public=pair.public)


def refuse(data: bytes) -> None:
    """Expect the note to be malformed."""
    with pytest.raises(FormatError) as caught:
        parse_note(data)
    assert caught.value.code == "bad_note"


def test_a_signed_note_opens_under_its_key() -> None:
    """Text with an empty line in it, and the key that signed."""
    opened = open_note(parse_note(NOTE), [key("bob.example", BOB), key("alice.example", ALICE)])
    assert (TEXT, (key("alice.example", ALICE),)) == (opened.text, opened.keys)


def test_a_note_is_written_back_as_the_same_bytes() -> None:
    """The text ends at the last empty line."""
    note = parse_note(NOTE)
    assert TEXT == note.text
    assert NOTE == note.to_bytes()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"text\n",
        b"text\n\n",
        b"text\n" + LINE.encode(),
        NOTE[:-1],
        NOTE + b"\n",
        NOTE + b"more\n",
        NOTE.replace(b"\n", b"\r\n"),
        b"\x00" + NOTE,
        b"\x1f" + NOTE,
        b"\t" + NOTE,
        b"\xff" + NOTE,
        NOTE.replace("\u2014".encode(), b"-"),
        NOTE.replace(b"alice.example", b"alice+example"),
        NOTE.replace(b"alice.example", b"alice example"),
        NOTE.replace(b"alice.example", "alice\u2003example".encode()),
        NOTE.replace(b"alice.example", "alice\x85example".encode()),
        NOTE.replace(b"alice.example ", b""),
        NOTE.replace(b"alice.example", b""),
        "text\n\n\u2014 alice.example \n".encode(),
        "text\n\n\u2014 alice.example AAAA\n".encode(),
        "text\n\n\u2014 alice.example AAAAAA==\n".encode(),  # an id and nothing signed
        "text\n\n\u2014 alice.example AAAAAAB=\n".encode(),  # spare bits set
        "text\n\n\u2014 alice.example AAAAAAA\n".encode(),  # no padding
        "text\n\n\u2014 alice.example AAAAAAAA AAAA\n".encode(),
        "text\n\n\u2014 alice.example AAAA-AAA\n".encode(),
        TEXT.encode() + b"\n" + LINE.encode() * 17,
        b"x" * MAX_NOTE_BYTES + NOTE,
    ],
)
def test_malformed_notes_are_refused(data: bytes) -> None:
    """Each breaks one rule of the grammar."""
    refuse(data)


def test_sixteen_signatures_are_read() -> None:
    """The number that the format asks for."""
    assert 16 == len(parse_note(TEXT.encode() + b"\n" + LINE.encode() * 16).signatures)


def test_a_note_of_one_empty_line_is_a_note() -> None:
    """Text that is only its newline."""
    raw = sign_note("\n", "alice.example", ALICE)
    assert "\n" == open_note(parse_note(raw), [key("alice.example", ALICE)]).text


def test_a_failing_signature_of_a_known_key_refuses_the_whole_note() -> None:
    """Even when another signature of a known key holds."""
    other = parse_note(sign_note("other\n", "bob.example", BOB)).signatures[0]
    note = parse_note(NOTE).with_signature(other)
    open_note(note, [key("alice.example", ALICE)])
    with pytest.raises(IntegrityError) as caught:
        open_note(note, [key("alice.example", ALICE), key("bob.example", BOB)])
    assert caught.value.code == "bad_signature"


@pytest.mark.parametrize(
    "keys",
    [
        [],
        [key("bob.example", BOB)],
        [key("bob.example", ALICE)],  # right key, other name, so other id
        [key("alice.example", BOB)],  # right name, other id
        [witness_key("alice.example", ALICE.public)],  # right key and name, other type
    ],
)
def test_a_note_without_a_known_key_is_refused(keys: list[NoteKey]) -> None:
    """Name, id and type together make a key known."""
    with pytest.raises(IntegrityError) as caught:
        open_note(parse_note(NOTE), keys)
    assert caught.value.code == "bad_signature"


def test_a_changed_text_is_refused() -> None:
    """The signature is over the text."""
    with pytest.raises(IntegrityError):
        open_note(parse_note(NOTE.replace(b"three", b"seven")), [key("alice.example", ALICE)])


def test_repeated_lines_count_once() -> None:
    """Two lines of one key are one key."""
    note = parse_note(NOTE).with_signature(parse_note(NOTE).signatures[0])
    assert 1 == len(open_note(note, [key("alice.example", ALICE)]).keys)


def test_lines_of_unknown_keys_are_named_once_each() -> None:
    """For a reader who wants to know who else signed."""
    other = parse_note(sign_note(TEXT, "bob.example", BOB)).signatures[0]
    note = parse_note(NOTE).with_signature(other).with_signature(other)
    assert ("bob.example",) == unknown_names(note, [key("alice.example", ALICE)])
    assert ("alice.example", "bob.example") == unknown_names(note, [])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("no newline", "alice.example"),
        ("", "alice.example"),
        ("text\n\n\u2014 forged AAAAAAAA", "alice.example"),
        ("text\n\n\u2014 forged", "alice.example"),
        ("tab\there\n", "alice.example"),
        ("\ud800\n", "alice.example"),
        ("text\n", "\ud800"),
        ("text\n", "a name"),
        ("text\n", "a+name"),
        ("text\n", ""),
        ("text\n", "two\nlines"),
    ],
)
def test_texts_and_names_that_no_reader_would_take_are_not_signed(text: str, name: str) -> None:
    """The writer reads what it wrote."""
    with pytest.raises(FormatError) as caught:
        sign_note(text, name, ALICE)
    assert caught.value.code == "bad_note"


def test_a_seventeenth_signature_is_not_added() -> None:
    """The limit holds for writers too."""
    note = parse_note(TEXT.encode() + b"\n" + LINE.encode() * 16)
    with pytest.raises(FormatError):
        note.with_signature(note.signatures[0])


def test_a_line_that_travels_alone_is_read_as_in_a_note() -> None:
    """With its newline, and nothing else."""
    assert parse_note(NOTE).signatures[0] == parse_signature(LINE.encode())
    assert LINE == parse_signature(LINE.encode()).to_line()
    for wrong in (LINE[:-1], LINE + "\n", LINE + LINE, "", "\n", LINE + " " * MAX_NOTE_BYTES + "\n"):
        with pytest.raises(FormatError) as caught:
            parse_signature(wrong.encode())
        assert caught.value.code == "bad_note"


def vkey(name: str, material: bytes, *, key_id: str | None = None) -> str:
    """Write a verifier key, right or wrong."""
    right = NoteKey(name=name, kind=KeyKind.ED25519, public=material[1:]).key_id.hex()
    return f"{name}+{key_id or right}+{b64encode(material).decode()}"


def test_a_verifier_key_is_read() -> None:
    """Name, type and public key."""
    assert key("alice.example", ALICE) == parse_vkey(vkey("alice.example", b"\x01" + ALICE.public))


@pytest.mark.parametrize(
    "text",
    [
        vkey("alice.example", b"\x01" + ALICE.public, key_id="00000000"),
        vkey("alice.example", b"\x02" + ALICE.public),
        vkey("alice.example", b"\x01" + ALICE.public + b"\0"),
        vkey("alice.example", b"\x01" + ALICE.public).upper(),
        "",
        "alice.example",
    ],
)
def test_verifier_keys_that_contradict_themselves_are_refused(text: str) -> None:
    """Wrong id, unknown type, wrong length, another spelling."""
    with pytest.raises(FormatError) as caught:
        parse_vkey(text)
    assert caught.value.code == "bad_note"


def test_a_verifier_key_that_is_no_point_is_refused() -> None:
    """All zeros has small order."""
    with pytest.raises(IntegrityError) as caught:
        parse_vkey(vkey("alice.example", b"\x01" + bytes(32)))
    assert caught.value.code == "bad_key"


@pytest.mark.parametrize("text", ["A", "AB==", "AA=", "AA", "AAAA=", "AA==AA==", "A A=", "A\u00e9==", "AA==\n"])
def test_base64_has_one_form(text: str) -> None:
    """Padding, alphabet and spare bits."""
    with pytest.raises(FormatError) as caught:
        decode_base64(text)
    assert caught.value.code == "bad_note"


def test_key_ids_depend_on_name_type_and_key() -> None:
    """The id of the example in the specification."""
    example = parse_vkey("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    assert "530d903a" == example.key_id.hex()
    assert example.key_id != witness_key(example.name, example.public).key_id
    line = NoteSignature(name=example.name, key_id=example.key_id, signature=b"")
    assert line.is_by(example)
    assert not line.is_by(witness_key(example.name, example.public))
