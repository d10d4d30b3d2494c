# SPDX-License-Identifier: Apache-2.0
"""Rows 68 to 83 of docs/spec/bad-input.md, as far as they reach `verify`, cards, grants or pins."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from healthvault.bundle.card import armour, dearmour, make_card, open_card
from healthvault.codec import Value, pack, pad, unpack
from healthvault.crypto.aead import open_sealed
from healthvault.crypto.hashing import derive, labelled_hash
from healthvault.crypto.signing import sign, signing_key
from healthvault.crypto.words import from_words, to_words
from healthvault.errors import (
    ConsentRefused,
    FormatError,
    HealthVaultError,
    HistoryError,
    IntegrityError,
    NotEstablished,
    WrongKey,
)
from healthvault.ledger.events import RotateReason
from healthvault.ledger.meta import PAD_BYTES
from healthvault.vault.contacts import _check_events
from healthvault.verify.pins import PinBook, VaultPins
from healthvault.verify.verdicts import Question, Result
from tests.bundles import Draft, Scene, make_bundle, scene
from tests.owners import GROUP_ORDER, NO_HOOKS, ORDER_FOUR, Hooks, Map, Owner, flip, merge, put
from tests.readers import Outcome, Reader
from tests.refusals import assert_accepted, assert_nothing_released, assert_refused
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


def test_row_71_events_that_are_missing() -> None:
    """A file that lacks a key event from before its end; an older file is not short."""
    start = scene()
    backup = start.owner.copy()
    early = start.draft()
    backup_size = start.owner.size
    seq = start.owner.rotate()
    known = told(start)
    for _ in range(4):
        backup.append({"kind": "note", "about": 0, "text": "x"})
    late = make_bundle(backup, start.reader, start.docs[:1], [start.grant], marks=[backup_size])
    assert backup.size > seq
    outcome = start.read(late.seal(), pins=known.pins)
    assert "events_old" in outcome.codes
    assert (23, True) == (outcome.exit, outcome.are_pins_unchanged)
    assert HistoryError is outcome.kind_of("events_old")
    assert {"events_old"} <= outcome.codes_of(Question.CONSISTENCY)
    assert_nothing_released(outcome)
    assert "events_old" not in start.read(early.seal(), pins=known.pins).codes


def test_row_71_cards_that_are_older() -> None:
    """A card with fewer events than were seen."""
    owner = Owner()
    owner.rotate()
    seen = list(owner.raws)
    _check_events(seen, seen)
    _check_events([*seen, b"later"], seen)
    with pytest.raises(HistoryError) as caught:
        _check_events(seen[:1], seen)
    assert "card_old" == caught.value.code


def test_row_72_another_event() -> None:
    """In a file and on a card: at the place of a pinned one stands another."""
    start = scene()
    twin = Scene(owner=start.owner.copy(), reader=start.reader, docs=start.docs, grant=start.grant)
    start.owner.rotate()
    twin.owner.rotate()
    known = told(start)
    pins = PinBook(vaults=(VaultPins(vault=start.owner.vault_id, events=known.pins.vaults[0].events),))
    outcome = twin.read(twin.draft().seal(), pins=pins)
    assert_refused(outcome, "fork", HistoryError)
    shown = [twin.owner.raws[seq] for seq in twin.owner.event_seqs]
    with pytest.raises(HistoryError) as caught:
        _check_events(shown, list(pins.vaults[0].events))
    assert "fork" == caught.value.code


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


def test_row_77_a_witnessed_fork() -> None:
    """Two signed roots of one size, both in one file."""
    start = scene()
    draft = start.draft(marks=[3], witnessed=[start.owner.note(3, root=b"r" * 32)])
    outcome = start.read(draft.seal())
    assert_refused(outcome, "fork", HistoryError)
    assert {"fork"} == outcome.codes_of(Question.WITNESSES)
    other = start.owner.copy()
    other.add(b"other")
    size = other.size
    start.owner.add(b"one")
    witnessed = start.draft(marks=[size], witnessed=[other.cosigned(Owner("Clinic"), size)])
    assert_refused(start.read(witnessed.seal()), "fork", HistoryError)


def test_row_77_a_compromised_size() -> None:
    """The tree at which stolen keys were closed, rebuilt to another root."""
    start = scene()
    draft = start.draft(marks=[3])
    for size, root, code in ((3, b"x" * 32, "fork"), (start.owner.size, b"x" * 32, "fork"), (4, b"x" * 32, None)):
        pins = VaultPins(vault=start.owner.vault_id, compromised=((7, size, root),))
        outcome = start.read(draft.seal(), pins=PinBook(vaults=(pins,)))
        if code:
            assert_refused(outcome, code, HistoryError)
        else:
            assert_accepted(outcome)


def test_row_77_marks_of_changes() -> None:
    """The seq of every rotation and the from_size of every restart is a mark."""
    for name in ("rotate", "restart"):
        start = scene()
        seq = getattr(start.owner, name)()
        start.owner.add(b"later")
        start.owner.rotations, start.owner.restarts = [], []
        assert_refused(start.read(start.draft().seal()), "bad_proof", IntegrityError)
        assert_accepted(start.read(start.draft(marks=[seq]).seal()))


def test_row_77_witnessed_sizes_are_marks() -> None:
    """Or nothing could be compared."""
    start = scene()
    draft = start.draft(witnessed=[start.owner.note(4)])
    assert 4 not in draft.map["slice"]["marks"]
    assert_refused(start.read(draft.seal()), "bad_proof", IntegrityError)


def restarted() -> tuple[Scene, Outcome, int]:
    """Return an owner who went on from an older copy, the reader's memory of the lost one, and its size."""
    start = scene()
    backup = start.owner.copy()
    for _ in range(3):
        start.owner.add(b"lost")
    first = told(start)
    size = start.owner.size
    backup.restart(lost=(size, start.owner.root_at(size)))
    return Scene(owner=backup, reader=start.reader, docs=start.docs, grant=start.grant), first, size


