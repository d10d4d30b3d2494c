# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.roles: docs/spec/roles.md, through real grants, shares and bundles."""

from dataclasses import replace
from pathlib import Path

import pytest

from healthvault.consent.grant import parse_grant
from healthvault.consent.roles import PRESETS
from healthvault.errors import ConsentRefused, InvalidRequest, NotFound
from healthvault.storage.consent_rows import ConsentRows
from healthvault.storage.inputs import InputFile
from healthvault.vault.add import AddOptions
from healthvault.vault.grants import list_grants
from healthvault.vault.handing import UnderGrant
from healthvault.vault.receive import VerifyOptions, verify_file
from healthvault.vault.roles import bind_role, define_role, list_roles, role_named, unbind_role
from healthvault.vault.share import share, share_under
from healthvault.vault.terms import Terms
from healthvault.vault.views import BundleView, Document
from tests.unit.test_consent_roles import golden
from tests.vaults import DAY_MS, NOW_MS, Sample, pair


@pytest.fixture
def people(tmp_path: Path) -> tuple[Sample, Sample]:
    """Return Ana and Dr Lee."""
    return pair(tmp_path)


def under(role: str, *documents: Document, **other: object) -> Terms:
    """Return terms of which the role says everything."""
    terms = Terms(
        records=tuple(document.id for document in documents),
        purposes=(),
        actions=(),
        not_after_ms=NOW_MS + 90 * DAY_MS,
        may_end_earlier=True,
        role=role,
    )
    return replace(terms, **other)


def bind(sample: Sample, role: str, until_ms: int | None = None) -> None:
    """Bind Dr Lee to a role."""
    with sample.open(writing=True) as vault:
        bind_role(vault, "Dr Lee", role, until_ms=until_ms, now_ms=NOW_MS)


def share_now(sample: Sample, terms: Terms, out: Path) -> BundleView:
    """Share."""
    with sample.open(writing=True) as vault:
        return share(vault, terms, out, now_ms=NOW_MS)


def share_again(sample: Sample, grant: str, out: Path, now_ms: int = NOW_MS) -> BundleView:
    """Share once more under a grant that stands."""
    with sample.open(writing=True, now_ms=now_ms) as vault:
        return share_under(vault, UnderGrant(grant=grant), out, now_ms=now_ms)


def test_a_role_fills_in_the_terms(people: tuple[Sample, Sample], tmp_path: Path) -> None:
    """Who, for what, to do what, until when; the grant names role and version, and says the terms itself."""
    ana, _ = people
    bind(ana, "gp")
    (lab,) = ana.add(b"one", options=AddOptions(category="lab"))
    share_now(ana, under("gp", lab), tmp_path / "visit.hvb")
    with ana.open() as vault:
        (row,) = ConsentRows(vault.catalogue).grants()
    grant = parse_grant(row.terms, row.seq)
    gp = PRESETS["gp"]
    assert ("gp", 0, gp.purposes, gp.actions) == (grant.role, grant.role_version, grant.purposes, grant.actions)
    assert (["Dr Lee"], NOW_MS + 90 * DAY_MS) == ([party.name for party in grant.grantees], grant.not_after_ms)
    assert {"claim", "other", "protocol"} == set(grant.conditions[0].categories)


def test_the_shorter_of_two_ends(people: tuple[Sample, Sample], tmp_path: Path) -> None:
    """A role that holds for less than ninety days says when it ends; a longer one that was asked for is not."""
    ana, _ = people
    bind(ana, "emergency")
    (document,) = ana.add(b"one", options=AddOptions(category="allergy"))
    share_now(ana, under("emergency", document), tmp_path / "a.hvb")
    with ana.open() as vault:
        (grant,) = list_grants(vault, now_ms=NOW_MS)
    assert NOW_MS + PRESETS["emergency"].longest_ms == grant.not_after_ms
    with pytest.raises(ConsentRefused) as caught:
        share_now(ana, under("emergency", document, may_end_earlier=False), tmp_path / "b.hvb")
    assert "outside_role" == caught.value.code


CELLS = sorted(golden().items(), key=str)[::23]


@pytest.mark.parametrize(("cell", "allowed"), CELLS)
def test_a_sample_of_the_matrix_through_real_shares(
    people: tuple[Sample, Sample], tmp_path: Path, cell: tuple[str, str, str | None], allowed: bool
) -> None:
    """What the table forbids is refused before a byte is written; what it allows is shared and verified."""
    ana, lee = people
    role, category, label = cell
    bind(ana, role)
    (document,) = ana.add(
        b"one", options=AddOptions(category=category, sensitivity=() if label is None else (label,))
    )
    out = tmp_path / "cell.hvb"
    if not allowed:
        with pytest.raises(ConsentRefused) as caught:
            share_now(ana, under(role, document), out)
        assert ("outside_role", False) == (caught.value.code, out.exists())
        return
    share_now(ana, under(role, document), out)
    with lee.open(writing=True) as vault:
        found = verify_file(vault, lee.place, InputFile(name="cell.hvb", path=out), VerifyOptions(), now_ms=NOW_MS)
    assert () == found.problems


