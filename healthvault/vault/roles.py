# SPDX-License-Identifier: Apache-2.0
"""Roles in use: defined, bound to contacts, compiled into terms, and asked again at every later share.

Spec: docs/spec/roles.md.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from healthvault.consent.exclusion import DocumentWords
from healthvault.consent.grant import Grant
from healthvault.consent.purposes import purpose_word
from healthvault.consent.roles import (
    PRESETS,
    Role,
    RoleBind,
    RoleUnbind,
    is_role_name,
    outside_role,
    parse_role_define,
    role_conditions,
)
from healthvault.errors import ConsentRefused, InvalidRequest, NotFound
from healthvault.ledger.ids import contact_id_text
from healthvault.storage.consent_rows import ConsentRows
from healthvault.storage.document_rows import DocumentRow, DocumentRows
from healthvault.storage.role_rows import RoleRows
from healthvault.vault.contacts import contact_row
from healthvault.vault.deciding import words_of
from healthvault.vault.rule_views import RoleView
from healthvault.vault.terms import Terms
from healthvault.vault.transaction import Transaction
from healthvault.vault.vault import Vault

__all__ = [
    "bind_role",
    "bound_contacts",
    "check_documents_of_role",
    "check_role_still",
    "define_role",
    "list_roles",
    "role_named",
    "unbind_role",
    "under_role",
]


def role_named(vault: Vault, name: str) -> Role:
    """Return a role as it is now. Raises NotFound: `not_found`."""
    found = RoleRows(vault.catalogue).defined(name)
    if found is not None:
        return parse_role_define(found[1], found[0])
    if name not in PRESETS:
        raise NotFound("not_found", f"no role is called {name!r}", hint="`hv role list` shows them")
    return PRESETS[name]


def define_role(vault: Vault, role: Role, *, now_ms: int) -> RoleView:
    """Define a role, or another version of one: older grants keep the terms that they were signed with.

    Raises:
        InvalidRequest: `bad_name`, `io_error`.
    """
    if not is_role_name(role.name):
        hint = "small letters, digits and hyphens, at most 32"
        raise InvalidRequest("bad_name", f"{role.name!r} cannot name a role", hint=hint)
    with Transaction(vault, now_ms=now_ms) as transaction:
        draft = transaction.begin()
        transaction.append(draft, role.to_map())
        transaction.commit()
    return _view(vault, role_named(vault, role.name), now_ms)


def list_roles(vault: Vault, *, now_ms: int) -> tuple[RoleView, ...]:
    """Return all roles by name, the built-in ones among them."""
    names = sorted({*PRESETS, *RoleRows(vault.catalogue).names()})
    return tuple(_view(vault, role_named(vault, name), now_ms) for name in names)


def bind_role(vault: Vault, contact: str, name: str, *, until_ms: int | None, now_ms: int) -> RoleView:
    """Note that a contact has a role. Raises NotFound: `not_found`, `ambiguous`; InvalidRequest: `bad_expiry`."""
    role, row = role_named(vault, name), contact_row(vault, contact)
    if until_ms is not None and until_ms <= now_ms:
        raise InvalidRequest("bad_expiry", "it would have ended before it begins", hint="--until 90d")
    with Transaction(vault, now_ms=now_ms) as transaction:
        draft = transaction.begin()
        transaction.append(draft, RoleBind(vault=row.vault, role=role.name, until_ms=until_ms).to_map())
        transaction.commit()
    return _view(vault, role, now_ms)


def unbind_role(vault: Vault, contact: str, name: str, *, now_ms: int) -> RoleView:
    """Note that a contact has a role no longer; a second time changes nothing. Raises as `bind_role`."""
    role, row = role_named(vault, name), contact_row(vault, contact)
    if any(bound.vault == row.vault for bound in RoleRows(vault.catalogue).bindings(name)):
        with Transaction(vault, now_ms=now_ms) as transaction:
            draft = transaction.begin()
            transaction.append(draft, RoleUnbind(vault=row.vault, role=name).to_map())
            transaction.commit()
    return _view(vault, role, now_ms)


def bound_contacts(vault: Vault, name: str, *, now_ms: int) -> dict[bytes, str]:
    """Return who has a role now, by vault id, and the owner's names for them, in the order of the names."""
    standing = {
        row.vault
        for row in RoleRows(vault.catalogue).bindings(name)
        if row.until_ms is None or now_ms < row.until_ms
    }
    return {row.vault: row.name for row in ConsentRows(vault.catalogue).contacts() if row.vault in standing}


