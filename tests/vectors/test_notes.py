# SPDX-License-Identifier: Apache-2.0
"""Signed notes of the C2SP specification and of Go's sumdb: verdicts, verifier keys and their mutations."""

import json
from pathlib import Path
from typing import Any

import pytest

from healthvault.errors import FormatError, HealthVaultError, IntegrityError
from healthvault.tlog.note import KeyKind, open_note, parse_note, parse_vkey

FILE = Path(__file__).resolve().parents[2].parent / "shared" / "vectors" / "notes" / "notes.json"
COSIGNER_VKEY = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"  # transparency-dev/formats


@pytest.fixture(scope="module")
def vectors() -> dict[str, Any]:
    """Read the file; one without notes or keys fails."""
    if not FILE.parent.is_dir():
        pytest.skip("shared vectors are not here")
    data: dict[str, Any] = json.loads(FILE.read_text())
    assert data["notes"]
    assert data["good_vkeys"]
    assert data["bad_vkeys"]
    return data


def opens(note: str, vkeys: list[str]) -> bool:
    """Tell whether the note opens under these keys; only a format or integrity error is a refusal."""
    keys = [parse_vkey(vkey) for vkey in vkeys]
    try:
        open_note(parse_note(note.encode()), keys)
    except (FormatError, IntegrityError) as err:
        return err.code not in {"bad_note", "bad_signature"}
    return True


def test_peer_notes_get_the_verdict_of_their_authors(vectors: dict[str, Any]) -> None:
    """All 13 notes, accepted and refused."""
    wrong = [case["name"] for case in vectors["notes"] if opens(case["note"], case["vkeys"]) != case["accept"]]
    assert [] == wrong


def test_accepted_peer_notes_are_written_back_as_the_same_bytes(vectors: dict[str, Any]) -> None:
    """A note has one encoding."""
    for case in vectors["notes"]:
        if case["accept"]:
            raw = case["note"].encode()
            assert raw == parse_note(raw).to_bytes()


def test_bad_peer_keys_are_refused(vectors: dict[str, Any]) -> None:
    """A wrong id, or a type that is not known."""
    for vkey in vectors["bad_vkeys"]:
        with pytest.raises(FormatError):
            parse_vkey(vkey)


def test_every_part_of_a_peer_key_is_refused(vectors: dict[str, Any]) -> None:
    """No proper substring of a verifier key is one."""
    for vkey in vectors["good_vkeys"]:
        for start in range(len(vkey)):
            for end in range(start, len(vkey) + (start > 0)):
                with pytest.raises(HealthVaultError):
                    parse_vkey(vkey[start:end])


def test_every_changed_character_of_a_peer_key_is_refused(vectors: dict[str, Any]) -> None:
    """The id covers name, type and key, and base64 has one form."""
    for vkey in vectors["good_vkeys"]:
        for place, character in enumerate(vkey):
            with pytest.raises(HealthVaultError):
                parse_vkey(vkey[:place] + chr(ord(character) + 1) + vkey[place + 1 :])


def test_a_peer_cosigner_key_has_type_four() -> None:
    """The key id of a cosigner is computed over type byte 0x04."""
    key = parse_vkey(COSIGNER_VKEY)
    assert (KeyKind.COSIGNATURE, "da77ade7") == (key.kind, key.key_id.hex())
