# SPDX-License-Identifier: Apache-2.0
"""Standing rules: each run makes a new explicit grant for each new document that is as a rule describes.

A run looks only at what the journal has gained since the run before. What was made is found again in the journal,
so that a run may be repeated, also after a crash, without a document being granted twice under one rule.
Spec: docs/spec/standing.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from healthvault.consent.grant import parse_grant
from healthvault.consent.purposes import purpose_word
from healthvault.consent.standing import Facts, Selection, StandingEnd, StandingRule, parse_standing
from healthvault.consent.status import Status
from healthvault.crypto.hashing import random_bytes
from healthvault.errors import ConsentRefused, IntegrityError, InvalidRequest, NotFound
from healthvault.ledger.documents import DocStatus
from healthvault.ledger.ids import contact_id_text, grant_id_text, rule_id_text
from healthvault.storage.consent_rows import ConsentRows, GrantRow
from healthvault.storage.document_rows import DocumentRow, DocumentRows
from healthvault.storage.standing_rows import StandingRow, StandingRows
from healthvault.vault.contacts import contact_row
from healthvault.vault.grants import append_grant, check_terms
from healthvault.vault.handing import UnderGrant
from healthvault.vault.read import unique, unique_prefix
from healthvault.vault.roles import bound_contacts, role_named
from healthvault.vault.rule_views import RuleOutcome, RuleView
from healthvault.vault.share import share_under
from healthvault.vault.terms import Terms
from healthvault.vault.transaction import MAX_ENTRIES, Transaction
from healthvault.vault.vault import Vault

__all__ = ["RuleWish", "add_rule", "end_rule", "find_rule", "list_rules", "run_rules"]

_HANDED = "handed"
_NAME_CHARS = 18  # of a grant's id in the name of its bundle


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleWish:
    """A rule as the owner wishes it: terms without documents, and which documents."""

    terms: Terms
    """`records` stays empty; `not_after_ms` counts only without `lasts_ms`."""
    selection: Selection
    lasts_ms: int | None = None


def add_rule(vault: Vault, wish: RuleWish, *, now_ms: int) -> RuleView:
    """Add a standing rule; it looks at documents that are added or changed from now on.

    Raises:
        NotFound: `not_found`, `ambiguous`, a contact or role.
        InvalidRequest: `bad_expiry`, `io_error`.
    """
    terms = wish.terms
    if wish.lasts_ms is None and terms.not_after_ms <= now_ms:
        raise InvalidRequest("bad_expiry", "its grants would have expired before they begin", hint="--until 90d")
    rule = StandingRule(
        rule_id=random_bytes(16),
        vaults=tuple({contact_row(vault, name).vault: None for name in terms.to}),
        role=None if terms.role is None else role_named(vault, terms.role).name,
        selection=wish.selection,
        purposes=terms.purposes,
        actions=terms.actions,
        lasts_ms=wish.lasts_ms,
        not_after_ms=terms.not_after_ms if wish.lasts_ms is None else None,
        conditions=terms.conditions,
    )
    with Transaction(vault, now_ms=now_ms) as transaction:
        draft = transaction.begin()
        transaction.append(draft, rule.to_map())
        transaction.commit()
    return find_rule(vault, rule_id_text(rule.rule_id), now_ms=now_ms)


def list_rules(vault: Vault, *, now_ms: int) -> tuple[RuleView, ...]:
    """Return all rules, oldest first."""
    return tuple(_view(vault, row, now_ms) for row in StandingRows(vault.catalogue).rules())


def find_rule(vault: Vault, prefix: str, *, now_ms: int) -> RuleView:
    """Return the rule that an id or its unique beginning names. Raises NotFound: `not_found`, `ambiguous`."""
    return _view(vault, _row(vault, prefix), now_ms)


def end_rule(vault: Vault, prefix: str, *, now_ms: int) -> RuleView:
    """End a rule: it makes no more grants, and those that it made stand. A second time changes nothing.

    Raises:
        NotFound: `not_found`, `ambiguous`. InvalidRequest: `io_error`.
    """
    row = _row(vault, prefix)
    if not row.is_ended:
        with Transaction(vault, now_ms=now_ms) as transaction:
            draft = transaction.begin()
            transaction.append(draft, StandingEnd(about=row.seq).to_map())
            transaction.commit()
    return find_rule(vault, row.id, now_ms=now_ms)


def run_rules(vault: Vault, folder: Path | None, *, now_ms: int) -> Iterator[RuleOutcome]:
    """Let every rule look at what is new, and yield what came of each document; with a folder, write the bundles.

    Raises:
        InvalidRequest: `io_error`, `too_large`.
        IntegrityError: `key_revoked`, a contact declared the keys on their card stolen.
        NotFound: `not_found`, somebody whom a rule names is no longer among the contacts.
        The last two once all other rules have run.
    """
    failed: list[IntegrityError | NotFound] = []
    for row in StandingRows(vault.catalogue).rules():
        rule = parse_standing(row.rule)
        if row.is_ended or _is_over(rule, now_ms):
            continue
        try:
            yield from _run(vault, row, rule, folder, now_ms)
        except (IntegrityError, NotFound) as err:
            failed.append(err)
    if failed:
        raise failed[0]


def _run(
    vault: Vault, row: StandingRow, rule: StandingRule, folder: Path | None, now_ms: int
) -> Iterator[RuleOutcome]:
    outcomes = _look(vault, row, rule, now_ms)
    handed = {one.grant: one for one in _hand_out(vault, row, folder, now_ms)} if folder else {}
    for outcome in outcomes:
        yield handed.pop(outcome.grant, outcome) if outcome.grant else outcome
    yield from handed.values()


def _look(vault: Vault, row: StandingRow, rule: StandingRule, now_ms: int) -> list[RuleOutcome]:
    """Grant what is new, and remember how far the rule has looked once that is acknowledged."""
    table, size = StandingRows(vault.catalogue), vault.history.size
    start = table.looked(row.id)
    start = row.seq + 1 if start is None else start
    terms = _terms(vault, rule, now_ms)
    if start >= size or terms is None:
        return []
    found = _matches(vault, row, rule, start)
    outcomes: list[RuleOutcome] = []
    for first in range(0, len(found), MAX_ENTRIES):
        outcomes += _grant_each(vault, row.id, terms, found[first : first + MAX_ENTRIES], now_ms)
    with vault.catalogue.change() as is_ours:
        if is_ours:
            table.note_looked(row.id, vault.history.size)
    return outcomes


def _matches(vault: Vault, row: StandingRow, rule: StandingRule, start: int) -> list[DocumentRow]:
    """Return the documents in force that entries from `start` on are about, that match, and have no grant yet."""
    table, documents = StandingRows(vault.catalogue), DocumentRows(vault.catalogue)
    changed = (documents.with_prefix(id_text) for id_text in table.changed_documents(start))
    found = [document for rows in changed for document in rows]
    return [
        document
        for document in sorted(found, key=lambda one: one.seq)
        if document.status == DocStatus.CURRENT.value
        and rule.selection.matches(_facts(document))
        and not table.has_made(row.id, document.seq)
    ]


def _grant_each(
    vault: Vault, rule_id: str, terms: Terms, found: list[DocumentRow], now_ms: int
) -> list[RuleOutcome]:
    outcomes: list[RuleOutcome] = []
    with Transaction(vault, now_ms=now_ms) as transaction:
        for document in found:
            try:
                checked = check_terms(vault, replace(terms, records=(document.id,)), now_ms=now_ms)
            except ConsentRefused as err:
                outcomes.append(RuleOutcome(rule=rule_id, document=document.id, refusal=err))
                continue
            grant, _ = append_grant(transaction, checked.terms, checked.rows, checked.parties, now_ms)
            made = grant_id_text(grant.grant_id)
            outcomes.append(RuleOutcome(rule=rule_id, document=document.id, grant=made))
        transaction.commit()
    return outcomes


def _hand_out(vault: Vault, row: StandingRow, folder: Path, now_ms: int) -> Iterator[RuleOutcome]:
    """Write the bundles of the grants that were not handed out yet, each to a file named after its grant.

    A crash in between is made good by the next run. Where nobody knows how far it has come, what was logged as
    shared counts as handed out.
    """
    table, consents = StandingRows(vault.catalogue), ConsentRows(vault.catalogue)
    known = table.looked(row.id, _HANDED)
    for seq in table.made(row.id, -1 if known is None else known):
        granted = consents.grant_at(seq)
        if granted is None:
            continue
        path = folder / f"{granted.id[:_NAME_CHARS]}.hvb"
        is_done = path.exists() or (known is None and consents.shares_under(granted.slot) > 0)
        if not is_done and granted.status == Status.ACTIVE:
            yield _handed_out(vault, row.id, granted, path, now_ms)
        with vault.catalogue.change() as is_ours:
            if is_ours:
                table.note_looked(row.id, seq, _HANDED)


def _handed_out(vault: Vault, rule_id: str, granted: GrantRow, path: Path, now_ms: int) -> RuleOutcome:
    (seq, _), *_ = parse_grant(granted.terms, granted.seq).records
    document = DocumentRows(vault.catalogue).at(seq)
    outcome = RuleOutcome(rule=rule_id, document=document.id if document else "", grant=granted.id)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        share_under(vault, UnderGrant(grant=granted.id), path, now_ms=now_ms)
    except ConsentRefused as err:
        return replace(outcome, refusal=err)
    except InvalidRequest as err:
        if err.code != "nothing_to_share":  # it was erased or retracted since
            raise
        return replace(outcome, refusal=err)
    return replace(outcome, path=str(path))


def _terms(vault: Vault, rule: StandingRule, now_ms: int) -> Terms | None:
    """Return the terms of the rule's next grant, without documents; None while nobody has its role."""
    if rule.role is not None and not rule.vaults and not bound_contacts(vault, rule.role, now_ms=now_ms):
        return None
    ends_ms = rule.not_after_ms if rule.not_after_ms is not None else now_ms + (rule.lasts_ms or 0)
    return Terms(
        records=(),
        to=tuple(map(contact_id_text, rule.vaults)),
        purposes=rule.purposes,
        actions=rule.actions,
        not_after_ms=ends_ms,
        may_end_earlier=True,
        conditions=rule.conditions,
        role=rule.role,
        rule_id=rule.rule_id,
    )


