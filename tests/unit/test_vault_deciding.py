# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.deciding, reasons and what_if, and of shares that conditions refuse."""

from dataclasses import replace
from pathlib import Path

import pytest

from healthvault.consent.conditions import Condition, Deny, MaxShares, Sensitive
from healthvault.errors import ConsentRefused, InvalidRequest, NotFound
from healthvault.ledger.party import CODE_BEARER
from healthvault.storage.consent_rows import ConsentRows
from healthvault.vault.add import AddOptions
from healthvault.vault.amend import Correction, revise_document
from healthvault.vault.deciding import Question, decide_for, known_grants_of, party_of, time_of_decision
from healthvault.vault.erase import erase_documents
from healthvault.vault.grants import make_grant, revoke_grant
from healthvault.vault.handing import Letter, UnderGrant
from healthvault.vault.reasons import why
from healthvault.vault.share import share, share_under
from healthvault.vault.views import Document, GrantView
from healthvault.vault.what_if import what_if_revoked
from tests import vaults
from tests.vaults import DAY_MS, NOW_MS, Sample

PLAIN = Letter()


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """Ana, who knows Dr Lee, with a plain document and one that is labelled and tagged."""
    ana, _ = vaults.pair(tmp_path)
    ana.add(b"plain")
    ana.add(b"labelled", options=AddOptions(tags=("private",), sensitivity=("genetics",)))
    return ana


def two(ana: Sample) -> list[Document]:
    """Return the plain document and the labelled one."""
    return ana.documents()[::-1]


def granted(ana: Sample, documents: list[Document], *conditions: Condition, **change: object) -> GrantView:
    """Make a grant for Dr Lee."""
    with ana.open(writing=True) as vault:
        terms = replace(vaults.request(documents), conditions=conditions, **change)
        return make_grant(vault, terms, now_ms=NOW_MS)


def asked(ana: Sample, document: Document, **more: object) -> tuple[bool, str]:
    """Ask whether Dr Lee may have a document."""
    question = Question(**{"who": "Dr Lee", "document": document.id, **more})
    with ana.open() as vault:
        decision, _ = decide_for(vault, question, now_ms=NOW_MS)
    return decision.allowed, decision.rule


def refused(ana: Sample, out: Path, terms: object, letter: Letter = PLAIN) -> str:
    """Return the code with which a share is refused; nothing may be written or logged."""
    size = ana.check(deep=False).entries
    make = share_under if isinstance(terms, UnderGrant) else share
    with ana.open(writing=True) as vault, pytest.raises(ConsentRefused) as caught:
        make(vault, terms, out, now_ms=NOW_MS, letter=letter)
    assert (False, size) == (out.exists(), ana.check(deep=False).entries)
    return caught.value.code


def test_a_label_or_a_word_keeps_a_document_out(ana: Sample, tmp_path: Path) -> None:
    """By name, before anything is written, of a grant and of a share; named, the label lets it pass."""
    plain, labelled = two(ana)
    both = vaults.request([plain, labelled])
    assert "sensitivity_not_named" == refused(ana, tmp_path / "a.hvb", both)
    named = Sensitive(allow=("genetics",))
    denied = replace(both, conditions=(named, Deny(tags=("private",))))
    assert "denied_by_rule" == refused(ana, tmp_path / "a.hvb", denied)
    with pytest.raises(ConsentRefused):
        granted(ana, [plain, labelled])
    granted(ana, [plain, labelled], named)
    assert [(True, "granted")] * 2 == [asked(ana, document) for document in (plain, labelled)]


def test_what_is_labelled_later_is_kept_out_later(ana: Sample, tmp_path: Path) -> None:
    """Conditions are judged anew at every share, by what the journal says of a document then."""
    plain, _ = two(ana)
    grant = granted(ana, [plain], Deny(tags=("work",)))
    with ana.open(writing=True) as vault:
        share_under(vault, UnderGrant(grant=grant.id), tmp_path / "a.hvb", now_ms=NOW_MS)
        revise_document(vault, plain.id, Correction(tags=("work",)), now_ms=NOW_MS)
    assert "denied_by_rule" == refused(ana, tmp_path / "b.hvb", UnderGrant(grant=grant.id))
    assert (False, "denied_by_rule") == asked(ana, plain)


def test_what_a_reader_would_see_is_judged_too(ana: Sample, tmp_path: Path) -> None:
    """A label that was taken back stands in the description that --with-metadata shows."""
    _, labelled = two(ana)
    with ana.open(writing=True) as vault:
        revise_document(vault, labelled.id, Correction(tags=(), sensitivity=()), now_ms=NOW_MS)
    letter, terms = Letter(with_metadata=True), vaults.request([labelled])
    assert "sensitivity_not_named" == refused(ana, tmp_path / "a.hvb", terms, letter)
    with ana.open(writing=True) as vault:
        share(vault, terms, tmp_path / "b.hvb", now_ms=NOW_MS)
        named = replace(terms, conditions=(Sensitive(allow=("genetics",)),))
        share(vault, named, tmp_path / "c.hvb", now_ms=NOW_MS, letter=letter)


