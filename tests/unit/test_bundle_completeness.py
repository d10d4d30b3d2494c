# SPDX-License-Identifier: Apache-2.0
"""The map `complete` of a manifest: what it does not show, and how it is read."""

import pytest

from healthvault.bundle.completeness import parse_inventories
from healthvault.codec import Fields, Value, pack, unpack
from healthvault.errors import FormatError, HealthVaultError, IntegrityError
from healthvault.ledger.changes import CATEGORIES, Added, Revised
from healthvault.ledger.documents import DocRevise
from healthvault.ledger.inventory import Inventories
from healthvault.records.categories import Category
from tests.histories import ALLERGY, STATE_KEY, TIP, History, add, allergies, opened, prev_of, seven


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 17])
def test_other_categories_do_not_show(size: int) -> None:
    """Vaults that differ in undisclosed categories only give the same row, and all else of one shape."""
    one, other = History(), History()
    for number in range(size):
        one.append(add("allergy"))
        other.append(add("allergy"))
        one.append(add("lab"))
        other.append(add(CATEGORIES[1 + number % 11]))
        if number % 3 == 1:
            one.append(DocRevise(about=2, category="claim"))
            other.append(DocRevise(about=2, title="no change at all"))
    for word in ("other", *CATEGORIES[1:]):
        other.append(add(word))
    one.append(add("other"))
    shown = allergies(one)[: size // 2]
    first, second = (opened(history, shown) for history in (one, other))
    assert first.rows == second.rows
    assert shape(first.to_value()) == shape(second.to_value())
    assert len(pack(first.to_value())) == len(pack(second.to_value()))


def test_two_proofs_do_not_tell_what_changed_between_them() -> None:
    """Every commitment differs from entry to entry, whatever the entries did."""
    history = seven()
    older, newer = (opened(history, [], tip=tip) for tip in (TIP, TIP + 1))
    assert frozenset() == frozenset(older.commitments) & frozenset(newer.commitments)


def shape(value: Value) -> object:
    """Return a value with each byte string and number replaced by its kind and size."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value]
    return (type(value).__name__, len(value)) if isinstance(value, (bytes, str)) else type(value).__name__


def wire(history: History) -> dict[str, Value]:
    """Return the map of an honest sender as it was read from a manifest."""
    value = unpack(pack(opened(history, allergies(history)).to_value()))
    assert isinstance(value, dict)
    return value


def test_there_and_back() -> None:
    """What stands in the manifest reads as it was written, without lines too."""
    history = seven()
    for written in (opened(history, allergies(history)), opened(history, [], range(16))):
        assert written == parse_inventories(Fields(unpack(pack(written.to_value())), "complete"))


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("bad_schema", {"commitments": []}),
        ("bad_schema", {"commitments": [bytes(32)] * 17}),
        ("bad_schema", {"commitments": [bytes(31)] * 16}),
        ("bad_schema", {"rows": None}),
        ("bad_schema", {"row": {"slot": 16}}),
        ("bad_schema", {"row": {"blind": bytes(32)}}),
        (
            "bad_schema",
            {"row": {"in": [{"i": 1, "seq": seq, "salt": bytes(32)} for seq in (1, 2)]}},
        ),
        ("bad_schema", {"row": {"out": [{"i": 1, "kind": 1, "ref": 0, "salt": bytes(32)}]}}),
        ("bad_schema", {"row": {"out": [{"i": 1, "kind": 6, "ref": 0, "salt": bytes(32)}]}}),
        ("bad_schema", {"row": {"lines": []}}),
        ("bad_proof", {"row": {"lines": {"size": 3, "leaves": [], "marks": [1], "hashes": [bytes(32)] * 3}}}),
        ("bad_schema", {"double": True}),
    ],
)
def test_the_form_is_checked(code: str, change: dict[str, Value]) -> None:
    """A number out of range, a missing value or a second row of one category is refused before any hash."""
    value = wire(seven())
    (row,) = value["rows"]
    if "row" in change:
        change = {"rows": [{**row, **change["row"]}]}
    elif "double" in change:
        change = {"rows": [row, row]}
    with pytest.raises(HealthVaultError) as caught:
        parse_inventories(Fields({**value, **change}, "complete"))
    assert code == caught.value.code
    assert isinstance(caught.value, (FormatError, IntegrityError))


def test_the_words_are_those_of_records() -> None:
    """The inventories are numbered in the order in which the categories are listed."""
    assert tuple(word.value for word in Category) == CATEGORIES


def test_nothing_is_committed_to_before_a_category_is_named() -> None:
    """A vault of an older writer goes on with zeros; the first word brings in all that was there before."""
    inventories = Inventories(STATE_KEY, History().inventories()._members)
    inventories.take(1, Added(slot=None))
    assert bytes(32) == inventories.ext_root(prev_of(1))
    inventories.take(2, Revised(about=1, slot=ALLERGY))
    history = History()
    history.append(add(None))
    history.append(DocRevise(about=1, category="allergy"))
    assert history.model.ext_root(prev_of(2)) == inventories.ext_root(prev_of(2))