def under_role(vault: Vault, terms: Terms, *, now_ms: int) -> Terms:
    """Return terms with what their role says filled in: grantees, purposes, actions, end, and what is kept out.

    Terms without a role, or with one that was filled in before, come back as they are.

    Raises:
        NotFound: `not_found`, `ambiguous`.
        ConsentRefused: `role_unbound`, a contact does not have the role, or nobody has; `outside_role`.
    """
    if terms.role is None or terms.role_version is not None:
        return terms
    role = role_named(vault, terms.role)
    bound = bound_contacts(vault, role.name, now_ms=now_ms)
    _check_bound([contact_row(vault, name).vault for name in terms.to], bound)
    if not bound and not terms.is_for_bearer:
        hint = "`hv role bind` gives it to a contact; or say --code"
        raise ConsentRefused("role_unbound", "none of your contacts has the role", hint=hint)
    begins_ms = terms.not_before_ms if terms.not_before_ms is not None else now_ms
    latest_ms = begins_ms + role.longest_ms
    filled = replace(
        terms,
        to=terms.to if terms.to or terms.is_for_bearer else tuple(map(contact_id_text, bound)),
        purposes=terms.purposes or role.purposes,
        actions=terms.actions or role.actions,
        not_after_ms=min(terms.not_after_ms, latest_ms) if terms.may_end_earlier else terms.not_after_ms,
        conditions=(*terms.conditions, *role_conditions(role)),
        role_version=role.version,
    )
    window_ms = filled.not_after_ms - begins_ms
    for refusal in outside_role(role, (), purposes=filled.purposes, actions=filled.actions, window_ms=window_ms):
        raise refusal
    return filled


def check_documents_of_role(vault: Vault, terms: Terms, seqs: Iterable[int]) -> None:
    """Check that a role allows documents that are about to be granted. Raises ConsentRefused: `outside_role`."""
    if terms.role is not None:
        role, table = role_named(vault, terms.role), DocumentRows(vault.catalogue)
        rows = [row for seq in seqs if (row := table.at(seq)) is not None]
        for refusal in outside_role(role, _words(rows), purposes=(), actions=(), window_ms=0):
            raise refusal


def check_role_still(vault: Vault, grant: Grant, rows: Sequence[DocumentRow], *, now_ms: int) -> None:
    """Check a later share against the role that its grant was made from, as it is now.

    Raises:
        ConsentRefused: `role_unbound`, a grantee has it no longer; `outside_role`, it allows less than it did.
        NotFound: `not_found`, there is no such role.
    """
    if grant.role is None or grant.role_version is None:
        return
    role = role_named(vault, grant.role)
    parties = [party.vault for party in grant.grantees if party.vault is not None]
    _check_bound(parties, bound_contacts(vault, role.name, now_ms=now_ms))
    window_ms = grant.not_after_ms - max(grant.not_before_ms, now_ms)
    for refusal in outside_role(
        role, _words(rows), purposes=grant.purposes, actions=grant.actions, window_ms=window_ms
    ):
        raise refusal


def _check_bound(wanted: Iterable[bytes], bound: dict[bytes, str]) -> None:
    for vault_id in wanted:
        if vault_id not in bound:
            hint = "`hv role bind` gives it to them; or share without --role"
            raise ConsentRefused(
                "role_unbound", f"{contact_id_text(vault_id)} does not have the role now", hint=hint
            )


def _words(rows: Iterable[DocumentRow]) -> list[tuple[str, DocumentWords]]:
    return [(row.id, words_of(row)) for row in rows]


def _view(vault: Vault, role: Role, now_ms: int) -> RoleView:
    return RoleView(
        name=role.name,
        version=role.version,
        categories=role.categories,
        sensitivity=role.sensitivity,
        purposes=tuple(map(purpose_word, role.purposes)),
        actions=role.actions,
        longest_ms=role.longest_ms,
        contacts=tuple(bound_contacts(vault, role.name, now_ms=now_ms).values()),
    )