def test_row_78_a_restart_is_never_silent() -> None:
    """Said every time, for ever; the old pins stay as evidence."""
    start, first, size = restarted()
    draft = start.draft()
    outcome = start.read(draft.seal(), pins=first.pins)
    assert_refused(outcome, "history_restarted", NotEstablished, has_pins=True)
    assert {"history_restarted"} == outcome.codes_of(Question.CONSISTENCY)
    pins = outcome.pins.of(start.owner.vault_id)
    assert size in {seen.size for seen in pins.sizes if seen.restarts == 0}
    assert start.owner.size == pins.firm
    again = start.read(draft.seal(), pins=outcome.pins)
    assert_refused(again, "history_restarted", NotEstablished)
    start.owner.add(b"more")
    later = start.read(start.draft(marks=[pins.firm]).seal(), pins=outcome.pins)
    assert_refused(later, "history_restarted", NotEstablished, has_pins=True)
    assert_accepted(start.read(start.draft().seal()))


def test_row_78_a_rewind_without_a_restart() -> None:
    """The same old copy, but nobody says so: a fork, or not connected."""
    start = scene()
    backup = start.owner.copy()
    for _ in range(3):
        start.owner.add(b"lost")
    first = told(start)
    while backup.size < start.owner.size - 1:
        backup.append({"kind": "note", "about": 0, "text": "again"})
    again = Scene(owner=backup, reader=start.reader, docs=start.docs, grant=start.grant)
    assert_refused(again.read(again.draft().seal(), pins=first.pins), "fork", HistoryError)


@pytest.mark.parametrize(
    ("hooks", "from_root"),
    [(Hooks(event=merge(from_size=1)), None), (Hooks(event=merge(from_size=99)), None), (NO_HOOKS, b"r" * 32)],
)
def test_row_78_wrong_restarts(hooks: Hooks, from_root: bytes | None) -> None:
    """From another size than its place, or from another tree."""
    start = scene()
    start.owner.restart(from_root=from_root, hooks=hooks)
    assert_refused(start.read(start.draft().seal()), "bad_key", IntegrityError)


@pytest.mark.parametrize(
    "terms",
    [{"conditions": ("quorum",)}, {"actions": ("view", "print")}, {"purposes": ("TREAT", "HMARKT")}],
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


def test_row_35_and_78_a_long_story() -> None:
    """Keys stolen, then a restart from a copy of before: the reader hears of both."""
    start = scene()
    backup = start.owner.copy()
    start.owner.rotate(RotateReason.COMPROMISED)
    first = told(start)
    backup.restart(lost=(start.owner.size, start.owner.root_at(start.owner.size)))
    again = Scene(owner=backup, reader=start.reader, docs=start.docs, grant=start.grant)
    outcome = again.read(again.draft().seal(), pins=first.pins)
    assert {"key_revoked", "fork", "history_restarted"} == outcome.codes
    assert (20, True) == (outcome.exit, outcome.are_pins_unchanged)


def test_the_reader_of_these_tests() -> None:
    """A reader who knows nobody and one who knows the owner differ in that only."""
    start = scene()
    data = start.draft().seal()
    known, unknown = start.read(data), start.reader.read(data)
    assert known.pins == unknown.pins
    assert replace(start.reader, vault=None) != Reader()
