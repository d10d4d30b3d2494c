# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.grants."""

from dataclasses import replace
from pathlib import Path

import pytest

from healthvault.errors import ConsentRefused, HealthVaultError, InvalidRequest, NotFound
from healthvault.storage.consent_rows import ConsentRows
from healthvault.vault.grants import (
    find_grant,
    grants_naming,
    list_grants,
    make_grant,
    revoke_grant,
    terms_in_force,
    time_of_decision,
)
from healthvault.vault.share import share
from healthvault.vault.transaction import Transaction
from healthvault.vault.views import GrantView
from tests import vaults
from tests.vaults import DAY_MS, NOW_MS, Sample, request


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """Ana, who shared two of her three documents with Dr Lee."""
    ana, _ = vaults.pair(tmp_path)
    documents = ana.add(b"one", b"two", b"three")
    ana.share(tmp_path / "a.hvb", [documents[0], documents[2]])
    return ana


def only(ana: Sample, now_ms: int = NOW_MS) -> GrantView:
    """Return the only grant."""
    with ana.open() as vault:
        (grant,) = list_grants(vault, now_ms=now_ms)
    return grant


def test_a_grant(ana: Sample) -> None:
    """What was granted, in plain words."""
    grant = only(ana)
    ids = {document.entry: document.id for document in ana.documents()}
    assert ("Dr Lee", (ids[2], ids[4]), ("treatment",), ("view", "keep")) == (
        grant.contact,
        grant.records,
        grant.purposes,
        grant.actions,
    )
    assert (5, "active", 1) == (grant.entry, grant.status, len(grant.bundles))
    assert NOW_MS + 90 * DAY_MS == grant.not_after_ms
    assert NOW_MS - 600_000 == grant.not_before_ms  # ten minutes for a reader whose clock is slow


@pytest.mark.parametrize(
    ("now_ms", "status"),
    [
        (NOW_MS - DAY_MS - 1, "not_yet"),
        (NOW_MS - DAY_MS, "active"),
        (NOW_MS + 90 * DAY_MS - 1, "active"),
        (NOW_MS + 90 * DAY_MS, "expired"),
    ],
)
def test_dates(ana: Sample, now_ms: int, status: str) -> None:
    """It ends before its last millisecond; a clock less than a day behind the newest entry does not count."""
    assert status == only(ana, now_ms).status


def test_finding(ana: Sample) -> None:
    """By its id or the beginning of it."""
    grant = only(ana)
    with ana.open() as vault:
        for asked in (grant.id, grant.id[2:], grant.id[:7], grant.id.upper()):
            assert grant == find_grant(vault, asked, now_ms=NOW_MS)
        for asked in ("", "g_", "abc", "g_2222222", "zzzz"):
            with pytest.raises(NotFound):
                find_grant(vault, asked, now_ms=NOW_MS)


def test_revoking(ana: Sample) -> None:
    """A revoked grant stays so whatever the time; a second time changes nothing."""
    grant = only(ana)
    with ana.open(writing=True) as vault:
        ended = revoke_grant(vault, grant.id, reason="moved away", now_ms=NOW_MS)
        assert replace(grant, status="revoked") == ended
        size = vault.history.size
        assert ended == revoke_grant(vault, grant.id, reason="again", now_ms=NOW_MS)
        assert size == vault.history.size
    assert "revoked" == only(ana, NOW_MS + 400 * DAY_MS).status
    assert () == ana.check().findings


def test_revoking_what_is_not_there(ana: Sample) -> None:
    """It is an error, and writes nothing."""
    with ana.open(writing=True) as vault, pytest.raises(NotFound):
        revoke_grant(vault, "g_2222222", reason="", now_ms=NOW_MS)


def test_a_grant_that_was_replaced(ana: Sample) -> None:
    """It ended in another way, and cannot be revoked."""
    with ana.open(writing=True) as vault:
        (old,) = ConsentRows(vault.catalogue).grants()
        with Transaction(vault, now_ms=NOW_MS) as transaction:
            draft = transaction.begin()
            slot, _ = transaction.slots.place_new(draft.seq)
            slots = transaction.slots.activated(slot, draft.seq, old.seq)
            terms = {**old.terms.map, "k": slot, "grant_id": b"n" * 16, "supersedes": old.seq}
            transaction.append(draft, terms, slots=slots)
            transaction.commit()
        with pytest.raises(InvalidRequest) as caught:
            revoke_grant(vault, old.id, reason="", now_ms=NOW_MS)
        assert "grant_closed" == caught.value.code


def test_many_grants(ana: Sample, tmp_path: Path) -> None:
    """The table of slots grows, no slot is used twice, and all are listed, the newest first."""
    documents = ana.documents()
    with ana.open(writing=True) as vault:
        for number in range(10):
            share(vault, vaults.request(documents[:1]), tmp_path / f"{number}.hvb", now_ms=NOW_MS)
        grants = list(list_grants(vault, now_ms=NOW_MS))
        slots = [row.slot for row in ConsentRows(vault.catalogue).grants()]
        revoke_grant(vault, grants[3].id, reason="", now_ms=NOW_MS)
    assert (11, 11) == (len(grants), len(set(slots)))
    assert sorted((grant.entry for grant in grants), reverse=True) == [grant.entry for grant in grants]
    assert all(1 == len(grant.bundles) for grant in grants)
    assert () == ana.check().findings


