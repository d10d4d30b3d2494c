# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.verify.pins: docs/spec/bundle.md section 5."""

from dataclasses import replace

import pytest

from healthvault.codec import LARGE_ITEMS, Fields, Value, pack, unpack
from healthvault.errors import FormatError
from healthvault.verify.pins import KnownStatus, PinBook, SeenSize, VaultPins, parse_pin_book
from tests.owners import Map, merge, without

REVOKED = KnownStatus(grant_id=b"g" * 16, status=2, size=9, slot=5, seq=3, time_ms=77)
FULL = VaultPins(
    vault=b"v" * 32,
    events=(b"genesis", b"rotate"),
    sizes=(SeenSize(size=4, root=b"r" * 32, restarts=0), SeenSize(size=9, root=b"q" * 32, restarts=1)),
    firm=9,
    compromised=((0, 5, b"c" * 32),),
    bundles=((b"b" * 32, 1000),),
    grants=(REVOKED,),
    evidence=(b"note", b"other note"),
)
EMPTY = VaultPins(vault=b"w" * 32)


def parse(book: Value) -> PinBook:
    """Parse a pin book as it is read from a disk."""
    return parse_pin_book(Fields(unpack(pack(book), max_items=LARGE_ITEMS), "pins"))


def test_pins_come_back() -> None:
    """Of vaults that were met, and of nobody."""
    for book in (PinBook(), PinBook(vaults=(FULL, EMPTY))):
        assert book == parse(book.to_map())


def test_the_form_on_disk() -> None:
    """Exactly the keys of the specification."""
    book = PinBook(vaults=(FULL,)).to_map()
    assert {"v", "vaults"} == book.keys()
    row = book["vaults"][0]
    assert {"vault", "events", "sizes", "firm", "compromised", "bundles", "grants", "evidence"} == row.keys()
    assert [[4, b"r" * 32, 0], [9, b"q" * 32, 1]] == row["sizes"]
    assert [[b"g" * 16, 2, 9, 5, 3, 77]] == row["grants"]
    assert 1 == book["v"]


def test_the_book() -> None:
    """A vault that was never met has empty pins; new pins replace the old ones of that vault only."""
    book = PinBook(vaults=(FULL,))
    assert EMPTY == book.of(b"w" * 32)
    grown = book.updated(EMPTY).updated(VaultPins(vault=b"v" * 32, firm=10))
    assert (10, EMPTY, 2) == (grown.of(b"v" * 32).firm, grown.of(b"w" * 32), len(grown.vaults))
    assert FULL == book.of(b"v" * 32)


def test_what_is_remembered() -> None:
    """Trees by size and root, bundles by id, grants by id, epochs by number."""
    assert FULL.has_seen(4, b"r" * 32)
    assert not FULL.has_seen(4, b"q" * 32)
    assert not FULL.has_seen(5, b"r" * 32)
    assert (1000, None) == (FULL.first_seen_ms(b"b" * 32), FULL.first_seen_ms(b"x" * 32))
    assert (REVOKED, None) == (FULL.newest_status(b"g" * 16), FULL.newest_status(b"x" * 16))
    assert (frozenset({0}), frozenset()) == (FULL.compromised_epochs, EMPTY.compromised_epochs)


def test_the_newest_word_on_a_grant() -> None:
    """A larger size replaces a smaller one; what has ended is never active again, whatever a later size shows."""
    active = replace(REVOKED, status=1)
    newer, other = replace(active, size=12), replace(active, grant_id=b"h" * 16)
    known = EMPTY.with_status(active)
    assert (active,) == known.with_status(replace(active, size=8)).grants
    assert (newer,) == known.with_status(newer).grants
    assert (active, other) == known.with_status(other).grants
    ended = known.with_status(replace(newer, status=3))
    assert (replace(newer, status=3),) == ended.with_status(replace(active, size=20)).grants
    assert FULL == FULL.with_status(newer)


def test_an_id_is_no_digest() -> None:
    """A bundle that was noted by anything shorter counts as never seen."""
    row = merge(bundles=[[b"b" * 16, 1000]])(PinBook(vaults=(FULL,)).to_map()["vaults"][0])
    (pins,) = parse({"v": 1, "vaults": [row]}).vaults
    assert (None, 1000) == (pins.first_seen_ms(b"b" * 32), pins.bundles[0][1])


KEYS = ["vault", "events", "sizes", "compromised", "bundles", "grants", "evidence"]


@pytest.mark.parametrize("key", KEYS)
def test_every_key_is_needed(key: str) -> None:
    """Missing or of another type: the pins are damaged."""
    for change in (without(key), merge(**{key: 1})):
        row = change(PinBook(vaults=(FULL,)).to_map()["vaults"][0])
        with pytest.raises(FormatError) as caught:
            parse({"v": 1, "vaults": [row]})
        assert "bad_schema" == caught.value.code


@pytest.mark.parametrize(
    "values",
    [
        {"vault": b"v"},
        {"firm": "9"},
        {"sizes": [[4, b"r" * 31, 0]]},
        {"sizes": [[4, b"r" * 32]]},
        {"sizes": [[True, b"r" * 32, 0]]},
        {"compromised": [[0, 5, b"c"]]},
        {"bundles": [["b", 1]]},
        {"grants": [[b"g" * 16, 2]]},
        {"events": ["text"]},
        {"evidence": [1]},
    ],
    ids=str,
)
def test_wrong_values_are_refused(values: Map) -> None:
    """Lengths, types and numbers of items."""
    row = merge(**values)(PinBook(vaults=(FULL,)).to_map()["vaults"][0])
    with pytest.raises(FormatError) as caught:
        parse({"v": 1, "vaults": [row]})
    assert "bad_schema" == caught.value.code


@pytest.mark.parametrize(
    "book", [{"v": 2, "vaults": []}, {"v": 1}, {"vaults": []}, {"v": 1, "vaults": [1]}], ids=str
)
def test_another_book_is_refused(book: Value) -> None:
    """Of another version or form."""
    with pytest.raises(FormatError) as caught:
        parse(book)
    assert "bad_schema" == caught.value.code
