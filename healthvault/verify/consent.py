# SPDX-License-Identifier: Apache-2.0
"""What the reader may do: steps 13 and 14 of the verification.

Spec: docs/spec/bundle.md section 6.
"""

from collections.abc import Mapping

from healthvault.bundle.disclosure import AudienceMember, DisclosedGrant
from healthvault.consent.decision import KnownGrant, Request, Subject, document_refusals, refusals
from healthvault.consent.grant import Grant, parse_grant
from healthvault.consent.status import Status, StatusProof, check_status
from healthvault.errors import ConsentRefused, HealthVaultError, IntegrityError, NotEstablished
from healthvault.ledger.entry import Entry
from healthvault.ledger.meta import open_meta
from healthvault.ledger.party import Party
from healthvault.ledger.ranges import ranges_contain
from healthvault.ledger.state import StateOpening

__all__ = ["check_audience", "judge_grants", "verify_grant"]


def verify_grant(row: DisclosedGrant, entries: Mapping[int, Entry], state: StateOpening) -> Grant:
    """Step 13: return the terms of a grant that was active at the tip, since its own entry.

    Args:
        row: Unverified.
        entries: The disclosed ones, verified.
        state: The opening of the tip's state.

    Raises:
        FormatError: `bad_schema`, `bad_encoding`, `tampered`.
        IntegrityError: `commitment_mismatch`, `tampered`, `bad_state`, `bad_proof`.
    """
    if row.seq not in entries:
        raise IntegrityError("bad_proof", "a grant's entry is not disclosed")
    grant = parse_grant(open_meta(row.meta, entries[row.seq]), row.seq)
    if grant.slot != row.slot or row.since_seq != row.seq:
        raise IntegrityError("bad_state", "the status shown is not that of this grant")
    proof = StatusProof(
        slot=grant.slot, status=Status.ACTIVE, since_seq=row.since_seq, salt=row.salt, path=row.path
    )
    check_status(proof, state.capacity, state.grants_root)
    return grant


def check_audience(audience: tuple[AudienceMember, ...] | None, opener: Party) -> None:
    """Step 14: check that the bundle is addressed to whoever opened it, in the same way.

    Raises:
        NotEstablished: `not_addressed`.
    """
    if audience is None:
        addressed = opener.is_code
    else:
        addressed = any(
            member.recipient_pk == opener.recipient_pk and member.vault in {None, opener.vault}
            for member in audience
        )
    if not addressed:
        raise NotEstablished(
            "not_addressed",
            "the bundle was addressed to somebody else and passed on",
            hint="ask the owner to share with you directly",
        )


def judge_grants(
    grants: tuple[Grant, ...],
    request: Request,
    documents: tuple[Subject, ...],
    ended: Mapping[bytes, HealthVaultError],
) -> list[HealthVaultError]:
    """Step 14: return why the grants do not cover the request.

    Each document needs one grant that lists it and holds in every other respect; a grant for somebody else
    in the same bundle does no harm.

    Args:
        grants: The grants of the bundle whose terms and status were verified.
        request: Who opened it, when, and what for; of no document in particular.
        documents: Those of the bundle, with what is disclosed of them.
        ended: Known ends of grants, by grant id.
    """
    faults: list[tuple[Grant, list[HealthVaultError]]] = [
        (
            grant,
            [
                *([ended[grant.grant_id]] if grant.grant_id in ended else []),
                *refusals(KnownGrant(grant=grant), request),
            ],
        )
        for grant in grants
    ]
    problems: list[HealthVaultError] = []
    for document in documents:
        listing = [
            [*found, *document_refusals(grant, document)]
            for grant, found in faults
            if ranges_contain(grant.records, document.seq)
        ]
        if not listing:
            said = f"the document of entry {document.seq} is in no grant"
            problems.append(ConsentRefused("out_of_scope", said))
        elif all(listing):
            problems += [problem for found in listing for problem in found]
    if not documents:
        problems = [problem for _, found in faults for problem in found]
    return list({problem.code: problem for problem in problems}.values())
