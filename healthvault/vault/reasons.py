# SPDX-License-Identifier: Apache-2.0
"""Why a grant can be used now or not, in words that name the rule.

Spec: docs/spec/grants.md section 4.
"""

from collections import Counter

from healthvault.consent.decision import RULES, Request, refusals
from healthvault.consent.exclusion import exclusions
from healthvault.consent.quotas import still_asked
from healthvault.storage.document_rows import DocumentRows
from healthvault.vault.deciding import known_grant_of, time_of_decision, words_of
from healthvault.vault.grants import grant_row
from healthvault.vault.vault import Vault

__all__ = ["why"]


def why(vault: Vault, prefix: str, *, now_ms: int) -> tuple[str, str]:
    """Return the rule that a grant stands under now, `granted` if nothing denies, and the same in words.

    Raises:
        NotFound: `not_found`, `ambiguous`.
    """
    known = known_grant_of(vault, grant_row(vault, prefix))
    request = Request(party=None, at_ms=time_of_decision(vault, now_ms))
    found = {refusal.code: refusal.message for refusal in refusals(known, request)}
    rule = next((rule for rule in RULES if rule in found), "granted")
    said = [found.get(rule, "documents may be shared under it")]
    conditions, table = known.grant.conditions, DocumentRows(vault.catalogue)
    if rule == "approval_missing":
        said.append("still asked: " + ", ".join(still_asked(conditions, known.approved or frozenset())))
    seqs = [first + step for first, count in known.grant.records for step in range(count)]
    rows = [row for seq in seqs if (row := table.at(seq)) is not None]
    kept_out = Counter(refusal.code for row in rows for refusal in exclusions(conditions, words_of(row)))
    said += [f"{count} of {len(rows)} documents kept out: {code}" for code, count in sorted(kept_out.items())]
    return rule, "; ".join(said)
