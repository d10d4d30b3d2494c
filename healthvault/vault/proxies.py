# SPDX-License-Identifier: Apache-2.0
"""Proxies: contacts with a grant that gives them powers to act for the owner; made, listed, removed.

A proxy is nothing but a grant, so that expiry, revocation and status files work for it as for any other. What is
kept out of the grant is not encrypted to the proxy: no power reaches it. Spec: docs/spec/proxies.md.
"""

from dataclasses import dataclass, replace

from healthvault.consent.conditions import POWER_SHARE, Proxy
from healthvault.consent.grant import Grant
from healthvault.consent.purposes import purpose_word
from healthvault.consent.standing import StandingRule, parse_standing
from healthvault.consent.status import Status
from healthvault.errors import InvalidRequest
from healthvault.ledger.ids import grant_id_text
from healthvault.storage.consent_rows import ConsentRows, GrantRow
from healthvault.storage.document_rows import DocumentRows
from healthvault.storage.standing_rows import StandingRows
from healthvault.vault.addressees import addressees_of
from healthvault.vault.contacts import contact_row
from healthvault.vault.delegating import proxy_grants
from healthvault.vault.grants import append_grant, check_dates, make_grant, revoke_grant
from healthvault.vault.rule_views import ProxyRemoval, ProxyView
from healthvault.vault.standing import end_rule
from healthvault.vault.terms import Terms
from healthvault.vault.transaction import Transaction
from healthvault.vault.vault import Vault

__all__ = ["PROXY_ACTIONS", "ProxyWish", "add_proxy", "list_proxies", "proxy_terms", "remove_proxy"]

PROXY_ACTIONS = ("view", "keep", "forward")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyWish:
    """Who is to act for the owner, how far, and with which documents."""

    terms: Terms
    """Of the grant; `purposes` and `actions` are those of what the proxy may share onward."""
    powers: tuple[str, ...]


def add_proxy(vault: Vault, wish: ProxyWish, *, now_ms: int) -> ProxyView:
    """Make a contact a proxy, by a grant of documents with powers over them.

    Raises:
        InvalidRequest: `proxy_needs_one`, it is not for exactly one contact; `nothing_to_share`, the power to
            share without a document.
        As `check_terms`; InvalidRequest: `io_error`.
    """
    terms = proxy_terms(wish)
    if terms.records:
        made = make_grant(vault, terms, now_ms=now_ms).id
    elif POWER_SHARE in wish.powers:
        hint = "name documents by id, or describe them by --category, --tag, --type, --since or --author"
        raise InvalidRequest("nothing_to_share", "the power to share needs documents", hint=hint)
    else:
        made = _grant_no_document(vault, terms, now_ms)
    return next(view for view in list_proxies(vault, now_ms=now_ms) if view.grant == made)


def proxy_terms(wish: ProxyWish) -> Terms:
    """Return the terms of the grant that makes a proxy. Raises InvalidRequest: `proxy_needs_one`."""
    terms = wish.terms
    if len(terms.to) != 1:
        raise InvalidRequest("proxy_needs_one", "a proxy is one contact", hint='--to "Tom"')
    powers = Proxy(powers=wish.powers, purposes=terms.purposes, actions=terms.actions)
    return replace(terms, actions=PROXY_ACTIONS, conditions=(*terms.conditions, powers))


def list_proxies(vault: Vault, *, now_ms: int) -> tuple[ProxyView, ...]:
    """Return the grants that make somebody a proxy, the newest first, ended ones too."""
    return tuple(_view(vault, row, grant, proxy, now_ms) for row, grant, proxy in proxy_grants(vault))


def remove_proxy(vault: Vault, name: str, *, now_ms: int) -> ProxyRemoval:
    """End every power of a contact: grants are revoked, standing rules ended; a second time changes nothing.

    Raises:
        NotFound: `not_found`, `ambiguous`. InvalidRequest: `io_error`.
    """
    row = contact_row(vault, name)
    found = [(held, grant) for held, grant, _ in proxy_grants(vault, row.vault)]
    active = [grant_id_text(grant.grant_id) for held, grant in found if held.status == Status.ACTIVE]
    revoked = [revoke_grant(vault, grant, reason="proxy removed", now_ms=now_ms).id for grant in active]
    ended = [
        end_rule(vault, rule.id, now_ms=now_ms).id
        for rule in StandingRows(vault.catalogue).rules()
        if not rule.is_ended and _gives_powers(parse_standing(rule.rule), row.vault)
    ]
    slots = {held.slot for held, _ in found}
    shares = [share for share in ConsentRows(vault.catalogue).shares() if slots.intersection(share.slots)]
    out = {slot for share in shares for slot in share.slots}
    holds = {id_text: None for held, grant in found if held.slot in out for id_text in _documents(vault, grant)}
    return ProxyRemoval(
        contact=row.name,
        revoked=tuple(revoked),
        ended=tuple(ended),
        holds=tuple(holds),
        bundles=tuple(share.id for share in shares),
    )


def _grant_no_document(vault: Vault, terms: Terms, now_ms: int) -> str:
    """Append a grant that gives powers and no document, and return its id."""
    parties = tuple(addressee.party for addressee in addressees_of(vault, terms.to))
    check_dates(terms, now_ms)
    with Transaction(vault, now_ms=now_ms) as transaction:
        grant, _ = append_grant(transaction, terms, (), parties, now_ms)
        transaction.commit()
    return grant_id_text(grant.grant_id)


def _gives_powers(rule: StandingRule, vault_id: bytes) -> bool:
    return vault_id in rule.vaults and any(isinstance(condition, Proxy) for condition in rule.conditions)


def _documents(vault: Vault, grant: Grant) -> tuple[str, ...]:
    documents = DocumentRows(vault.catalogue)
    seqs = (first + step for first, count in grant.records for step in range(count))
    return tuple(found.id for seq in seqs if (found := documents.at(seq)) is not None)


def _view(vault: Vault, row: GrantRow, grant: Grant, proxy: Proxy, now_ms: int) -> ProxyView:
    status = Status(row.status).name.lower()
    if row.status == Status.ACTIVE and now_ms >= grant.not_after_ms:
        status = "expired"
    return ProxyView(
        grant=grant_id_text(grant.grant_id),
        contact=", ".join(party.name for party in grant.grantees),
        powers=proxy.powers,
        purposes=tuple(map(purpose_word, proxy.purposes)),
        actions=proxy.actions,
        not_after_ms=grant.not_after_ms,
        status=status,
        records=_documents(vault, grant),
    )