def _is_over(rule: StandingRule, now_ms: int) -> bool:
    return rule.not_after_ms is not None and rule.not_after_ms <= now_ms


def _facts(row: DocumentRow) -> Facts:
    return Facts(date=row.date, type=row.type, tags=row.tags, category=row.category, author=row.author)


def _row(vault: Vault, prefix: str) -> StandingRow:
    whole = unique_prefix(prefix, "s_")
    rows = StandingRows(vault.catalogue).with_prefix(whole)
    return unique(whole, list(rows), [row.id for row in rows])


def _view(vault: Vault, row: StandingRow, now_ms: int) -> RuleView:
    rule, consents = parse_standing(row.rule), ConsentRows(vault.catalogue)
    names = {found.vault: found.name for found in consents.contacts()}
    made = (consents.grant_at(seq) for seq in StandingRows(vault.catalogue).made(row.id))
    status = "over" if _is_over(rule, now_ms) else "active"
    who = ", ".join(names.get(vault_id) or contact_id_text(vault_id) for vault_id in rule.vaults)
    return RuleView(
        id=row.id,
        entry=row.seq,
        contact=who or f"whoever has the role {rule.role}",
        role=rule.role,
        selection=rule.selection.said,
        purposes=tuple(map(purpose_word, rule.purposes)),
        actions=rule.actions,
        lasts_ms=rule.lasts_ms,
        not_after_ms=rule.not_after_ms,
        status="ended" if row.is_ended else status,
        grants=tuple(granted.id for granted in made if granted is not None),
    )
