# SPDX-License-Identifier: Apache-2.0
"""Rows 52 to 55 of docs/spec/bad-input.md: consent."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from healthvault.consent.status import SlotTable, Status
from healthvault.errors import ConsentRefused, FormatError, IntegrityError, NotEstablished
from healthvault.verify.pins import PinBook
from healthvault.verify.verdicts import Question, Result
from tests.bundles import Draft, make_bundle, scene, sealed_bytes
from tests.owners import NOW_MS, Hooks, Map, flip, merge
from tests.readers import CODE_READER, Outcome, Reader
from tests.refusals import assert_accepted, assert_nothing_released, assert_refused


def assert_denied(outcome: Outcome, code: str, kind: type[Exception] = ConsentRefused) -> None:
    """Assert that consent says no; what was seen is remembered all the same."""
    assert_refused(outcome, code, kind, has_pins=True)


def change_grant_row(**values: object) -> Callable[[Draft], None]:
    """Return a change of the row of the grant; functions get the old value."""

    def change(draft: Draft) -> None:
        row = draft.map["grants"][0]
        row.update({key: value(row[key]) if callable(value) else value for key, value in values.items()})

    return change


@pytest.mark.parametrize(
    "change",
    [
        change_grant_row(k=lambda k: k ^ 1),
        change_grant_row(k=8),
        change_grant_row(k=2**53 - 1),
        change_grant_row(since=lambda since: since + 1),
        change_grant_row(since=0),
        change_grant_row(salt=flip),
        change_grant_row(path=lambda path: path[1:]),
        change_grant_row(path=lambda path: [*path, bytes(32)]),
        change_grant_row(path=lambda path: path[::-1]),
        change_grant_row(path=lambda path: [flip(path[0]), *path[1:]]),
        change_grant_row(path=[]),
    ],
)
def test_row_52_status_proofs(change: Callable[[Draft], None]) -> None:
    """Slot, beginning, salt and path have to lead to the root that the tip commits to."""
    start = scene()
    draft = start.draft()
    change(draft)
    outcome = start.read(draft.seal())
    assert_denied(outcome, "bad_state", IntegrityError)
    assert {"bad_state"} == outcome.codes_of(Question.GRANT)


@pytest.mark.parametrize(
    "values",
    [
        {"capacity": 16},
        {"capacity": 4},
        {"capacity": 0},
        {"blind": bytes(32)},
        {"ext_root": b"x" * 32},
        {"grants_root": bytes(32)},
    ],
)
def test_row_52_openings(values: Map) -> None:
    """Another opening does not give the tip's state; nothing can be said of the grant then."""
    start = scene()
    draft = start.draft()
    draft.map["state"].update(values)
    outcome = start.read(draft.seal())
    assert {"bad_state"} == outcome.codes
    assert {"bad_state"} == outcome.codes_of(Question.INCLUSION)
    assert (20, True) == (outcome.exit, outcome.are_pins_unchanged)
    assert_nothing_released(outcome)


class OddTable:
    """A status tree of a capacity that is no power of two, as a strange owner could commit to."""

    def __init__(self, table: SlotTable, capacity: int) -> None:
        self.table, self.capacity = table, capacity
        self.root, self.prove, self.slots = table.root, table.prove, table.slots


@pytest.mark.parametrize("capacity", [0, 1, 2, 4, 7, 12, 2**21, 2**53 - 1])
def test_row_52_capacities(capacity: int) -> None:
    """Powers of two from 8 to 2^20, even where the tip commits to another."""
    start = scene()
    start.owner.slots = OddTable(start.owner.slots, capacity)
    assert_denied(start.read(start.draft().seal()), "bad_state", IntegrityError)


def test_row_52_the_status_of_another_grant() -> None:
    """Its slot is active, but that is not the slot inside the sealed grant."""
    start = scene()
    other = start.owner.grant([start.reader.party], start.docs)
    start.owner.revoke(start.grant)
    draft = make_bundle(start.owner, start.reader, start.docs[:1], [start.grant, other])
    first, second = draft.map["grants"]
    first.update({key: second[key] for key in ("k", "salt", "path")})
    draft.map["grants"] = [first]
    assert_denied(start.read(draft.seal()), "bad_state", IntegrityError)


@pytest.mark.parametrize("reset", [True, False])
def test_row_52_a_revoked_grant(reset: bool) -> None:
    """It does not verify as active; an owner who sets the slot back cannot say since when."""
    start = scene()
    start.owner.revoke(start.grant)
    if reset:
        slot = start.owner.grant_slots[start.grant]
        start.owner.slots = SlotTable().activated(slot, start.owner.size)
        start.owner.append({"kind": "note", "about": 0, "text": "back again"})
    outcome = start.read(start.draft().seal())
    assert_denied(outcome, "bad_state", IntegrityError)


@pytest.mark.parametrize(
    ("terms", "extra", "code"),
    [
        ({"not_before_ms": NOW_MS + 1}, {}, "grant_not_yet"),
        ({"not_after_ms": NOW_MS}, {}, "grant_expired"),
        ({}, {"purpose": "HRESCH"}, "purpose_not_covered"),
        ({}, {"purpose": "treatment"}, "purpose_not_covered"),
    ],
)
def test_row_53_terms(terms: dict[str, int], extra: dict[str, str], code: str) -> None:
    """By the reader's clock, and for the purpose that was asked for."""
    start = scene(**terms)
    data = start.draft().seal()
    assert_denied(start.read(data, **extra), code)
    assert start.read(data, **extra).results[Question.GRANT] is Result.FAIL


