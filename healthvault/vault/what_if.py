# SPDX-License-Identifier: Apache-2.0
"""What the end of a grant would take away, before it is ended; and which copies it could not.

Spec: docs/spec/grants.md section 4.4.
"""

from dataclasses import dataclass

from healthvault.consent.effect import losses
from healthvault.consent.purposes import purpose_word
from healthvault.storage.document_rows import DocumentRows
from healthvault.vault.deciding import known_grant_of, known_grants_of, subject_of, time_of_decision
from healthvault.vault.grants import find_grant, grant_row
from healthvault.vault.vault import Vault

__all__ = ["Foreseen", "Lost", "what_if_revoked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A document that somebody could get no more."""

    contact: str
    document: str
    uses: tuple[str, ...]
    """Purpose and action of each use that would be lost, such as `treatment: view`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What would become of a revocation."""

    grant: str
    status: str
    """Of the grant now."""
    lost: tuple[Lost, ...]
    bundles: tuple[str, ...]
    """Ids of the copies that are out: they stay readable."""


def what_if_revoked(vault: Vault, prefix: str, *, now_ms: int) -> Foreseen:
    """Return what revoking a grant would take away; nothing is changed.

    Raises:
        NotFound: `not_found`, `ambiguous`.
    """
    row = grant_row(vault, prefix)
    ended, view = known_grant_of(vault, row), find_grant(vault, row.id, now_ms=now_ms)
    table = DocumentRows(vault.catalogue)
    seqs = [first + step for first, count in ended.grant.records for step in range(count)]
    held = [found for seq in seqs if (found := table.at(seq)) is not None and found.status != "erased"]
    ids = {found.seq: found.id for found in held}
    known_grants, now_ms = known_grants_of(vault, ended.grant.grantees), time_of_decision(vault, now_ms)
    return Foreseen(
        grant=row.id,
        status=view.status,
        lost=tuple(
            Lost(
                contact="whoever has the code" if loss.party.is_code else loss.party.name,
                document=ids[loss.seq],
                uses=tuple(f"{purpose_word(purpose)}: {action}" for purpose, action in loss.uses),
            )
            for loss in losses(known_grants, ended, map(subject_of, held), now_ms)
        ),
        bundles=view.bundles,
    )
