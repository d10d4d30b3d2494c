# SPDX-License-Identifier: Apache-2.0
"""Rows 19 to 29 of docs/spec/bad-input.md: each wrong encoding in a manifest, a key event and a sealed grant.

A marker is put into the map, and its encoding is replaced by the wrong bytes before anything is signed or sealed,
so that only the encoding is wrong.
"""

from dataclasses import replace

import pytest

from healthvault.bundle.card import make_card, open_card
from healthvault.codec import Value, pack, pad, unpad
from healthvault.crypto.signing import sign
from healthvault.errors import FormatError
from healthvault.ledger.events import EVENT_LABEL, key_head_of
from healthvault.ledger.header import SignedEvent
from tests.bundles import make_bundle, scene
from tests.owners import Hooks, Map, Owner, merge, put, without
from tests.readers import Outcome
from tests.refusals import assert_accepted, assert_refused

MARKER = b"the marker"
MARKED = b"\xc4\x0a" + MARKER


def in_manifest(raw: bytes) -> Outcome:
    """Verify a bundle whose signed manifest holds some bytes as a value."""
    start = scene()
    draft = start.draft()
    draft.map["later"] = MARKER
    return start.read(draft.seal(draft.container(draft.signed(lambda body: body.replace(MARKED, raw)))))


def in_event(raw: bytes) -> Outcome:
    """Verify a bundle with a key event that holds them, signed by ROOT as it stands."""
    start = scene()
    root = start.owner.root

    def change(block: SignedEvent) -> SignedEvent:
        event = block.event.replace(MARKED, raw)
        start.owner.key_head = key_head_of(event)
        return replace(block, event=event, root_sig=sign(root, EVENT_LABEL, event))

    start.owner.rotate(hooks=Hooks(event=merge(later=MARKER), block=change))
    return start.read(start.draft().seal())


def in_grant(raw: bytes) -> Outcome:
    """Verify a bundle whose grant holds them, sealed as they are."""
    start = scene()
    hooks = Hooks(sealed=merge(later=MARKER), plain=lambda plain: pad(unpad(plain, 256).replace(MARKED, raw), 256))
    start.grant = start.owner.grant([start.reader.party], start.docs, hooks)
    return start.read(start.draft().seal())


def assert_everywhere(raw: bytes, code: str) -> None:
    """Assert that some bytes are refused wherever they stand; a bad grant does not keep pins from being stored."""
    assert_refused(in_manifest(raw), code, FormatError)
    assert_refused(in_event(raw), code, FormatError)
    assert_refused(in_grant(raw), code, FormatError, has_pins=True)


def test_the_way_that_is_used_here() -> None:
    """Bytes of an unknown key that are right are accepted everywhere: nothing else is wrong."""
    for raw in (b"\xc0", b"\x81\xa1a\x01", MARKED):
        for read in (in_manifest, in_event, in_grant):
            assert_accepted(read(raw))


@pytest.mark.parametrize(
    "raw",
    [
        b"\xdc\x10\x01" + b"\xc0" * 4097,
        b"\xdd\xff\xff\xff\xff",
        b"\xdf\xff\xff\xff\xff",
        b"\xdb\xff\xff\xff\xff",
        b"\xc6\xff\xff\xff\xff",
        b"\xdc\xff\xff",
        b"\xda\xff\xff",
    ],
)
def test_row_19_lengths(raw: bytes) -> None:
    """More items than the limit, or more than there is input."""
    limited = raw.startswith(b"\xdc\x10\x01")
    if limited:
        assert_accepted(in_manifest(raw))  # its own limit is 2^20
        assert_refused(in_event(raw), "bad_encoding", FormatError)
        assert_refused(in_grant(raw), "bad_encoding", FormatError, has_pins=True)
    else:
        assert_everywhere(raw, "bad_encoding")


def test_row_19_the_limit_of_a_manifest() -> None:
    """2^20 items pass, one more does not."""
    for count, is_good in ((2**20, True), (2**20 + 1, False)):
        outcome = in_manifest(b"\xdd" + count.to_bytes(4, "big") + b"\xc0" * count)
        if is_good:
            assert_accepted(outcome)
        else:
            assert_refused(outcome, "bad_encoding", FormatError)


