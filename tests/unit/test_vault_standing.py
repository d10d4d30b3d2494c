# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.standing: docs/spec/standing.md."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from healthvault.consent.conditions import Deny
from healthvault.consent.grant import parse_grant
from healthvault.consent.standing import Selection
from healthvault.errors import InvalidRequest, NotFound
from healthvault.ledger.ids import rule_id_text
from healthvault.storage.consent_rows import ConsentRows
from healthvault.storage.standing_rows import StandingRows
from healthvault.vault import standing
from healthvault.vault.add import AddOptions
from healthvault.vault.amend import Correction, revise_document
from healthvault.vault.contacts import remove_contact
from healthvault.vault.grants import list_grants
from healthvault.vault.proxies import ProxyWish, proxy_terms, remove_proxy
from healthvault.vault.roles import bind_role, unbind_role
from healthvault.vault.rule_views import RuleOutcome, RuleView
from healthvault.vault.standing import RuleWish, add_rule, end_rule, list_rules, run_rules
from healthvault.vault.terms import Terms
from tests.vaults import DAY_MS, NOW_MS, Sample, pair, rita

LAB = AddOptions(category="lab")
TERMS = Terms(
    records=(), to=("Dr Lee",), purposes=("TREAT",), actions=("view", "keep"), not_after_ms=NOW_MS + 90 * DAY_MS
)
WISH = RuleWish(terms=TERMS, selection=Selection(category="lab"), lasts_ms=30 * DAY_MS)


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """Return Ana's vault, who knows Dr Lee."""
    return pair(tmp_path)[0]


def add(sample: Sample, wish: RuleWish = WISH) -> RuleView:
    """Add a rule."""
    with sample.open(writing=True) as vault:
        return add_rule(vault, wish, now_ms=NOW_MS)


def run(sample: Sample, folder: Path | None = None, now_ms: int = NOW_MS) -> list[RuleOutcome]:
    """Run the rules."""
    with sample.open(writing=True, now_ms=now_ms) as vault:
        return list(run_rules(vault, folder, now_ms=now_ms))


def entries(sample: Sample) -> int:
    """Return how many entries the journal has."""
    with sample.open() as vault:
        return vault.history.size


def test_each_new_match_gets_a_grant_of_its_own(ana: Sample) -> None:
    """Explicit, for thirty days, and it says which rule made it; what does not match is left alone."""
    ana.add(b"older", options=LAB)
    rule = add(ana)
    first, second = ana.add(b"one", b"two", options=LAB)
    ana.add(b"letter", options=AddOptions(category="letter"))
    made = run(ana)
    assert [first.id, second.id] == [outcome.document for outcome in made]
    with ana.open() as vault:
        grants = {grant.id: grant for grant in list_grants(vault, now_ms=NOW_MS)}
        assert {outcome.grant for outcome in made} == grants.keys()
        one = grants[made[0].grant or ""]
        assert ((first.id,), "Dr Lee", NOW_MS + 30 * DAY_MS) == (one.records, one.contact, one.not_after_ms)
        rows = [parse_grant(row.terms, row.seq) for row in ConsentRows(vault.catalogue).grants()]
        assert {rule.id} == {rule_id_text(grant.rule_id or b"") for grant in rows}
        (shown,) = list_rules(vault, now_ms=NOW_MS)
        assert tuple(outcome.grant for outcome in made) == shown.grants


def test_a_run_without_news_changes_nothing(ana: Sample) -> None:
    """No entry, no outcome: as often as it is called."""
    add(ana)
    ana.add(b"one", options=LAB)
    run(ana)
    size = entries(ana)
    assert ([], [], size) == (run(ana), run(ana), entries(ana))


