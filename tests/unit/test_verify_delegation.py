# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.verify.delegation: docs/spec/proxies.md section 3. Tom forges with his own keys alone."""

from collections.abc import Callable

import pytest

from healthvault.ledger.ids import grant_id_text
from healthvault.ledger.party import Party
from healthvault.verify.pins import KnownStatus, PinBook, SeenSize, VaultPins
from healthvault.verify.verdicts import Question, Result
from tests.owners import DAY_MS, NOW_MS, START_MS, Map, Owner, flip
from tests.proxies import DATA, ENDS_MS, FULL, LATER_MS, OTHER, Family, proxy
from tests.readers import Outcome, Reader


def refused(outcome: Outcome, code: str, exit_code: int = 22) -> bool:
    """Tell whether the grant, and nothing else, fails with this code and exit."""
    return ({code}, exit_code, Result.FAIL) == (
        outcome.codes_of(Question.GRANT),
        outcome.exit,
        outcome.results[Question.GRANT],
    )


def test_an_act_of_a_proxy_names_both_keys() -> None:
    """Who signed, for whom, and under which grant of hers; nothing is wrong, so exit 0."""
    family = Family()
    grant = family.delegate()
    condition = family.condition(grant)
    outcome = family.onward(family.evidence(grant), condition)
    assert (set(), 0) == (outcome.codes, outcome.exit)
    said = f"signed by Tom as proxy of Ana under {grant_id_text(condition.grants[0])}"
    assert outcome.details[Question.GRANT].startswith(said)
    (found,) = outcome.verification.delegations
    assert (family.ana.vault_id, condition.grants[0]) == (found.owner, found.grant_id)


def test_an_owner_who_is_a_stranger() -> None:
    """The proof holds, but nobody vouches for whose it is: not established."""
    family = Family()
    grant = family.delegate()
    outcome = family.onward(family.evidence(grant), family.condition(grant), contacts={family.tom.vault_id: "Tom"})
    assert ({"unknown_owner"}, 21) == (outcome.codes, outcome.exit)
    assert () == outcome.verification.pins.of(family.ana.vault_id).grants


def test_a_document_that_is_passed_on_is_no_act_of_a_proxy() -> None:
    """Without the claim there is nothing to prove: it came from Ana, and Tom speaks for himself."""
    family = Family()
    grant = family.delegate(FULL, actions=("view", "keep"))
    outcome = family.onward(family.evidence(grant))
    assert (set(), 0, ()) == (outcome.codes, outcome.exit, outcome.verification.delegations)
    assert "came from Ana" in outcome.details[Question.ISSUER]


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"to": Reader().party}, "not_grantee"),
        ({"to": Party(is_code=True)}, "not_grantee"),
        ({"actions": ("view", "keep")}, "action_not_granted"),
        ({"not_after_ms": NOW_MS - 1}, "grant_expired"),
        ({"not_before_ms": NOW_MS + 1}, "grant_not_yet"),
        ({"purposes": ("X-NEW",)}, "condition_unknown"),
    ],
)
def test_a_grant_of_the_owner_that_does_not_hold(terms: Map, code: str) -> None:
    """Another grantee, no leave to forward, over, not begun, or with a term that nobody knows."""
    family = Family()
    grant = family.delegate(**terms)
    outcome = family.onward(
        family.evidence(grant),
        family.condition(grant),
        terms={"not_before_ms": terms.get("not_before_ms", START_MS), "not_after_ms": NOW_MS + DAY_MS},
    )
    assert code in outcome.codes_of(Question.GRANT)
    assert (22, ()) == (outcome.exit, outcome.verification.delegations)


def test_a_grant_without_the_power_to_share() -> None:
    """Leave to pass on, and even the power to add, is no power to act for her."""
    family = Family()
    for conditions in ((proxy(powers=("add",)),), (FULL, proxy(powers=("add",)))):
        grant = family.delegate(*conditions)
        assert refused(family.onward(family.evidence(grant), family.condition(grant)), "not_delegated")


def test_a_grant_that_only_allows_to_pass_on() -> None:
    """Plain `forward` gives nobody her name."""
    family = Family()
    grant = family.ana.grant([family.tom_reads.party], family.docs[:1], actions=("view", "keep", "forward"))
    assert refused(family.onward(family.evidence(grant), family.condition(grant)), "not_delegated")


@pytest.mark.parametrize(
    "terms",
    [
        {"purposes": ("TREAT", "HPAYMT")},
        {"actions": ("view", "keep", "forward")},
        {"not_after_ms": ENDS_MS + 1},
        {"not_before_ms": START_MS - 3 * DAY_MS},
    ],
)
def test_an_onward_grant_beyond_the_owners(terms: Map) -> None:
    """Another purpose, another action, a longer window: a proxy cannot exceed what she gave."""
    family = Family()
    grant = family.delegate()
    outcome = family.onward(family.evidence(grant), family.condition(grant), terms=terms)
    assert refused(outcome, "outside_delegation")