def test_row_19_a_long_entry() -> None:
    """More than 64 KiB are not looked at."""
    start = scene()
    draft = start.draft()
    draft.map["entries"][1] += bytes(65_536)
    assert_refused(start.read(draft.seal()), "bad_encoding", FormatError)


def test_row_20_nesting() -> None:
    """Eight levels pass, the ninth does not, however it is made."""
    assert_accepted(in_manifest(b"\x91" * 6 + b"\x90"))
    assert_accepted(in_grant(b"\x81\xa1a" * 6 + b"\x80"))
    for raw in (b"\x91" * 7 + b"\x90", b"\x81\xa1a" * 7 + b"\x80", b"\x91" * 2000 + b"\x90"):
        assert_everywhere(raw, "bad_encoding")


def test_row_21_a_key_twice() -> None:
    """With equal values and with different ones; also at the top of the manifest."""
    for raw in (b"\x82\xa1a\x01\xa1a\x02", b"\x82\xa1a\x01\xa1a\x01"):
        assert_everywhere(raw, "bad_encoding")
    start = scene()
    draft = start.draft()
    doubled = draft.signed(lambda body: b"\xde\x00\x11" + body[3:] + b"\xa1v\x01")
    assert draft.signed()[:3] == b"\xde\x00\x10"
    assert_refused(start.read(draft.seal(draft.container(doubled))), "bad_encoding", FormatError)


@pytest.mark.parametrize(
    "raw",
    [
        b"\x82\xa1b\x01\xa1a\x01",
        b"\x81\x01\x01",
        b"\x81\xc0\x01",
        b"\x81\xc4\x01a\x01",
        b"\x81\xa0\x01",
        b"\x81\xa1A\x01",
        b"\x81\xa11\x01",
        b"\x81\xa1_\x01",
        b"\x81\xa2a-\x01",
        b"\x81\xa2a\n\x01",
        b"\x81\xa2\xc3\xa9\x01",
        b"\x81\x90\x01",
    ],
)
def test_row_22_keys(raw: bytes) -> None:
    """Unsorted, no text, or of another form than [a-z][a-z0-9_]*."""
    assert_everywhere(raw, "bad_encoding")


@pytest.mark.parametrize(
    "raw",
    [
        b"\xcc\x7f",
        b"\xcd\x00\xff",
        b"\xce\x00\x00\xff\xff",
        b"\xcf\x00\x00\x00\x00\xff\xff\xff\xff",
        b"\xd0\x01",
        b"\xd1\x01\x00",
        b"\xd2\x00\x01\x00\x00",
        b"\xd3\x00\x00\x00\x01\x00\x00\x00\x00",
        b"\xd9\x01a",
        b"\xda\x00\x20" + b"a" * 32,
        b"\xdb\x00\x00\x00\x01a",
        b"\xc5\x00\x01a",
        b"\xc6\x00\x00\x00\x01a",
        b"\xdc\x00\x01\x01",
        b"\xdd\x00\x00\x00\x01\x01",
        b"\xde\x00\x01\xa1a\x01",
        b"\xdf\x00\x00\x00\x01\xa1a\x01",
    ],
)
def test_row_23_longer_than_needed(raw: bytes) -> None:
    """Each value has one encoding, the shortest, and unsigned."""
    assert_everywhere(raw, "bad_encoding")


@pytest.mark.parametrize(
    "raw",
    [
        b"\xca\x3f\x80\x00\x00",
        b"\xcb\x3f\xf0\x00\x00\x00\x00\x00\x00",
        b"\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00",
        b"\xcb\x80\x00\x00\x00\x00\x00\x00\x00",
        b"\xca\x7f\x80\x00\x00",
    ],
    ids=["1.0", "1.0 double", "NaN", "-0.0", "infinity"],
)
def test_row_24_floats(raw: bytes) -> None:
    """Not even where they are whole numbers."""
    assert_everywhere(raw, "bad_encoding")


@pytest.mark.parametrize(
    "raw",
    [
        b"\xd4\x01\x00",
        b"\xd8\x01" + bytes(16),
        b"\xc7\x00\x01",
        b"\xc7\x00\xff",
        b"\xc8\x00\x00\x01",
        b"\xc9\x00\x00\x00\x00\x01",
        b"\xd6\xff\x00\x00\x00\x00",
        b"\xd7\xff" + bytes(8),
        b"\xc7\x0c\xff" + bytes(12),
    ],
)
def test_row_25_extensions(raw: bytes) -> None:
    """None, of no length, no timestamps."""
    assert_everywhere(raw, "bad_encoding")