def test_a_run_looks_only_at_what_is_new(ana: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cost goes by what was added since, not by the journal."""
    add(ana)
    ana.add(*(b"%d" % number for number in range(20)), options=LAB)
    run(ana)
    ana.add(b"new", options=LAB)
    seen: list[int] = []
    changed = StandingRows.changed_documents

    def counted(table: StandingRows, start: int) -> tuple[str, ...]:
        found = changed(table, start)
        seen.append(len(found))
        return found

    monkeypatch.setattr(StandingRows, "changed_documents", counted)
    assert 1 == len(run(ana))
    assert [1] == seen


def test_a_rule_for_nobody_any_more_holds_up_no_other(ana: Sample, tmp_path: Path) -> None:
    """The others make their grants and bundles, then the run fails and says who is missing."""
    ana.meet(rita(tmp_path), "Rita")
    add(ana)
    add(ana, replace(WISH, terms=replace(TERMS, to=("Rita",))))
    with ana.open(writing=True) as vault:
        remove_contact(vault, "Dr Lee", now_ms=NOW_MS)
    ana.add(b"one", options=LAB)
    for made in (1, 1):
        with pytest.raises(NotFound):
            run(ana, tmp_path / "out")
        with ana.open() as vault:
            assert ["Rita"] * made == [grant.contact for grant in list_grants(vault, now_ms=NOW_MS)]
        assert made == len(list((tmp_path / "out").iterdir()))


def test_a_document_that_is_described_anew_is_new(ana: Sample) -> None:
    """A label or category that is put right later counts; one grant for each document under one rule, ever."""
    add(ana)
    (document,) = ana.add(b"one")
    assert [] == run(ana)
    with ana.open(writing=True) as vault:
        revise_document(vault, document.id, Correction(category="lab"), now_ms=NOW_MS)
    assert [document.id] == [outcome.document for outcome in run(ana)]
    with ana.open(writing=True) as vault:
        revise_document(vault, document.id, Correction(title="Ferritin"), now_ms=NOW_MS)
    assert [] == run(ana)


def test_what_its_conditions_keep_out_is_named(ana: Sample) -> None:
    """Deny rules and labels are judged as everywhere; nothing is granted, and it is said once."""
    wish = replace(WISH, terms=replace(TERMS, conditions=(Deny(tags=("private",)),)))
    add(ana, wish)
    (secret,) = ana.add(b"one", options=AddOptions(category="lab", sensitivity=("genetics",)))
    (private,) = ana.add(b"two", options=AddOptions(category="lab", tags=("private",)))
    found = {outcome.document: outcome.refusal.code for outcome in run(ana) if outcome.refusal}
    assert {secret.id: "sensitivity_not_named", private.id: "denied_by_rule"} == found
    assert [] == run(ana)
    with ana.open() as vault:
        assert [] == list(list_grants(vault, now_ms=NOW_MS))


@pytest.mark.parametrize("forget", [False, True])
def test_a_crash_after_the_grants(ana: Sample, forget: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it is noted how far the rule looked, or with the index lost: no document is granted twice."""
    add(ana)
    ana.add(b"one", options=LAB)

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(StandingRows, "note_looked", crash)
        with pytest.raises(KeyboardInterrupt):
            run(ana)
    if forget:
        ana.paths.catalogue.unlink()
    assert [] == run(ana)
    with ana.open() as vault:
        assert 1 == len(list(list_grants(vault, now_ms=NOW_MS)))


def test_bundles_are_written_once(ana: Sample, tmp_path: Path) -> None:
    """Also for grants of a run before that wrote none; a second run writes nothing."""
    add(ana)
    ana.add(b"one", options=LAB)
    run(ana)
    ana.add(b"two", options=LAB)
    made = run(ana, tmp_path / "out")
    files = sorted(str(path) for path in (tmp_path / "out").iterdir())
    assert (2, files) == (len(made), sorted(outcome.path or "" for outcome in made))
    size = entries(ana)
    for path in files:
        Path(path).unlink()
    assert ([], size) == (run(ana, tmp_path / "out"), entries(ana))


def test_a_crash_before_a_bundle_is_written(ana: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next run writes it."""
    add(ana)
    ana.add(b"zero", options=LAB)
    run(ana, tmp_path / "out")
    ana.add(b"one", options=LAB)
    share: Callable[..., object] = standing.share_under

    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(standing, "share_under", crash)
        with pytest.raises(KeyboardInterrupt):
            run(ana, tmp_path / "out")
    assert share is standing.share_under
    (outcome,) = run(ana, tmp_path / "out")
    assert Path(outcome.path or "").exists()


def test_a_rule_that_has_ended_or_is_over(ana: Sample) -> None:
    """It makes nothing more; what it made stands."""
    rule = add(ana)
    dated = add(ana, replace(WISH, lasts_ms=None))
    (first,) = ana.add(b"one", options=LAB)
    assert 2 == len(run(ana))
    with ana.open(writing=True) as vault:
        ended = end_rule(vault, rule.id[:8], now_ms=NOW_MS)
        assert ("ended", 1) == (ended.status, len(ended.grants))
        size = vault.history.size
        end_rule(vault, rule.id, now_ms=NOW_MS)
        assert size == vault.history.size
    ana.add(b"two", options=LAB)
    assert [] == run(ana, now_ms=NOW_MS + 91 * DAY_MS)
    with ana.open() as vault:
        later = {view.id: view.status for view in list_rules(vault, now_ms=NOW_MS + 91 * DAY_MS)}
        assert {rule.id: "ended", dated.id: "over"} == later
        assert {(first.id,)} == {grant.records for grant in list_grants(vault, now_ms=NOW_MS)}


def test_a_rule_for_a_role(ana: Sample) -> None:
    """Whoever has the role then, under the terms of the role as it is then; nobody means: it waits."""
    add(ana, replace(WISH, terms=replace(TERMS, to=(), role="specialist", purposes=(), actions=())))
    (first,) = ana.add(b"one", options=LAB)
    assert [] == run(ana)
    with ana.open(writing=True) as vault:
        bind_role(vault, "Dr Lee", "specialist", until_ms=None, now_ms=NOW_MS)
    (outcome,) = run(ana)
    assert first.id == outcome.document
    with ana.open(writing=True) as vault:
        (grant,) = list_grants(vault, now_ms=NOW_MS)
        assert ("Dr Lee", ("treatment",)) == (grant.contact, grant.purposes)
        unbind_role(vault, "Dr Lee", "specialist", now_ms=NOW_MS)
    ana.add(b"two", options=LAB)
    assert [] == run(ana)


def test_a_rule_that_feeds_a_proxy_ends_with_the_proxy(ana: Sample) -> None:
    """Each new document comes with the powers; removing the proxy ends rule and grants."""
    terms = proxy_terms(ProxyWish(terms=TERMS, powers=("share",)))
    rule = add(ana, replace(WISH, terms=terms))
    ana.add(b"one", options=LAB)
    (outcome,) = run(ana)
    with ana.open(writing=True) as vault:
        removed = remove_proxy(vault, "Dr Lee", now_ms=NOW_MS)
        assert ((outcome.grant,), (rule.id,)) == (removed.revoked, removed.ended)
    ana.add(b"two", options=LAB)
    assert [] == run(ana)


def test_a_wish_that_cannot_be_kept(ana: Sample) -> None:
    """A stranger, a role that there is not, a date that is past."""
    for wish, code in (
        (replace(WISH, terms=replace(TERMS, to=("Nobody",))), "not_found"),
        (replace(WISH, terms=replace(TERMS, role="wizard")), "not_found"),
        (replace(WISH, lasts_ms=None, terms=replace(TERMS, not_after_ms=NOW_MS)), "bad_expiry"),
    ):
        with pytest.raises((NotFound, InvalidRequest)) as caught:
            add(ana, wish)
        assert code == caught.value.code


def test_the_journal_is_sound_after_many_grants(ana: Sample) -> None:
    """Each entry commits to the status of all grants so far."""
    add(ana)
    ana.add(*(b"%d" % number for number in range(12)), options=LAB)
    assert 12 == len(run(ana))
    assert () == ana.faults()
