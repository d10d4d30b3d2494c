# SPDX-License-Identifier: Apache-2.0
"""Rows 68 to 83 of docs/spec/bad-input.md that reach `verify`, cards, grants or pins, but for history."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from healthvault.bundle.card import armour, dearmour, make_card, open_card
from healthvault.codec import Value, pack, pad, unpack
from healthvault.consent.conditions import UnknownCondition
from healthvault.crypto.aead import open_sealed
from healthvault.crypto.hashing import derive, labelled_hash
from healthvault.crypto.signing import sign, signing_key
from healthvault.crypto.words import from_words, to_words
from healthvault.errors import (
    ConsentRefused,
    FormatError,
    HealthVaultError,
    IntegrityError,
    NotEstablished,
    WrongKey,
)
from healthvault.ledger.meta import PAD_BYTES
from healthvault.verify.verdicts import Question, Result
from tests.bundles import Draft, Scene, scene
from tests.owners import GROUP_ORDER, ORDER_FOUR, Hooks, Map, Owner, flip, merge, put
from tests.readers import Outcome, Reader
from tests.refusals import assert_accepted, assert_refused
from tests.salamander import two_faced

STRANGER = signing_key(b"\x09" * 32)


def card_refused(raw: bytes, code: str, kind: type[Exception]) -> None:
    """Assert that a card is refused for a reason."""
    with pytest.raises(HealthVaultError) as caught:
        open_card(raw)
    assert (code, kind) == (caught.value.code, type(caught.value))


def test_row_68_strange_titles_come_through() -> None:
    """As they are: whoever shows them escapes them, nobody changes them."""
    title = "\x1b]0;evil\x07\u202e<script>\0"
    start = scene()
    start.docs = [start.owner.add(b"x", title=title)]
    start.grant = start.owner.grant([start.reader.party], start.docs)
    outcome = start.read(start.draft(has_meta=True).seal())
    assert_accepted(outcome)
    assert title == outcome.verification.documents[0].title


def test_row_69_cards() -> None:
    """Signed by the newest key, over keys that come from the events and from nowhere else."""
    owner = Owner()
    old = owner.secrets_now.sign
    owner.rotate()
    good = owner.card()
    newest = owner.secrets_now.sign
    entries = [owner.raws[seq] for seq in owner.event_seqs]
    assert owner.secrets_now.keys == open_card(good).chain.newest.keys
    larger = good[:-32] + (int.from_bytes(good[-32:], "little") + GROUP_ORDER).to_bytes(32, "little")
    for raw in (
        make_card("Ana", entries, old),
        make_card("Ana", entries, STRANGER),
        flip(good),
        larger,
        good[:-64] + ORDER_FOUR + good[-32:],
        good[:-64] + sign(newest, "entry", good[:-64]),
    ):
        card_refused(raw, "bad_card", IntegrityError)
    for raw in (b"", good[:64], good[:-1], b"\0" + good, good + bytes(1 << 20)):
        card_refused(raw, "bad_card", FormatError)
    added = pack([*unpack(good[:-64])[:4], {"sign_pk": STRANGER.public}])
    card_refused(added + sign(STRANGER, "card", added), "bad_card", IntegrityError)
    card_refused(make_card("Ana", entries[1:], newest), "bad_key", IntegrityError)
    card_refused(make_card("Ana", [entries[0], flip(entries[1])], newest), "bad_key", IntegrityError)
    for text in (
        b"",
        b"age1",
        armour(good).replace("-----BEGIN", "----BEGIN").encode(),
        armour(good)[:-40].encode(),
    ):
        with pytest.raises(FormatError) as caught:
            dearmour(text)
        assert "bad_card" == caught.value.code


@pytest.mark.parametrize(
    "change",
    [
        lambda words: words[:-1],
        lambda words: [*words, words[0]],
        lambda words: ["abandoned", *words[1:]],
        lambda words: ["zoo", *words[1:]],
        lambda words: words[::-1],
        lambda words: [],
    ],
)
def test_row_70_recovery_phrases(change: Callable[[list[str]], list[str]]) -> None:
    """Number of words, words of the list, checksum."""
    words = list(to_words(bytes(range(32))))
    assert bytes(range(32)) == from_words("  ".join(words).upper(), 32)
    with pytest.raises(WrongKey) as caught:
        from_words(" ".join(change(words)), 32)
    assert "bad_phrase" == caught.value.code


def told(start: Scene) -> Outcome:
    """Let the reader of a scene see its newest state."""
    outcome = start.read(start.draft(marks=start.owner.rotations).seal())
    assert_accepted(outcome)
    return outcome


def two_faced_hooks(real: bytes, false: bytes, lie: Map) -> Hooks:
    """Return hooks that seal a part which opens under two metadata keys, to the lie under the false one."""
    kept: list[list[Value]] = []

    def seal_two(_: bytes) -> bytes:
        aad, nonce = labelled_hash("meta", pack(kept[0])), b"\x07" * 24
        shown = pad(pack({**lie, "a": bytes(100)}), PAD_BYTES)
        keys = (derive(real, "meta-key"), derive(false, "meta-key"))
        sealed = nonce + two_faced(keys, nonce, shown, aad, free=2)
        assert open_sealed(keys[0], sealed, aad) != open_sealed(keys[1], sealed, aad)
        return derive(real, "meta-commit") + sealed

    return Hooks(fields=lambda fields: kept.append(fields) or fields, enc=seal_two)


@pytest.mark.parametrize("kind", ["grant", "document"])
def test_row_73_two_contents_for_two_readers(kind: str) -> None:
    """One ciphertext that opens to another grant, or description, under another key: the commitment says no."""
    start = scene()
    real, false = b"r" * 32, b"f" * 32
    lie = dict(start.owner.sealed[start.grant if kind == "grant" else start.docs[0]])
    hooks = two_faced_hooks(real, false, lie)
    if kind == "grant":
        slot = start.owner.grant([start.reader.party], start.docs, hooks)
        start.grant = slot
        draft = start.draft()
        draft.map["grants"][0]["meta"] = false
    else:
        start.docs = [start.owner.add(b"Ferritin 41 ug/L\n", hooks=hooks)]
        start.grant = start.owner.grant([start.reader.party], start.docs)
        draft = start.draft()
        draft.map["docs"][0]["meta"] = false
    outcome = start.read(draft.seal())
    assert_refused(outcome, "commitment_mismatch", IntegrityError, has_pins=kind == "grant")


def with_must(place: str) -> Outcome:
    """Verify a bundle that says, at some place, that an unknown key matters."""
    start = scene()
    must = merge(must=["later"], later=1)
    if place == "event":
        start.owner.rotate(hooks=Hooks(event=must))
    if place == "grant":
        start.grant = start.owner.grant([start.reader.party], start.docs, Hooks(sealed=must))
    draft = start.draft()
    if place == "manifest":
        draft.map = must(draft.map)
    return start.read(draft.seal())


def test_row_74_must() -> None:
    """Nothing is concluded from a map that needs a key which the reader does not know."""
    assert_refused(with_must("manifest"), "unsupported", FormatError)
    assert_refused(with_must("event"), "unsupported", FormatError)
    assert_refused(with_must("grant"), "unsupported", FormatError, has_pins=True)
    assert_accepted(with_must("nowhere"))
    body = pack(["hvcard", 1, "Ana", [Owner().raws[0]], {"must": ["later"], "later": 1}])
    card_refused(body + sign(STRANGER, "card", body), "unsupported", FormatError)


@pytest.mark.parametrize("kind", ["delegate", "", "Genesis"])
def test_row_74_unknown_events(kind: str) -> None:
    """A kind of event of later may change who speaks for the vault."""
    start = scene()
    start.owner.rotate(hooks=Hooks(event=merge(kind=kind)))
    assert_refused(start.read(start.draft().seal()), "unsupported", FormatError)


@pytest.mark.parametrize(
    "audience",
    [
        {},
        {"recipients": []},
        {"code": False},
        {"code": True, "recipients": [{"recipient_pk": bytes(32)}]},
        {"recipients": [{"recipient_pk": bytes(32)}] * 2},
        {"recipients": [{"recipient_pk": bytes([place]) * 32} for place in range(65)]},
        {"recipients": [{"vault": bytes(32)}]},
        {"recipients": [{"recipient_pk": bytes(31)}]},
    ],
)
def test_row_75_audiences(audience: Map) -> None:
    """Both, nobody, one key twice, too many."""
    start = scene()
    draft = start.draft()
    draft.map["audience"] = audience
    assert_refused(start.read(draft.seal()), "bad_schema", FormatError)


def test_row_75_outer_and_inner_disagree() -> None:
    """A bundle for a code inside a file for a key: not addressed, though it opens."""
    start = scene()
    draft = start.draft()
    draft.map["audience"] = {"code": True}
    assert_refused(start.read(draft.seal()), "not_addressed", NotEstablished, has_pins=True)


def change_in(*path: str | int, value: Value) -> Callable[[Draft], None]:
    """Return a change of a value deep inside a manifest."""

    def change(draft: Draft) -> None:
        at = draft.map
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = value(at[path[-1]]) if callable(value) else value

    return change


@pytest.mark.parametrize(
    "change",
    [
        change_in("docs", 0, "parts", 0, "commit_key", value=b"c" * 31),
        change_in("docs", 0, "parts", 0, "commit_key", value=b"c" * 33),
        change_in("docs", 0, "meta", value=b"m" * 31),
        change_in("grants", 0, "meta", value=b""),
        change_in("grants", 0, "salt", value=b"s" * 31),
        change_in("grants", 0, "path", value=[b"p" * 31]),
        change_in("grants", 0, "path", value=[bytes(32)] * 65),
        change_in("state", "blind", value=b"b" * 31),
        change_in("state", "ext_root", value=b"x" * 33),
        change_in("docs", 0, "parts", 0, "j", value=512),
        change_in("docs", 0, "parts", 0, "j", value=1),
        change_in("docs", 0, "parts", 0, "j", value=511),
        change_in("docs", 0, "parts", value=lambda parts: [parts[0], parts[0]]),
        change_in("docs", 0, "parts", value=[]),
        change_in("docs", value=lambda rows: [rows[0], rows[0]]),
        change_in("grants", value=lambda rows: [rows[0], rows[0]]),
    ],
)
def test_row_76_lengths_and_numbers(change: Callable[[Draft], None]) -> None:
    """Keys, salts and blinds of 32 bytes; each part once, and there."""
    start = scene()
    draft = start.draft(has_meta=True)
    change(draft)
    assert_refused(start.read(draft.seal()), "bad_schema", FormatError)


@pytest.mark.parametrize("fields", [put(8, []), put(9, []), put(9, [bytes(32)] * 2), put(9, [bytes(31)])])
def test_row_76_commits_and_blobs(fields: Callable[[list[Value]], list[Value]]) -> None:
    """As many of one as of the other."""
    start = scene()
    start.docs = [start.owner.add(b"x", hooks=Hooks(fields=fields))]
    start.grant = start.owner.grant([start.reader.party], start.docs)
    assert_refused(start.read(start.draft().seal()), "bad_schema", FormatError)


@pytest.mark.parametrize(
    "terms",
    [
        {"conditions": (UnknownCondition(kind="quorum"),)},
        {"actions": ("view", "print")},
        {"purposes": ("TREAT", "HMARKT")},
    ],
)
def test_row_79_unknown_terms(terms: dict[str, tuple[str, ...]]) -> None:
    """What a reader does not know, it denies, whatever is asked for."""
    start = scene(**terms)
    for purpose in (None, "TREAT"):
        outcome = start.read(start.draft().seal(), purpose=purpose)
        assert_refused(outcome, "condition_unknown", ConsentRefused, has_pins=True)


def test_row_79_actions() -> None:
    """An import without `keep`, an opening without `view`, an onward share without `forward`."""
    for granted, asked in ((("view",), "keep"), (("keep",), "view"), (("view", "keep"), "forward")):
        start = scene(actions=granted)
        outcome = start.read(start.draft().seal(), actions=(asked,))
        assert_refused(outcome, "action_not_granted", ConsentRefused, has_pins=True)
        assert_accepted(start.read(start.draft().seal(), actions=granted))


def test_row_82_extras() -> None:
    """Checked by their SHA-256, and never in a document's place."""
    start = scene()
    draft = start.draft(extras={"README.txt": b"read me"})
    good = list(draft.members)
    draft.members[0] = (good[0][0], b"reed me")
    assert_refused(start.read(draft.seal()), "commitment_mismatch", IntegrityError)
    draft.members = [(good[0][0], good[1][1]), (good[1][0], good[0][1])]
    assert_refused(start.read(draft.seal()), "bad_container", FormatError)
    draft.members = [good[1], good[0]]
    assert_refused(start.read(draft.seal()), "bad_container", FormatError)
    draft.members = good
    draft.map["extras"][0]["sha256"] = bytes(32)
    assert_refused(start.read(draft.seal()), "commitment_mismatch", IntegrityError)


def test_row_83_an_unknown_signer() -> None:
    """Everything is valid, but nobody has compared the words."""
    start = scene()
    data = start.draft().seal()
    outcome = start.reader.read(data)
    assert_refused(outcome, "unknown_signer", NotEstablished, has_pins=True)
    assert Result.UNKNOWN is outcome.results[Question.AUTHORSHIP]
    assert outcome.passed(Question.INTEGRITY, Question.INCLUSION, Question.AUDIENCE, Question.GRANT)
    other = start.reader.read(data, contacts={Owner().vault_id: "Somebody"})
    assert {"unknown_signer"} == other.codes
    assert_accepted(start.read(data))


def test_the_reader_of_these_tests() -> None:
    """A reader who knows nobody and one who knows the owner differ in that only."""
    start = scene()
    data = start.draft().seal()
    known, unknown = start.read(data), start.reader.read(data)
    assert known.pins == unknown.pins
    assert replace(start.reader, vault=None) != Reader()
