# SPDX-License-Identifier: Apache-2.0
"""Uses of the owner's identity that she may not know of: the claims, the records, and whose they are.

Spec: docs/spec/claims.md section 6.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from healthvault.areas.claims import check_claims
from healthvault.areas.resources import Stumble
from healthvault.claims.suspects import Mixed, Suspect, find_suspects
from healthvault.ledger.documents import DocStatus
from healthvault.vault.add import Observer
from healthvault.vault.looking import looked_into
from healthvault.vault.person import owner_of
from healthvault.vault.read import Filter, list_documents
from healthvault.vault.vault import Vault
from healthvault.vault.whose_views import check_whose

__all__ = ["Suspects", "suspects_of"]

_CONFLICT = "conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspects:
    """What may be somebody else's doing, and how much was looked at."""

    found: tuple[Suspect, ...]
    claims: int
    records: int
    is_checked: bool
    """False if the owner has not said what tells her from others."""
    stumbles: tuple[Stumble, ...]


def suspects_of(vault: Vault, *, observer: Observer | None = None) -> Suspects:
    """Return what may be another's use of the owner's identity.

    Args:
        vault: Unlocked.
        observer: Is told how bringing up the index gets on.

    Raises:
        InvalidRequest: `io_error`.
        VaultDamaged: `vault_damaged`.
    """
    checked = check_claims(vault, observer=observer)
    cases = checked.claims.cases
    found = find_suspects(cases, checked.records, checked.checked.findings, _mixed(vault))
    return Suspects(
        found=tuple(found),
        claims=len(cases),
        records=len(checked.records),
        is_checked=owner_of(vault).is_telling,
        stumbles=checked.claims.stumbles,
    )


def _mixed(vault: Vault) -> Iterator[Mixed]:
    kept = [one for one in list_documents(vault, Filter()) if one.status == DocStatus.CURRENT.value]
    with looked_into(vault) as contents:
        for view in check_whose(vault, contents, kept):
            if view.result == _CONFLICT:
                yield Mixed(document=view.document.id, day=view.document.date, reasons=view.reasons)
