# SPDX-License-Identifier: Apache-2.0
"""Acting for somebody else: what may be shared in an owner's name, what counts as added by the owner's own proxy.

The proof is the evidence that a received document keeps. The owner's grant in it is judged here as any verifier
will judge it, before anything is logged. Spec: docs/spec/proxies.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from healthvault.bundle.evidence import EVIDENCE_MEDIA_TYPE, grants_of, parse_evidence
from healthvault.consent.conditions import POWER_ADD, Delegated, Proxy
from healthvault.consent.grant import Grant, parse_grant
from healthvault.consent.status import Status
from healthvault.errors import FormatError, IntegrityError, InvalidRequest, NotEstablished
from healthvault.ledger.ranges import ranges_of
from healthvault.storage.consent_rows import ConsentRows, GrantRow
from healthvault.storage.document_rows import DocumentRow, DocumentRows
from healthvault.tlog.checkpoint import vault_id_of
from healthvault.vault.deciding import time_of_decision
from healthvault.vault.memory import pins_of
from healthvault.vault.read import stream_part
from healthvault.vault.terms import SLOW_CLOCK_MS, Terms
from healthvault.vault.vault import Vault
from healthvault.verify.consent import verify_grant
from healthvault.verify.delegation import Act, delegated_of, gives_power_to_share, judge_delegations, proxy_of
from healthvault.verify.issuer import Examined, Proved, prove
from healthvault.verify.pins import PinBook

__all__ = [
    "acting_grant",
    "check_delegated",
    "delegated_terms",
    "grants_held_under",
    "has_lost_powers",
    "makes_proxy",
    "proxy_grants",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """A document that is held as somebody's proxy."""

    seq: int
    proved: Proved
    grants: tuple[Grant, ...]
    """The owner's, that make the owner of this vault the proxy; none where it is held for no such reason."""


def delegated_terms(vault: Vault, terms: Terms, rows: Sequence[DocumentRow], *, now_ms: int) -> Terms:
    """Return the terms of what is shared as a proxy: in whose name, and within the window that the owner gave.

    Terms for documents that are not held as anybody's proxy come back as they are.

    Raises:
        InvalidRequest: `mixed_owners`, not all are held as the proxy of one and the same.
        ConsentRefused: `outside_delegation`, `grant_expired`, …: what every verifier would say.
    """
    held = [_held(vault, row) for row in rows]
    owners = {one.proved.chain.vault_id if one and one.grants else b"" for one in held}
    if owners == {b""}:
        return terms
    if len(owners) > 1:
        hint = "share what is your own, and what you hold for each of the others, apart"
        raise InvalidRequest("mixed_owners", "some of these documents are held for somebody else", hint=hint)
    latest = [max(one.grants, key=lambda grant: grant.not_after_ms) for one in held if one]
    grants = {grant.grant_id: grant for grant in latest}
    begins_ms = max(grant.not_before_ms for grant in grants.values())
    ends_ms = min(grant.not_after_ms for grant in grants.values())
    asked_ms = terms.not_before_ms if terms.not_before_ms is not None else now_ms - SLOW_CLOCK_MS
    delegated = replace(
        terms,
        not_before_ms=max(begins_ms, asked_ms) if terms.not_before_ms is None else asked_ms,
        not_after_ms=min(terms.not_after_ms, ends_ms) if terms.may_end_earlier else terms.not_after_ms,
        conditions=(*terms.conditions, Delegated(vault=owners.pop(), grants=tuple(sorted(grants)))),
    )
    check_delegated(vault, _draft(delegated, rows, now_ms), rows, now_ms=now_ms)
    return delegated