def test_row_53_the_edges() -> None:
    """From the first millisecond on, and up to the last."""
    start = scene(not_before_ms=NOW_MS, not_after_ms=NOW_MS + 1)
    assert_accepted(start.read(start.draft().seal(), purpose="TREAT"))


def test_row_53_not_the_grantee() -> None:
    """The bundle is addressed to the opener, but the grant is somebody else's."""
    start, other = scene(), Reader()
    draft = make_bundle(start.owner, other, start.docs[:1], [start.grant])
    outcome = other.read(draft.seal(), contacts={start.owner.vault_id: "Ana"})
    assert_denied(outcome, "not_grantee")
    bearer = make_bundle(start.owner, CODE_READER, start.docs[:1], [start.grant])
    assert_denied(CODE_READER.read(bearer.seal(), contacts={start.owner.vault_id: "Ana"}), "not_grantee")


@pytest.mark.parametrize(("status", "code"), [(2, "grant_revoked"), (3, "grant_superseded"), (4, "grant_revoked")])
def test_row_53_a_known_end(status: int, code: str) -> None:
    """Whatever the file shows: a status other than active never goes back."""
    start = scene()
    draft = start.draft()
    first = start.read(draft.seal())
    pins = first.pins.of(start.owner.vault_id)
    (shown,) = pins.grants
    known = replace(pins, grants=(replace(shown, status=Status(status).value),))
    outcome = start.read(draft.seal(), pins=PinBook(vaults=(known,)))
    assert_refused(outcome, code, ConsentRefused)
    other = replace(known, grants=(replace(shown, status=status, grant_id=b"x" * 16),))
    assert set() == start.read(draft.seal(), pins=PinBook(vaults=(other,))).codes


def test_row_53_recheck() -> None:
    """From that date on a newer status is wanted."""
    start = scene(recheck_after_ms=NOW_MS)
    data = start.draft().seal()
    assert_denied(start.read(data), "stale", NotEstablished)
    assert_accepted(start.read(data, now_ms=NOW_MS - 1))
    assert_denied(start.read(data, now_ms=NOW_MS - 1, max_age_ms=1), "stale", NotEstablished)


def test_row_54_out_of_scope() -> None:
    """A document that no grant lists; each document needs its own."""
    start = scene()
    start.grant = start.owner.grant([start.reader.party], start.docs[1:])
    assert_denied(start.read(start.draft().seal()), "out_of_scope")
    later = start.owner.add(b"later")
    draft = make_bundle(start.owner, start.reader, [start.docs[1], later], [start.grant])
    assert_denied(start.read(draft.seal()), "out_of_scope")
    nothing = make_bundle(start.owner, start.reader, start.docs[:1], [])
    assert_denied(start.read(nothing.seal()), "out_of_scope")


@pytest.mark.parametrize(
    "records",
    [
        [],
        [[3, 1], [1, 1]],
        [[1, 2], [2, 2]],
        [[1, 1], [2, 1]],
        [[1, 1], [1, 1]],
        [[1, 0]],
        [[1]],
        [[1, 6]],
        [[0, 2**53 - 1]],
        "all",
    ],
)
def test_row_54_ranges(records: list[list[int]] | str) -> None:
    """Unsorted, overlapping, touching, empty, or reaching to the grant itself and beyond."""
    start = scene()
    hooks = Hooks(sealed=merge(records=records))
    start.grant = start.owner.grant([start.reader.party], start.docs, hooks)
    outcome = start.read(start.draft().seal())
    assert_denied(outcome, "bad_schema", FormatError)


def test_row_55_not_addressed() -> None:
    """Somebody who got it from a recipient; the exact key counts, in the shape that was addressed."""
    start, other = scene(), Reader()
    contacts = {start.owner.vault_id: "Ana"}
    plain = start.draft().container()
    outcome = other.read(sealed_bytes(plain, [other.recipient]), contacts=contacts)
    assert_denied(outcome, "not_addressed", NotEstablished)
    assert {"not_addressed"} == outcome.codes_of(Question.AUDIENCE)
    outcome = CODE_READER.read(sealed_bytes(plain, [CODE_READER.recipient]), contacts=contacts)
    assert_denied(outcome, "not_addressed", NotEstablished)
    bearer = scene(CODE_READER)
    keyed = sealed_bytes(bearer.draft().container(), [other.recipient])
    outcome = other.read(keyed, contacts={bearer.owner.vault_id: "Ana"})
    assert_denied(outcome, "not_addressed", NotEstablished)


def test_row_55_the_vault_of_the_row() -> None:
    """A row with the reader's key and another vault is not the reader's; one without a vault is."""
    start = scene()
    draft = start.draft()
    row = draft.map["audience"]["recipients"][0]
    row["vault"] = b"o" * 32
    assert_denied(start.read(draft.seal()), "not_addressed", NotEstablished)
    bare = scene(Reader(vault=None))
    assert_accepted(bare.read(bare.draft().seal()))