def test_row_26_bytes_around() -> None:
    """After the value, none at all, and the byte that means nothing."""
    assert_everywhere(b"\xc1", "bad_encoding")
    assert_everywhere(b"\xc0\xc0", "bad_encoding")
    assert_everywhere(b"", "bad_encoding")
    start = scene()
    draft = start.draft()
    for change in (lambda body: body + b"\0", lambda body: body + b"\xc0", lambda _: b"\xc1"):
        bad = draft.seal(draft.container(draft.signed(change)))
        assert_refused(start.read(bad), "bad_encoding", FormatError)
    hooks = Hooks(body=lambda body: body + b"\0")
    start.docs = [start.owner.add(b"x", hooks=hooks)]
    start.grant = start.owner.grant([start.reader.party], start.docs)
    assert_refused(start.read(start.draft().seal()), "bad_encoding", FormatError)


@pytest.mark.parametrize(
    "raw",
    [b"\xa1\xff", b"\xa2\xc0\x80", b"\xa3\xed\xa0\x80", b"\xa4\xf4\x90\x80\x80", b"\xa1\xc3",
     b"\xa6\xed\xa0\xbd\xed\xb8\x80"],
    ids=["byte ff", "over-long", "surrogate", "above 10ffff", "cut", "pair of surrogates"],
)  # fmt: skip
def test_row_27_bad_texts(raw: bytes) -> None:
    """Only well-formed UTF-8 is text."""
    assert_everywhere(raw, "bad_text")


@pytest.mark.parametrize(
    "text", ["e\u0301", "\0", "\x1b[2J", "\u202e\u2066", "\ufeff", "\U0010ffff", "\u0378", "ﬁ"]
)
def test_row_27_strange_texts_are_texts(text: str) -> None:
    """Whatever their form, category or direction, and exactly as they came."""
    start = scene()
    draft = start.draft()
    draft.map["message"] = text
    outcome = start.read(draft.seal())
    assert_accepted(outcome)
    assert text == outcome.verification.message


@pytest.mark.parametrize(
    "raw",
    [b"\xff", b"\xe0", b"\xd0\xff", b"\xd3\x80" + bytes(7), b"\xcf\x00\x20" + bytes(6), b"\xcf" + b"\xff" * 8],
)
def test_row_28_numbers_out_of_range(raw: bytes) -> None:
    """Below 0, or above 2^53-1."""
    assert_everywhere(raw, "bad_schema")


def test_row_28_the_largest_number() -> None:
    """2^53-1 is one."""
    assert_accepted(in_manifest(b"\xcf\x00\x1f" + b"\xff" * 6))


@pytest.mark.parametrize("value", [True, False, "1", b"\x01", [1], {"a": 1}, None])
def test_row_28_a_number_is_a_number(value: Value) -> None:
    """A truth value is none, in manifest, entry, event and grant."""
    start = scene()
    draft = start.draft()
    draft.map["created_ms"] = value
    assert_refused(start.read(draft.seal()), "bad_schema", FormatError)
    assert_refused(with_entry(Hooks(fields=put(4, value))), "bad_schema", FormatError)
    start = scene()
    start.owner.rotate(hooks=Hooks(event=merge(epoch=value)))
    assert_refused(start.read(start.draft().seal()), "bad_schema", FormatError)
    start = scene()
    start.grant = start.owner.grant([start.reader.party], start.docs, Hooks(sealed=merge(not_after=value)))
    assert_refused(start.read(start.draft().seal()), "bad_schema", FormatError, has_pins=True)


def with_entry(hooks: Hooks) -> Outcome:
    """Verify a bundle of a document whose entry was changed before it was signed."""
    start = scene()
    start.docs = [start.owner.add(b"x", hooks=hooks)]
    draft = make_bundle(
        start.owner, start.reader, start.docs, [start.owner.grant([start.reader.party], start.docs)]
    )
    return start.read(draft.seal())


MANIFEST_KEYS = [key for key in scene().draft().map if key != "v"]