def check_delegated(vault: Vault, grant: Grant, rows: Sequence[DocumentRow], *, now_ms: int) -> None:
    """Check a grant that is given for somebody else as every verifier will: a proxy cannot exceed the owner's.

    Raises:
        ConsentRefused: `not_delegated`, `outside_delegation`, `grant_expired`, `grant_revoked`, …
        FormatError, IntegrityError: the evidence does not hold.
    """
    if not delegated_of(grant):
        return
    examined = [Examined(seq=one.seq, proved=one.proved) for row in rows if (one := _held(vault, row))]
    act = Act(
        sender=vault.keyring.vault_id,
        grants=(grant,),
        seqs=tuple(row.seq for row in rows),
        at_ms=time_of_decision(vault, now_ms),
    )
    contacts = {row.vault: row.name for row in ConsentRows(vault.catalogue).contacts()}
    pins = PinBook(vaults=tuple(pins_of(vault, owner) for owner in {one.vault for one in delegated_of(grant)}))
    for problem in judge_delegations(act, examined, pins, contacts).problems:
        if not isinstance(problem, NotEstablished):
            raise problem


def acting_grant(vault: Vault, sender: bytes, *, now_ms: int) -> Grant | None:
    """Return the newest grant under which a vault may add documents for the owner now."""
    at_ms = time_of_decision(vault, now_ms)
    for row, grant, proxy in proxy_grants(vault, sender):
        is_in_force = row.status == Status.ACTIVE and grant.not_before_ms <= at_ms < grant.not_after_ms
        if POWER_ADD in proxy.powers and is_in_force:
            return grant
    return None


def has_lost_powers(vault: Vault, sender: bytes, *, now_ms: int) -> bool:
    """Tell whether a vault could add documents for the owner once, and cannot now."""
    could = any(POWER_ADD in proxy.powers for _, _, proxy in proxy_grants(vault, sender))
    return could and acting_grant(vault, sender, now_ms=now_ms) is None


def proxy_grants(vault: Vault, vault_id: bytes | None = None) -> Iterator[tuple[GrantRow, Grant, Proxy]]:
    """Yield the owner's grants that make somebody, or that vault, a proxy: the newest first, ended ones too."""
    consents = ConsentRows(vault.catalogue)
    for row in consents.grants() if vault_id is None else consents.grants_of([vault_id]):
        grant = parse_grant(row.terms, row.seq)
        proxy = proxy_of(grant)
        if proxy is not None:
            yield row, grant, proxy


def _held(vault: Vault, row: DocumentRow) -> _Held | None:
    """Return what proves where a document came from, with the grants under which it is held, if anything does."""
    if row.actions is None or "forward" not in row.actions:
        return None
    parts = DocumentRows(vault.catalogue).parts(row.seq)
    if not parts or parts[-1].media_type != EVIDENCE_MEDIA_TYPE:
        return None
    pieces: list[bytes] = []
    stream_part(vault, parts[-1], pieces.append, expected_id=row.id)
    try:
        evidence = parse_evidence(b"".join(pieces))
        proved = prove(evidence, PinBook(vaults=(pins_of(vault, vault_id_of(evidence.origin)),)))
        shown = tuple(
            verify_grant(one, proved.entries, proved.evidence.state) for one in grants_of(proved.evidence)
        )
    except (FormatError, IntegrityError):
        return (
            None  # it was accepted once: its owner's keys are known as stolen since, or it is of a later version
        )
    return _Held(seq=row.seq, proved=proved, grants=tuple(one for one in shown if makes_proxy(vault, one)))


def grants_held_under(vault: Vault, row: DocumentRow) -> tuple[Grant, ...]:
    """Return the grants of an owner that make the owner of this vault the proxy for a document."""
    held = _held(vault, row)
    return held.grants if held else ()


def makes_proxy(vault: Vault, grant: Grant) -> bool:
    """Tell whether somebody's grant gives the owner of this vault the power to share."""
    is_ours = any(party.vault == vault.keyring.vault_id for party in grant.grantees)
    return is_ours and gives_power_to_share(grant)


def _draft(terms: Terms, rows: Sequence[DocumentRow], now_ms: int) -> Grant:
    """Return the grant that the terms lead to, as far as its judgement goes by it."""
    return Grant(
        slot=0,
        grant_id=bytes(16),
        grantees=(),
        records=ranges_of(row.seq for row in rows),
        actions=terms.actions,
        purposes=terms.purposes,
        not_before_ms=terms.not_before_ms if terms.not_before_ms is not None else now_ms,
        not_after_ms=terms.not_after_ms,
        conditions=terms.conditions,
    )
