# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.verify.consent: steps 13 and 14 one at a time."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from healthvault.bundle.manifest import Manifest, parse_manifest
from healthvault.consent.conditions import Approvals, Deny, MaxShares, Sensitive, UnknownCondition
from healthvault.consent.decision import Request, Subject
from healthvault.consent.exclusion import DocumentWords
from healthvault.consent.grant import Grant
from healthvault.consent.status import Status
from healthvault.errors import ConsentRefused, HealthVaultError
from healthvault.ledger.entry import Entry, parse_entry
from healthvault.ledger.party import CODE_BEARER, Party
from healthvault.verify.consent import check_audience, judge_grants, verify_grant
from healthvault.verify.freshness import known_end
from healthvault.verify.pins import KnownStatus
from tests.bundles import Scene, make_bundle, scene
from tests.owners import NOW_MS, Hooks, merge
from tests.readers import Reader


def code_of(step: Callable[[], object]) -> str:
    """Return the code with which a step fails."""
    with pytest.raises(HealthVaultError) as caught:
        step()
    return caught.value.code


def shown(start: Scene) -> tuple[Manifest, dict[int, Entry]]:
    """Return the manifest of the next bundle, and its entries."""
    manifest = parse_manifest(start.draft().signed()).unverified
    entries = [parse_entry(raw).unverified for raw in manifest.entries]
    return manifest, {entry.seq: entry for entry in entries}


def test_step_13_a_grant() -> None:
    """Its terms, once they open and its slot says that it stands since its own entry."""
    start = scene()
    manifest, entries = shown(start)
    grant = verify_grant(manifest.grants[0], entries, manifest.state)
    assert (start.reader.party,) == grant.grantees
    assert start.owner.grant_slots[start.grant] == grant.slot


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"seq": 2}, "bad_proof"),
        ({"seq": 0}, "commitment_mismatch"),
        ({"meta": b"m" * 32}, "commitment_mismatch"),
        ({"slot": 9}, "bad_state"),
        ({"since_seq": 4}, "bad_state"),
        ({"salt": b"s" * 32}, "bad_state"),
        ({"path": ()}, "bad_state"),
        ({"path": (bytes(32),) * 3}, "bad_state"),
    ],
)
def test_step_13_another_row(change: dict[str, int], code: str) -> None:
    """An entry that is not there, a key that does not open it, another slot, beginning, salt or path."""
    manifest, entries = shown(scene())
    row = replace(manifest.grants[0], **change)
    assert code == code_of(lambda: verify_grant(row, entries, manifest.state))


@pytest.mark.parametrize(
    ("hooks", "code"),
    [
        (Hooks(sealed=merge(kind="note")), "bad_schema"),
        (Hooks(sealed=merge(records=[])), "bad_schema"),
        (Hooks(sealed=merge(must=["later"])), "unsupported"),
        (Hooks(sealed=merge(k=7_000)), "bad_state"),
        (Hooks(plain=lambda plain: plain[:-1] + b"\1"), "tampered"),
        (Hooks(plain=lambda plain: b"\xc1" + plain[1:]), "bad_encoding"),
        (Hooks(enc=lambda enc: enc[:-1] + bytes([enc[-1] ^ 1])), "tampered"),
    ],
)
def test_step_13_another_map(hooks: Hooks, code: str) -> None:
    """What is sealed in the entry has to be a grant, in the slot that the row names."""
    start = scene()
    start.grant = start.owner.grant([start.reader.party], start.docs, hooks)
    manifest, entries = shown(start)
    assert code == code_of(lambda: verify_grant(manifest.grants[0], entries, manifest.state))


@pytest.mark.parametrize("end", ["revoke", "supersede"])
def test_step_13_a_grant_that_ended(end: str) -> None:
    """Its slot does not say active any more, whatever the sender claims; it cannot be set back either."""
    start = scene()
    if end == "revoke":
        start.owner.revoke(start.grant)
    else:
        start.owner.grant([start.reader.party], start.docs, supersedes=start.grant)
    manifest, entries = shown(start)
    assert "bad_state" == code_of(lambda: verify_grant(manifest.grants[0], entries, manifest.state))


def test_step_14_the_audience() -> None:
    """A key is addressed by itself and by its vault; a code by a code."""
    reader = Reader()
    check_audience((Reader().member, reader.member), reader.party)
    check_audience((replace(reader.member, vault=None),), reader.party)
    check_audience(None, CODE_BEARER)
    for audience, party in (
        ((Reader().member,), reader.party),
        ((replace(reader.member, vault=b"o" * 32),), reader.party),
        (None, reader.party),
        ((reader.member,), CODE_BEARER),
    ):
        assert "not_addressed" == code_of(lambda: check_audience(audience, party))  # noqa: B023