def made(ana: Sample, **change: object) -> GrantView:
    """Make another grant, of the second document."""
    with ana.open(writing=True) as vault:
        terms = replace(vaults.request([ana.documents()[1]]), **change)  # type: ignore[arg-type]
        return make_grant(vault, terms, now_ms=NOW_MS)


def test_a_grant_alone(ana: Sample) -> None:
    """It is logged, stands, and nothing was handed out under it."""
    grant = made(ana)
    assert ("active", (), ("treatment",), "Dr Lee") == (
        grant.status,
        grant.bundles,
        grant.purposes,
        grant.contact,
    )
    assert (ana.documents()[1].id,) == grant.records
    assert () == ana.check().findings


def test_grants_that_name_a_document(ana: Sample) -> None:
    """Those in force only."""
    first, second = only(ana), ana.documents()[1]
    grant = made(ana)
    with ana.open(writing=True) as vault:
        assert (grant.id,) == grants_naming(vault, second.entry, now_ms=NOW_MS)
        assert (first.id,) == grants_naming(vault, 2, now_ms=NOW_MS)
        assert () == grants_naming(vault, second.entry, now_ms=NOW_MS + 91 * DAY_MS)
        revoke_grant(vault, grant.id, reason="", now_ms=NOW_MS)
        assert () == grants_naming(vault, second.entry, now_ms=NOW_MS)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"records": ()}, "nothing_to_share"),
        ({"to": ("Nobody",)}, "not_found"),
        ({"not_after_ms": NOW_MS}, "bad_expiry"),
        ({"purposes": ()}, "bad_schema"),
    ],
)
def test_what_cannot_be_granted(ana: Sample, change: dict[str, object], code: str) -> None:
    """It is refused, and nothing is logged."""
    size = 1 + only(ana).entry + 1  # the share stands after it
    with pytest.raises(HealthVaultError) as caught:
        made(ana, **change)
    assert code == caught.value.code
    with ana.open() as vault:
        assert size == vault.history.size


def test_a_grant_that_holds(ana: Sample) -> None:
    """Each way in which it does not has a name."""
    grant, terms = only(ana), vaults.request(ana.documents()[:1])
    with ana.open(writing=True) as vault:
        assert grant.entry == terms_in_force(vault, grant.id, now_ms=NOW_MS)[0].seq
        assert (
            grant.entry == terms_in_force(vault, grant.id, now_ms=NOW_MS - DAY_MS // 2)[0].seq
        )  # a clock set back
        with pytest.raises(ConsentRefused) as caught:
            terms_in_force(vault, grant.id, now_ms=NOW_MS + 91 * DAY_MS)
        assert "grant_expired" == caught.value.code
        later = make_grant(vault, replace(terms, not_before_ms=NOW_MS + DAY_MS), now_ms=NOW_MS)
        with pytest.raises(ConsentRefused) as caught:
            terms_in_force(vault, later.id, now_ms=NOW_MS)
        assert "grant_not_yet" == caught.value.code
        revoke_grant(vault, grant.id, reason="", now_ms=NOW_MS)
        with pytest.raises(ConsentRefused) as caught:
            terms_in_force(vault, grant.id, now_ms=NOW_MS)
        assert "grant_revoked" == caught.value.code


def test_a_clock_that_was_set_back(ana: Sample) -> None:
    """What has expired by the newest entry stays so, in what is decided and in what is listed."""
    grant = only(ana)
    late = NOW_MS + 90 * DAY_MS
    ana.add(b"four", now_ms=late)
    with ana.open(writing=True, now_ms=late) as vault:
        for now_ms in (late, late - 1, late - DAY_MS):
            assert late == time_of_decision(vault, now_ms)
            assert "expired" == find_grant(vault, grant.id, now_ms=now_ms).status
            with pytest.raises(ConsentRefused) as caught:
                terms_in_force(vault, grant.id, now_ms=now_ms)
            assert "grant_expired" == caught.value.code
        assert late - DAY_MS - 1 == time_of_decision(vault, late - DAY_MS - 1)  # one wrong clock ends no grant
        assert late + 5 == time_of_decision(vault, late + 5)


def test_a_grant_that_has_not_begun(ana: Sample) -> None:
    """It begins with its first millisecond."""
    (first, *_) = ana.documents()
    with ana.open(writing=True) as vault:
        made = make_grant(vault, replace(request([first]), not_before_ms=NOW_MS + DAY_MS), now_ms=NOW_MS)
        assert "not_yet" == find_grant(vault, made.id, now_ms=NOW_MS + DAY_MS - 1).status
        assert "active" == find_grant(vault, made.id, now_ms=NOW_MS + DAY_MS).status
