# SPDX-License-Identifier: Apache-2.0
"""Whether a share may, and can, say how many documents of a category there are.

Spec: docs/spec/inventories.md section 4.
"""

from collections.abc import Sequence

from healthvault.consent.grant import Grant
from healthvault.errors import ConsentRefused, InvalidRequest
from healthvault.ledger.changes import slot_of
from healthvault.ledger.state import NO_EXTENSION
from healthvault.vault.grants import documents_of
from healthvault.vault.proofs import tip_opening
from healthvault.vault.vault import Vault

__all__ = ["check_committed", "check_named"]


def check_named(vault: Vault, grant: Grant, categories: Sequence[str]) -> None:
    """Check that a standing grant names a document of each category.

    Raises:
        ConsentRefused: `out_of_scope`.
    """
    if not categories:
        return
    named = {slot_of(document.category) for document in documents_of(vault, grant)}
    for category in categories:
        if slot_of(category) not in named:
            hint = "share under a new grant, without --grant, if they shall know how many there are"
            raise ConsentRefused("out_of_scope", f"the grant names no document of category {category}", hint=hint)


def check_committed(vault: Vault, categories: Sequence[str]) -> None:
    """Check that the vault commits to inventories, if one is to be opened.

    Raises:
        InvalidRequest: `nothing_to_prove`, no entry has named a category.
        VaultDamaged: `vault_damaged`, not even a replay gives the newest state.
    """
    if categories and tip_opening(vault).ext_root == NO_EXTENSION:
        raise InvalidRequest(
            "nothing_to_prove",
            "no document of this vault names a category, so nothing is known of all that have one",
            hint="say what one is about: `hv amend ID --category`",
        )