def test_shares_run_out(ana: Sample, tmp_path: Path) -> None:
    """Each bundle of documents counts, those of other grants do not."""
    plain, _ = two(ana)
    grant, other = granted(ana, [plain], MaxShares(count=1)), granted(ana, [plain], purposes=("HRESCH",))
    with ana.open(writing=True) as vault:
        share_under(vault, UnderGrant(grant=other.id), tmp_path / "a.hvb", now_ms=NOW_MS)
        share_under(vault, UnderGrant(grant=grant.id), tmp_path / "b.hvb", now_ms=NOW_MS)
        rules = [why(vault, one.id, now_ms=NOW_MS)[0] for one in (grant, other)]
        assert ["shares_used_up", "granted"] == rules
    assert "shares_used_up" == refused(ana, tmp_path / "c.hvb", UnderGrant(grant=grant.id))
    assert (False, "shares_used_up") == asked(ana, plain, purpose="TREAT")


def test_who_what_and_when(ana: Sample) -> None:
    """The question decides, at the time that it names; the clock set back changes nothing."""
    plain, labelled = two(ana)
    granted(ana, [plain])
    assert (True, "granted") == asked(ana, plain, purpose="TREAT", action="keep")
    assert (False, "no_grant") == asked(ana, labelled)
    assert (False, "no_grant") == asked(ana, plain, who="code")
    assert (False, "purpose_not_covered") == asked(ana, plain, purpose="HRESCH")
    assert (False, "action_not_granted") == asked(ana, plain, action="forward")
    assert (False, "grant_expired") == asked(ana, plain, at_ms=NOW_MS + 91 * DAY_MS)
    assert (False, "grant_not_yet") == asked(ana, plain, at_ms=NOW_MS - DAY_MS)
    with ana.open() as vault:
        assert [NOW_MS, NOW_MS + 5] == [time_of_decision(vault, NOW_MS + step) for step in (-5, 5)]
        assert NOW_MS - 2 * DAY_MS == time_of_decision(vault, NOW_MS - 2 * DAY_MS)
        assert CODE_BEARER == party_of(vault, "code")
        with pytest.raises(NotFound):
            party_of(vault, "Nobody")


def test_an_erased_document_is_no_question(ana: Sample) -> None:
    """There is nothing left to be allowed."""
    plain, _ = two(ana)
    with ana.open(writing=True) as vault:
        erase_documents(vault, (plain,), reason=None, now_ms=NOW_MS)
    with pytest.raises(InvalidRequest) as caught:
        asked(ana, plain)
    assert "erased" == caught.value.code


def test_grants_are_found_by_their_grantees(ana: Sample) -> None:
    """Those of others are not looked at."""
    plain, _ = two(ana)
    grants = [granted(ana, [plain]), granted(ana, [plain], to=()), granted(ana, [plain])]
    with ana.open() as vault:
        lee = party_of(vault, "Dr Lee")
        assert [grants[2].entry, grants[0].entry] == [one.seq for one in known_grants_of(vault, (lee,))]
        assert [grants[1].entry] == [one.seq for one in known_grants_of(vault, (CODE_BEARER,))]
        rows = ConsentRows(vault.catalogue)
        assert (None, grants[1].id) == (rows.grant_at(1), rows.grant_at(grants[1].entry).id)


def test_why_a_grant_can_be_used_or_not(ana: Sample) -> None:
    """The rule, and how many documents are kept out."""
    plain, labelled = two(ana)
    grant = granted(ana, [plain, labelled], Sensitive(allow=("genetics",)))
    with ana.open(writing=True) as vault:
        assert ("granted", "documents may be shared under it") == why(vault, grant.id, now_ms=NOW_MS)
        revise_document(vault, plain.id, Correction(sensitivity=("mental-health",)), now_ms=NOW_MS)
        rule, said = why(vault, grant.id, now_ms=NOW_MS)
        assert ("granted", True) == (rule, said.endswith("1 of 2 documents kept out: sensitivity_not_named"))
        revoke_grant(vault, grant.id, reason="", now_ms=NOW_MS)
        assert "grant_revoked" == why(vault, grant.id, now_ms=NOW_MS)[0]


def test_what_a_revocation_would_take_away(ana: Sample, tmp_path: Path) -> None:
    """What no other grant allows too; afterwards it is so."""
    plain, labelled = two(ana)
    ana.share(tmp_path / "a.hvb", [plain])
    grant = granted(ana, [plain, labelled], Sensitive(allow=("genetics",)), actions=("view",))
    with ana.open(writing=True) as vault:
        foreseen = what_if_revoked(vault, grant.id, now_ms=NOW_MS)
        (lost,) = foreseen.lost
        assert ("Dr Lee", labelled.id, ("treatment: view",)) == (lost.contact, lost.document, lost.uses)
        assert ((), "active") == (foreseen.bundles, foreseen.status)
        revoke_grant(vault, grant.id, reason="", now_ms=NOW_MS)
        assert () == what_if_revoked(vault, grant.id, now_ms=NOW_MS).lost
    assert [(True, "granted"), (False, "grant_revoked")] == [asked(ana, one) for one in (plain, labelled)]