@pytest.mark.parametrize("key", MANIFEST_KEYS)
def test_row_29_manifest(key: str) -> None:
    """Every key is needed, and of its type; `nil` is not there."""
    start = scene()
    for change in (without(key), merge(**{key: None}), merge(**{key: True})):
        draft = start.draft()
        draft.map = change(draft.map)
        assert_refused(start.read(draft.seal()), "bad_schema", FormatError)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (1, b"v" * 31),
        (2, None),
        (3, b"p" * 33),
        (6, "state"),
        (7, []),
        (7, [b"event", b"s" * 64]),
        (8, [[b"o" * 32, 1, 1]]),
        (9, [b"c" * 31]),
    ],
)
def test_row_29_entry(place: int, value: Value) -> None:
    """Every field has its type and length; arrays that are records never grow."""
    assert_refused(with_entry(Hooks(fields=put(place, value))), "bad_schema", FormatError)


def test_row_29_entry_of_another_length() -> None:
    """Ten items, or twelve."""
    for change in (lambda body: b"\x9a" + body[1:-1], lambda body: b"\x9c" + body[1:] + b"\xc0"):
        start = scene()
        start.docs = [start.owner.append(None, hooks=Hooks(body=change))]
        start.owner.files[start.docs[0]] = [b"x"]
        start.grant = start.owner.grant([start.reader.party], start.docs)
        assert_refused(start.read(start.draft().seal()), "bad_schema", FormatError)


@pytest.mark.parametrize(
    "key", ["kind", "vault", "seq", "prev", "prev_key_head", "nonce", "epoch", "sign_pk", "reason"]
)
def test_row_29_event(key: str) -> None:
    """Every key of its kind is needed."""
    for change in (without(key), merge(**{key: None})):
        start = scene()
        start.owner.rotate(hooks=Hooks(event=change))
        assert_refused(start.read(start.draft().seal()), "bad_schema", FormatError)


def test_row_29_grant() -> None:
    """Every term is needed."""
    for key in ("kind", "k", "grant_id", "grantees", "records", "actions", "purpose", "not_before", "not_after",
                "conditions"):  # fmt: skip
        start = scene()
        start.grant = start.owner.grant([start.reader.party], start.docs, Hooks(sealed=without(key)))
        assert_refused(start.read(start.draft().seal()), "bad_schema", FormatError, has_pins=True)


def test_row_29_unknown_keys_are_ignored() -> None:
    """In every map of a bundle; only a slice has exactly its four."""
    start = scene()
    start.owner.rotate(hooks=Hooks(event=merge(later=1)))
    start.grant = start.owner.grant([start.reader.party], start.docs, Hooks(sealed=merge(later={"a": [1]})))
    draft = start.draft(has_meta=True, extras={"README.txt": b"x"})
    later: Map = {"later": [None]}
    draft.map.update(later)
    for key in ("audience", "state"):
        draft.map[key].update(later)
    for row in (*draft.map["grants"], *draft.map["docs"], *draft.map["extras"], draft.map["docs"][0]["parts"][0],
                draft.map["audience"]["recipients"][0]):  # fmt: skip
        row.update(later)
    assert_accepted(start.read(draft.seal()))
    draft.map["slice"].update(later)
    assert_refused(start.read(draft.seal()), "bad_schema", FormatError)


def test_row_29_optional_keys_may_be_nil() -> None:
    """Absent and nil are one."""
    start = scene()
    nil = merge(role=None, recheck_after=None, supersedes=None)
    start.grant = start.owner.grant([start.reader.party], start.docs, Hooks(sealed=nil))
    draft = start.draft()
    draft.map["docs"][0]["meta"] = draft.map["audience"]["code"] = None
    assert_accepted(start.read(draft.seal()))


def test_row_29_versions() -> None:
    """One that is not known is said to be unsupported, before anything else is looked at."""
    start = scene()
    draft = start.draft()
    draft.map = {"v": 2}
    assert_refused(start.read(draft.seal()), "unsupported", FormatError)
    assert_refused(with_entry(Hooks(fields=put(0, 2))), "unsupported", FormatError)
    assert_refused(with_entry(Hooks(fields=put(0, 0))), "unsupported", FormatError)
    owner = Owner()
    body = pack(["hvcard", 2, "Ana", 1, 1])
    with pytest.raises(FormatError) as caught:
        open_card(body + sign(owner.secrets_now.sign, "card", body))
    assert "unsupported" == caught.value.code
    assert "Ana" == open_card(make_card("Ana", owner.raws, owner.secrets_now.sign)).name