def test_a_proxy_makes_no_proxies() -> None:
    """Powers in a grant that is given for somebody else are refused by whoever reads it."""
    family = Family()
    grant = family.delegate()
    outcome = family.onward(family.evidence(grant), family.condition(grant), FULL)
    assert refused(outcome, "outside_delegation")


def test_leave_to_forward_is_passed_on_only_where_she_gave_it() -> None:
    """With `forward` among the actions of the power, a later reader may pass it on."""
    family = Family()
    grant = family.delegate(proxy(actions=("view", "keep", "forward")))
    terms = {"actions": ("view", "forward")}
    outcome = family.onward(family.evidence(grant), family.condition(grant), terms=terms)
    assert (set(), 0) == (outcome.codes, outcome.exit)


def test_a_document_outside_the_grant() -> None:
    """Hers, with genuine evidence under another grant, but not in the one that makes Tom her proxy."""
    family = Family()
    grant = family.delegate()
    wide = family.ana.grant([family.tom_reads.party], family.docs)
    made = family.evidence(wide, 1, (grant,)) if wide < grant else family.evidence(grant, 1, (wide,))
    assert refused(family.onward(made, family.condition(grant), data=OTHER), "out_of_scope")


def test_an_act_after_the_end() -> None:
    """The window is the owner's; nobody but she makes it longer."""
    family = Family()
    grant = family.delegate()
    outcome = family.onward(family.evidence(grant), family.condition(grant), now_ms=LATER_MS)
    assert {"grant_expired"} == outcome.codes_of(Question.GRANT)
    assert 22 == outcome.exit


@pytest.mark.parametrize(("status", "code"), [(2, "grant_revoked"), (3, "grant_superseded"), (4, "grant_revoked")])
def test_a_grant_that_is_known_to_have_ended(status: int, code: str) -> None:
    """Whoever learnt of it from any file of hers refuses what her former proxy shares."""
    family = Family()
    grant = family.delegate()
    condition = family.condition(grant)
    known = KnownStatus(grant_id=condition.grants[0], status=status, size=99, slot=0, seq=grant, time_ms=START_MS)
    pins = PinBook().updated(VaultPins(vault=family.ana.vault_id, grants=(known,)))
    assert refused(family.onward(family.evidence(grant), condition, pins=pins), code)


def test_keys_that_were_replaced_before() -> None:
    """Tom has Ana's former keys: Dr Costa saw her replace them, and takes no grant that they sign after that."""
    family = Family()
    forged = Family(ana=family.ana.copy(), tom=family.tom, costa=family.costa)
    family.ana.rotate()
    events = tuple(family.ana.raws[seq] for seq in family.ana.event_seqs)
    pins = PinBook().updated(VaultPins(vault=family.ana.vault_id, events=events))
    grant = forged.delegate()
    assert refused(forged.onward(forged.evidence(grant), forged.condition(grant), pins=pins), "events_old", 23)


def test_another_history_of_the_owner() -> None:
    """The evidence contradicts what was seen of her: no grant in it counts."""
    family = Family()
    grant = family.delegate()
    made, size = family.evidence(grant), family.ana.size
    seen = SeenSize(size=size, root=b"r" * 32, restarts=0)
    pins = PinBook().updated(VaultPins(vault=family.ana.vault_id, sizes=(seen,)))
    assert refused(family.onward(made, family.condition(grant), pins=pins), "fork", 23)


