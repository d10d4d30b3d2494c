# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.consent.roles: docs/spec/roles.md, and the whole matrix of the built-in roles."""

from pathlib import Path

import pytest

from healthvault.codec import Fields, Value
from healthvault.consent.decision import KnownGrant, Request, Subject, decide
from healthvault.consent.exclusion import DocumentWords
from healthvault.consent.grant import Grant
from healthvault.consent.roles import (
    PRESETS,
    Role,
    RoleBind,
    RoleUnbind,
    is_role_name,
    outside_role,
    parse_role_bind,
    parse_role_define,
    parse_role_unbind,
    role_conditions,
)
from healthvault.errors import FormatError
from healthvault.ledger.party import CODE_BEARER
from healthvault.records.categories import Category, Sensitivity
from tests.owners import Map, merge, without

GOLDEN = Path(__file__).parents[1] / "golden" / "role_matrix.txt"
LABELS = (None, *(label.value for label in Sensitivity))


def golden() -> dict[tuple[str, str, str | None], bool]:
    """Return the table: whether a role may have a document of a category with a label."""
    table = {}
    for line in GOLDEN.read_text().splitlines():
        if not line.startswith("#"):
            role, category, *cells = line.split()
            table |= {(role, category, label): cell == "yes" for label, cell in zip(LABELS, cells, strict=True)}
    return table


def words(category: str, label: str | None) -> DocumentWords:
    """Return what is said of a document."""
    return DocumentWords(category=category, sensitivity=() if label is None else (label,))


def test_the_matrix_is_whole() -> None:
    """Seven roles, thirteen categories, four labels and none."""
    expected = {(role, one.value, label) for role in PRESETS for one in Category for label in LABELS}
    assert (expected, 7 * 13 * 5) == (set(golden()), len(golden()))


def test_the_built_in_roles_allow_what_the_table_says() -> None:
    """Every cell, by the check of a role itself."""
    found = {
        (role, category, label): not list(
            outside_role(PRESETS[role], [("d", words(category, label))], purposes=(), actions=(), window_ms=0)
        )
        for role, category, label in golden()
    }
    assert golden() == found


def test_a_grant_of_a_role_allows_what_the_table_says() -> None:
    """Every cell, by the one evaluator over the terms that the role is compiled into."""
    found = {}
    for name, category, label in golden():
        role = PRESETS[name]
        grant = Grant(
            slot=0,
            grant_id=bytes(16),
            grantees=(CODE_BEARER,),
            records=((1, 1),),
            actions=role.actions,
            purposes=role.purposes,
            not_before_ms=0,
            not_after_ms=role.longest_ms,
            conditions=role_conditions(role),
        )
        subject = Subject(seq=1, words=words(category, label))
        request = Request(
            party=CODE_BEARER, at_ms=0, document=subject, purpose=role.purposes[0], actions=("view",)
        )
        found[name, category, label] = decide([KnownGrant(grant=grant)], request).allowed
    assert golden() == found


@pytest.mark.parametrize("name", PRESETS)
def test_the_least_that_a_role_needs(name: str) -> None:
    """No built-in role may pass anything on, and none holds for longer than a year."""
    role = PRESETS[name]
    assert "forward" not in role.actions
    assert role.longest_ms <= 366 * 86_400_000
    assert 0 == role.version


def test_what_nobody_knows_is_judged_strictly() -> None:
    """An unknown category counts as `other`, an unknown label as one that is not named."""
    for said in (words("horoscope", None), words("lab", "aura")):
        found = list(outside_role(PRESETS["gp"], [("d", said)], purposes=(), actions=(), window_ms=0))
        assert ["outside_role"] == [refusal.code for refusal in found]


@pytest.mark.parametrize(
    "terms",
    [
        {"purposes": ("HPAYMT",)},
        {"actions": ("view", "forward")},
        {"window_ms": PRESETS["gp"].longest_ms + 1},
    ],
)
def test_terms_beyond_a_role(terms: dict[str, object]) -> None:
    """Another purpose, another action, a longer window."""
    said = {"purposes": ("TREAT",), "actions": ("view",), "window_ms": 1, **terms}
    assert ["outside_role"] == [one.code for one in outside_role(PRESETS["gp"], (), **said)]


ROLE = Role(
    name="physio",
    categories=("imaging", "letter"),
    sensitivity=(),
    purposes=("TREAT",),
    actions=("view",),
    longest_ms=1000,
    version=7,
)


def fields(sealed: Map) -> Fields:
    """Return a sealed map as a parser gets it."""
    return Fields(sealed, "entry 7")


def test_roles_and_bindings_come_back() -> None:
    """What is sealed is what is read; the version of a role is its entry."""
    vault = bytes(range(32))
    assert ROLE == parse_role_define(fields(ROLE.to_map()), 7)
    for bound in (RoleBind(vault=vault, role="gp", until_ms=5), RoleBind(vault=vault, role="gp")):
        assert bound == parse_role_bind(fields(bound.to_map()))
    unbound = RoleUnbind(vault=vault, role="gp")
    assert unbound == parse_role_unbind(fields(unbound.to_map()))


@pytest.mark.parametrize(
    "change",
    [
        *(without(key) for key in ("name", "categories", "sensitivity", "purpose", "actions", "longest")),
        merge(name="GP"),
        merge(name=""),
        merge(categories=[]),
        merge(purpose=["TREAT", "TREAT"]),
        merge(actions=[]),
        merge(longest=0),
        merge(sensitivity=7),
    ],
)
def test_a_role_of_another_form(change: object) -> None:
    """Missing, empty, twice the same, or of another type: `bad_schema`."""
    with pytest.raises(FormatError) as caught:
        parse_role_define(fields(change(ROLE.to_map())), 7)
    assert "bad_schema" == caught.value.code


@pytest.mark.parametrize("value", [7, "gp gp", None])
def test_a_binding_of_another_form(value: Value) -> None:
    """The role has a name, the contact a vault id."""
    for sealed, parse in (
        (RoleBind(vault=bytes(32), role="gp").to_map(), parse_role_bind),
        (RoleUnbind(vault=bytes(32), role="gp").to_map(), parse_role_unbind),
    ):
        for change in (merge(role=value), merge(vault=bytes(31))):
            with pytest.raises(FormatError) as caught:
                parse(fields(change(sealed)))
            assert "bad_schema" == caught.value.code


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("gp", True), ("night-nurse2", True), ("", False), ("2nd", False), ("GP", False), ("é", False)],
)
def test_names_of_roles(text: str, is_one: bool) -> None:
    """Small letters, digits and hyphens, a letter first."""
    assert is_one == is_role_name(text)