def test_a_redefined_role_changes_only_later_shares(people: tuple[Sample, Sample], tmp_path: Path) -> None:
    """The old bundle verifies as before, by its own terms; the next share under that grant is refused."""
    ana, lee = people
    bind(ana, "gp")
    (lab,) = ana.add(b"one", options=AddOptions(category="lab"))
    made = share_now(ana, under("gp", lab), tmp_path / "old.hvb")
    with ana.open(writing=True) as vault:
        narrower = replace(PRESETS["gp"], categories=("allergy",))
        view = define_role(vault, narrower, now_ms=NOW_MS)
        assert vault.history.size - 1 == view.version
    with pytest.raises(ConsentRefused) as caught:
        share_again(ana, made.grant, tmp_path / "new.hvb")
    assert "outside_role" == caught.value.code
    with lee.open(writing=True) as vault:
        old = InputFile(name="old.hvb", path=tmp_path / "old.hvb")
        assert () == verify_file(vault, lee.place, old, VerifyOptions(), now_ms=NOW_MS).problems
    with ana.open(writing=True) as vault:
        define_role(vault, PRESETS["gp"], now_ms=NOW_MS)
    share_again(ana, made.grant, tmp_path / "new.hvb")


@pytest.mark.parametrize("how", ["unbound", "over"])
def test_a_binding_that_has_ended(people: tuple[Sample, Sample], tmp_path: Path, how: str) -> None:
    """Neither a new grant nor a share under an old one; bound again, both."""
    ana, _ = people
    bind(ana, "gp", NOW_MS + DAY_MS)
    (lab,) = ana.add(b"one", options=AddOptions(category="lab"))
    made = share_now(ana, under("gp", lab), tmp_path / "old.hvb")
    now_ms = NOW_MS if how == "unbound" else NOW_MS + DAY_MS
    if how == "unbound":
        with ana.open(writing=True) as vault:
            assert () == unbind_role(vault, "Dr Lee", "gp", now_ms=NOW_MS).contacts
            size = vault.history.size
            unbind_role(vault, "Dr Lee", "gp", now_ms=NOW_MS)
            assert size == vault.history.size
    with pytest.raises(ConsentRefused) as caught:
        share_again(ana, made.grant, tmp_path / "new.hvb", now_ms)
    assert "role_unbound" == caught.value.code
    for terms in (under("gp", lab), under("gp", lab, to=("Dr Lee",))):
        with ana.open(writing=True, now_ms=now_ms) as vault, pytest.raises(ConsentRefused) as fresh:
            share(vault, terms, tmp_path / "new.hvb", now_ms=now_ms)
        assert "role_unbound" == fresh.value.code
    bind(ana, "gp")
    share_again(ana, made.grant, tmp_path / "new.hvb", now_ms)


def test_a_code_needs_no_binding(people: tuple[Sample, Sample], tmp_path: Path) -> None:
    """Whoever is told the code is nobody's contact; the terms are those of the role."""
    ana, _ = people
    (document,) = ana.add(b"one", options=AddOptions(category="allergy"))
    made = share_now(ana, under("emergency", document, is_for_bearer=True), tmp_path / "card.hvb")
    assert made.code is not None


def test_the_list_of_roles(people: tuple[Sample, Sample]) -> None:
    """Built in and defined, by name, with who has each."""
    ana, _ = people
    bind(ana, "gp")
    with ana.open(writing=True) as vault:
        define_role(vault, replace(PRESETS["gp"], name="physio"), now_ms=NOW_MS)
        shown = {view.name: view for view in list_roles(vault, now_ms=NOW_MS)}
        assert sorted([*PRESETS, "physio"]) == list(shown)
        assert (("Dr Lee",), 0) == (shown["gp"].contacts, shown["gp"].version)
        assert shown["physio"].version > 0


def test_roles_that_there_are_not(people: tuple[Sample, Sample]) -> None:
    """A role, a contact, a name or a date that cannot be."""
    ana, _ = people
    with ana.open(writing=True) as vault:
        for contact, role in (("Dr Lee", "wizard"), ("Nobody", "gp")):
            with pytest.raises(NotFound) as caught:
                bind_role(vault, contact, role, until_ms=None, now_ms=NOW_MS)
            assert "not_found" == caught.value.code
        with pytest.raises(InvalidRequest) as late:
            bind_role(vault, "Dr Lee", "gp", until_ms=NOW_MS, now_ms=NOW_MS)
        assert "bad_expiry" == late.value.code
        with pytest.raises(InvalidRequest) as named:
            define_role(vault, replace(PRESETS["gp"], name="G P"), now_ms=NOW_MS)
        assert "bad_name" == named.value.code
        with pytest.raises(NotFound):
            role_named(vault, "wizard")