DOCTOR, NURSE = Party(vault=b"v" * 32), Party(vault=b"w" * 32)
FIRST = Grant(
    slot=0,
    grant_id=b"1" * 16,
    grantees=(DOCTOR,),
    records=((1, 2),),
    actions=("view",),
    purposes=("TREAT",),
    not_before_ms=NOW_MS - 1000,
    not_after_ms=NOW_MS + 1000,
)
SECOND = replace(FIRST, grant_id=b"2" * 16, records=((4, 1),))
REQUEST = Request(party=DOCTOR, at_ms=NOW_MS)
BOTH = (Subject(seq=1), Subject(seq=4))


def codes(
    *grants: Grant,
    request: Request = REQUEST,
    documents: tuple[Subject, ...] = BOTH,
    ended: dict[bytes, HealthVaultError] | None = None,
) -> set[str]:
    """Return the codes of a judgement."""
    return {problem.code for problem in judge_grants(grants, request, documents, ended or {})}


def test_each_document_needs_a_grant_that_holds() -> None:
    """Of those that list it; one is enough."""
    assert set() == codes(FIRST, SECOND)
    assert {"out_of_scope"} == codes(FIRST)
    assert {"out_of_scope"} == codes()
    expired = replace(FIRST, grant_id=b"3" * 16, not_after_ms=NOW_MS)
    assert set() == codes(expired, FIRST, SECOND)
    assert {"grant_expired"} == codes(expired, SECOND)
    assert {"grant_expired", "out_of_scope"} == codes(expired)


def test_a_grant_for_somebody_else_does_no_harm() -> None:
    """But it covers nothing either."""
    other = replace(FIRST, grant_id=b"3" * 16, grantees=(NURSE,), conditions=(UnknownCondition(kind="quorum"),))
    assert set() == codes(FIRST, SECOND, other)
    assert {"not_grantee", "condition_unknown"} == codes(other, SECOND)
    assert {"condition_unknown"} == codes(other, SECOND, request=replace(REQUEST, party=None))


def test_all_grants_of_a_document_are_named() -> None:
    """When none of them holds."""
    early = replace(FIRST, grant_id=b"3" * 16, not_before_ms=NOW_MS + 1)
    late = replace(FIRST, grant_id=b"4" * 16, not_after_ms=NOW_MS)
    assert {"grant_not_yet", "grant_expired"} == codes(early, late, SECOND)


def test_a_bundle_without_documents() -> None:
    """Is judged by all of its grants."""
    assert set() == codes(FIRST, documents=())
    assert set() == codes(documents=())
    assert {"not_grantee"} == codes(FIRST, replace(SECOND, grantees=(NURSE,)), documents=())


def test_what_is_disclosed_is_judged() -> None:
    """A label or a word that the grant denies; where nothing is disclosed, only the owner's program can."""
    labelled = (Subject(seq=1, words=DocumentWords(tags=("private",), sensitivity=("genetics",))), Subject(seq=4))
    denying = replace(FIRST, conditions=(Deny(tags=("private",)), Sensitive(allow=("genetics",))))
    assert {"sensitivity_not_named"} == codes(FIRST, SECOND, documents=labelled)
    assert {"denied_by_rule"} == codes(denying, SECOND, documents=labelled)
    assert {"denied_by_rule", "sensitivity_not_named"} == codes(FIRST, denying, SECOND, documents=labelled)
    assert set() == codes(replace(denying, conditions=denying.conditions[1:]), denying, SECOND, documents=labelled)
    assert set() == codes(denying, SECOND)


def test_shares_and_approvals_are_the_owners_to_enforce() -> None:
    """A reader knows nothing of them."""
    counted = (MaxShares(count=1), Approvals(needed=1, by=(NURSE,)))
    assert set() == codes(replace(FIRST, conditions=counted), SECOND)


def test_a_known_end_stays() -> None:
    """Revoked, superseded or erased, whatever the bundle shows."""
    known = KnownStatus(grant_id=FIRST.grant_id, status=1, size=9, slot=FIRST.slot, seq=4, time_ms=0)
    for status, code in (
        (Status.REVOKED, "grant_revoked"),
        (Status.SUPERSEDED, "grant_superseded"),
        (Status.ERASED, "grant_revoked"),
    ):
        end = known_end(replace(known, status=status))
        assert isinstance(end, ConsentRefused)
        assert code == end.code
        assert {code} == codes(FIRST, SECOND, ended={FIRST.grant_id: end})
    assert (None, None) == (known_end(known), known_end(None))


def test_the_bundle_of_two() -> None:
    """Each recipient has a grant of their own; both read it."""
    start, nurse = scene(), Reader()
    second = start.owner.grant([nurse.party], start.docs)
    draft = make_bundle(start.owner, [start.reader, nurse], start.docs, [start.grant, second])
    data = draft.seal()
    contacts = {start.owner.vault_id: "Ana"}
    assert (0, 0) == (start.read(data).exit, nurse.read(data, contacts=contacts).exit)