def test_a_status_that_is_too_old() -> None:
    """`--max-age` and the owner's recheck date count for the proxy's own grant too."""
    family = Family()
    grant = family.delegate(recheck_after_ms=NOW_MS - 1)
    outcome = family.onward(family.evidence(grant), family.condition(grant))
    assert ({"stale"}, 21) == (outcome.codes, outcome.exit)
    plain = family.delegate()
    family.tom.clock_ms = NOW_MS - 5000
    outcome = family.onward(family.evidence(plain), family.condition(plain), max_age_ms=DAY_MS // 2)
    assert ({"stale"}, 21) == (outcome.codes, outcome.exit)


def test_no_evidence() -> None:
    """A document of Tom's own is nothing that he could share for her."""
    family = Family()
    grant = family.delegate()
    assert refused(family.onward(None, family.condition(grant)), "not_delegated")


def test_a_grant_of_his_own() -> None:
    """Tom cannot make himself anybody's proxy: not from his own vault, nor from a vault that he made up."""
    family = Family()
    grant = family.delegate()
    own = Family(ana=family.tom, tom=family.tom, costa=family.costa)
    made = own.delegate()
    assert refused(family.onward(own.evidence(made), own.condition(made)), "not_delegated")
    puppet = Family(ana=Owner("Ana Silva"), tom=family.tom, costa=family.costa)
    made = puppet.delegate()
    assert refused(family.onward(puppet.evidence(made), family.condition(grant)), "not_delegated")
    assert {"unknown_owner"} == family.onward(puppet.evidence(made), puppet.condition(made)).codes


def test_another_grant_of_hers() -> None:
    """The evidence holds, and under another grant: not the one that was named."""
    family = Family()
    first, second = family.delegate(), family.delegate()
    assert refused(family.onward(family.evidence(first), family.condition(second)), "not_delegated")


def longer(sealed: Map) -> Map:
    """Return the terms with a later end."""
    return {**sealed, "not_after": ENDS_MS + 300 * DAY_MS}


def forged(change: Callable[[Family, Map], Map]) -> Outcome:
    """Return what comes of evidence that was changed."""
    family = Family()
    grant = family.delegate()
    return family.onward(change(family, family.evidence(grant)), family.condition(grant))


def grant_row(change: Callable[[Map], Map]) -> Callable[[Family, Map], Map]:
    """Return a change of the row of Ana's grant."""
    return lambda _, made: {**made, "grants": [change(dict(row)) for row in made["grants"]]}


def of_another_slot(family: Family, made: Map) -> Map:
    """Put the status path of another grant of hers into the row."""
    other = family.delegate()
    row = family.evidence(other)["grants"][0]
    return {**made, "grants": [{**made["grants"][0], **{key: row[key] for key in ("k", "salt", "path")}}]}


def of_another_document(family: Family, _: Map) -> Map:
    """Take the evidence of another document, under the same kind of grant."""
    return family.evidence(family.delegate(docs=family.docs), 1)


FORGERIES: dict[str, tuple[Callable[[Family, Map], Map], str]] = {
    "entries": (
        lambda _, made: {**made, "entries": [*made["entries"][:-1], flip(made["entries"][-1])]},
        "bad_signature",
    ),
    "note": (lambda _, made: {**made, "note": made["note"].replace(b"healthvault", b"Healthvault")}, "bad_note"),
    "path": (grant_row(lambda row: {**row, "path": [flip(row["path"][0]), *row["path"][1:]]}), "bad_state"),
    "salt": (grant_row(lambda row: {**row, "salt": flip(row["salt"])}), "bad_state"),
    "meta": (grant_row(lambda row: {**row, "meta": flip(row["meta"])}), "commitment_mismatch"),
    "slot": (grant_row(lambda row: {**row, "k": row["k"] ^ 1}), "bad_state"),
    "entry": (grant_row(lambda row: {**row, "seq": 0}), "commitment_mismatch"),
    "row": (grant_row(lambda row: {**row, "path": 7}), "bad_schema"),
    "other slot": (of_another_slot, "bad_state"),
    "other document": (of_another_document, "commitment_mismatch"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_forged_evidence(name: str) -> None:
    """A delegation whose proof is false is refused like any forgery: 20, not a mere lack of proof."""
    change, code = FORGERIES[name]
    outcome = forged(change)
    assert {code} == outcome.codes_of(Question.GRANT)
    assert (20, ()) == (outcome.exit, outcome.verification.delegations)


def test_an_older_piece_of_evidence_without_the_proof_of_status() -> None:
    """It shows where a document came from, and gives nobody a power."""
    outcome = forged(grant_row(lambda row: {key: row[key] for key in ("seq", "meta")}))
    assert refused(outcome, "not_delegated")


def test_terms_that_tom_made_longer() -> None:
    """The terms stand sealed in her entry: he can neither change them nor sign another entry of hers."""
    family = Family()
    grant = family.delegate()
    forger = family.ana.copy()
    forger.epochs = [family.tom.secrets_now]
    seq = forger.append(longer(forger.sealed[grant]))
    forger.grant_slots[seq] = forger.grant_slots[grant]
    other = Family(ana=forger, tom=family.tom, costa=family.costa)
    other.docs = family.docs
    outcome = family.onward(other.evidence(seq), family.condition(grant))
    assert ({"bad_signature"}, 20) == (outcome.codes_of(Question.GRANT), outcome.exit)


def test_every_document_needs_its_own_proof() -> None:
    """One proved document says nothing of another in the same grant."""
    family = Family()
    grant = family.delegate()
    condition = family.condition(grant, family.delegate())
    assert set() == family.onward(family.evidence(grant), condition, data=DATA).codes
    assert {"commitment_mismatch"} == family.onward(family.evidence(grant), condition, data=OTHER).codes
