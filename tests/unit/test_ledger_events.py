# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.ledger.events: the worked genesis of docs/spec/keys.md, and wrong events."""

import pytest

from healthvault.codec import Value, pack, unpack
from healthvault.crypto.signing import check_signature
from healthvault.errors import FormatError, IntegrityError
from healthvault.ledger.events import (
    EVENT_LABEL,
    EventKind,
    RotateReason,
    genesis_event,
    key_head_of,
    parse_event,
    restart_event,
    root_event,
    rotate_event,
    sign_event,
    vault_id_of,
)
from tests.owners import merge, without
from tests.worked import KEYS, ROOT, WITNESS, worked_event

PLACE = {"vault": b"v" * 32, "seq": 9, "prev": b"p" * 32, "prev_key_head": b"h" * 32}
GENESIS = genesis_event(ROOT.public, KEYS)[1]
ROTATE = rotate_event(PLACE, 1, KEYS, RotateReason.COMPROMISED)
NEW_ROOT = root_event(PLACE, WITNESS.public)
RESTART = restart_event(PLACE, b"r" * 32, (12, b"l" * 32))
EVENTS = {"genesis": GENESIS, "rotate": ROTATE, "root": NEW_ROOT, "restart": RESTART}


def test_genesis_of_the_specification() -> None:
    """Its bytes, vault id, signature and head are those that the specification prints."""
    vault_id, signed = worked_event()
    assert "728b426318dbd87ebca3fc43bd187c1f81db70b2872ec30c8098344249f055cb" == ROOT.public.hex()
    assert "98a8df3b789dd32f521e19346af063d694c3e508be3e1a1dc6cb600f46db577d" == vault_id.hex()
    assert 369 == len(signed.event)
    assert (
        "9f0a746ebe4d4283d55e50647c9a824ec9a7cb851c2469e6b61dc8d18c6ec98c"
        "be42697da6ba06586970967dfb3df8f5d8d0a2616146dac8c73381eaca86dc0f"
    ) == signed.root_sig.hex()
    head = "6527843e3c686ecb446f40b9e78310c1f7769f8d76db3cc016b713e185a98187"
    assert head == key_head_of(signed.event).hex() == parse_event(signed.event).key_head.hex()
    assert vault_id == vault_id_of(ROOT.public, b"\x06" * 32)
    names = "epoch kind nonce prev prev_key_head recipient_pk root_pk seq sign_pk vault witness_pk"
    assert names.split() == list(unpack(signed.event))


def test_events_come_back() -> None:
    """Each kind with its own fields and no other's."""
    genesis, rotate, new_root, restart = map(parse_event, EVENTS.values())
    assert (EventKind.GENESIS, 0, KEYS, ROOT.public) == (
        genesis.kind,
        genesis.epoch,
        genesis.keys,
        genesis.root_pk,
    )
    assert (1, KEYS, RotateReason.COMPROMISED, None) == (rotate.epoch, rotate.keys, rotate.reason, rotate.root_pk)
    assert (WITNESS.public, None, None) == (new_root.new_root_pk, new_root.epoch, new_root.keys)
    assert (b"r" * 32, (12, b"l" * 32)) == (restart.from_root, restart.lost)
    assert PLACE == {key: getattr(rotate, key) for key in PLACE}
    assert parse_event(restart_event(PLACE, b"r" * 32, None)).lost is None


def test_no_two_events_are_equal() -> None:
    """Each has a nonce of its own."""
    assert ROTATE != rotate_event(PLACE, 1, KEYS, RotateReason.COMPROMISED)
    assert genesis_event(ROOT.public, KEYS)[0] != genesis_event(ROOT.public, KEYS)[0]


def test_root_signs() -> None:
    """And when it hands over, the next ROOT signs as well."""
    alone, both = sign_event(ROTATE, ROOT), sign_event(NEW_ROOT, ROOT, WITNESS)
    assert alone.new_root_sig is None
    assert both.new_root_sig is not None
    check_signature(ROOT.public, EVENT_LABEL, ROTATE, alone.root_sig)
    check_signature(ROOT.public, EVENT_LABEL, NEW_ROOT, both.root_sig)
    check_signature(WITNESS.public, EVENT_LABEL, NEW_ROOT, both.new_root_sig)


def test_unknown_keys_are_ignored() -> None:
    """Unless `must` names them."""
    known = pack(merge(must=["seq", "must"], later=1)(unpack(ROTATE)))
    assert 1 == parse_event(known).epoch
    with pytest.raises(FormatError) as caught:
        parse_event(pack(merge(must=["later"], later=1)(unpack(ROTATE))))
    assert "unsupported" == caught.value.code


COMMON = ("kind", "vault", "seq", "prev", "prev_key_head", "nonce")
OWN = {
    "genesis": ("root_pk", "epoch", "sign_pk", "recipient_pk", "witness_pk"),
    "rotate": ("epoch", "sign_pk", "recipient_pk", "witness_pk", "reason"),
    "root": ("new_root_pk",),
    "restart": ("from_size", "from_root", "lost_size", "lost_root"),
}


@pytest.mark.parametrize(("kind", "key"), [(kind, key) for kind in EVENTS for key in (*COMMON, *OWN[kind])])
def test_every_key_is_needed(kind: str, key: str) -> None:
    """A key that is missing, nil or of another type is refused."""
    event = unpack(EVENTS[kind])
    for changed in (without(key)(event), merge(**{key: None})(event), merge(**{key: [1]})(event)):
        with pytest.raises(FormatError) as caught:
            parse_event(pack(changed))
        assert "bad_schema" == caught.value.code


@pytest.mark.parametrize(
    ("kind", "values", "code"),
    [
        ("genesis", {"kind": "delegate"}, "unsupported"),
        ("genesis", {"nonce": b"n" * 31}, "bad_schema"),
        ("genesis", {"seq": True}, "bad_schema"),
        ("rotate", {"reason": "bored"}, "bad_schema"),
        ("rotate", {"sign_pk": b"k" * 33}, "bad_schema"),
        ("root", {"new_root_pk": "text"}, "bad_schema"),
        ("restart", {"from_root": b"r" * 31}, "bad_schema"),
        ("restart", {"must": "seq"}, "bad_schema"),
    ],
)
def test_wrong_values_are_refused(kind: str, values: dict[str, Value], code: str) -> None:
    """Unknown kinds are unsupported; a word outside a closed list, another length or type is no event."""
    with pytest.raises(FormatError) as caught:
        parse_event(pack(merge(**values)(unpack(EVENTS[kind]))))
    assert code == caught.value.code


def test_since_when_keys_were_stolen() -> None:
    """An entry, at the latest the event's own; who does not say it leaves the key out."""
    for since in (0, 8, 9):
        event = rotate_event(PLACE, 1, KEYS, RotateReason.COMPROMISED, since=since)
        assert since == parse_event(event).since
    assert "since" not in unpack(ROTATE)
    assert parse_event(ROTATE).since is None
    assert parse_event(pack(merge(since=None)(unpack(ROTATE)))).since is None
    assert 3 == parse_event(pack(merge(since=3, must=["since"])(unpack(ROTATE)))).since
    assert parse_event(pack(merge(since=99)(unpack(NEW_ROOT)))).since is None


@pytest.mark.parametrize("since", [10, "9", b"9", True, [9]])
def test_a_theft_begins_before_it_is_declared(since: Value) -> None:
    """At an entry that is there; whatever the reason of the rotation."""
    for reason in RotateReason:
        with pytest.raises(FormatError) as caught:
            parse_event(pack(merge(since=since)(unpack(rotate_event(PLACE, 1, KEYS, reason)))))
        assert "bad_schema" == caught.value.code


def test_a_restart_goes_on_from_its_place() -> None:
    """From no other size."""
    with pytest.raises(IntegrityError) as caught:
        parse_event(pack(merge(from_size=8)(unpack(RESTART))))
    assert "bad_key" == caught.value.code


@pytest.mark.parametrize("raw", [b"", b"\xc1", GENESIS[:-1], GENESIS + b"\0", b"\x90", b"\xde\x00\x00"])
def test_other_bytes_are_refused(raw: bytes) -> None:
    """What is not canonical is no event."""
    with pytest.raises(FormatError) as caught:
        parse_event(raw)
    assert caught.value.code in {"bad_encoding", "bad_schema"}
