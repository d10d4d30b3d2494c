# SPDX-License-Identifier: Apache-2.0
"""The owner's own word on whose records a document holds: hers, or not, whatever the rule says; and back again.

A decision names the document and holds nothing that it says. Spec: docs/spec/identity.md section 6.
"""

from collections.abc import Sequence

from healthvault.errors import InvalidRequest, NotFound
from healthvault.ledger.person import Decision, IdLink, IdUnlink
from healthvault.storage.contents import Contents
from healthvault.storage.person_rows import DecisionRow, PersonRows
from healthvault.storage.verdict_rows import VerdictRows
from healthvault.vault.transaction import Transaction
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document

__all__ = ["decide", "decided", "subject_number", "undo_decision"]


def decided(decisions: Sequence[DecisionRow], subject: int | None) -> Decision | None:
    """Return what stands for a subject of a document, or for one without subjects (None): the newest counts.

    Args:
        decisions: Those about the document, oldest first.
        subject: Number in the document, from 0.
    """
    newest = next((row for row in reversed(decisions) if row.subject in {None, subject}), None)
    return Decision(newest.decision) if newest else None


def subject_number(contents: Contents, document: Document, number: int | None) -> int | None:
    """Return the number from 0 of the subject that the owner names from 1.

    Raises:
        NotFound: `not_found`, the document does not have so many.
    """
    if number is None:
        return None
    count = len(VerdictRows(contents).of(document.entry))
    if not 1 <= number <= count:
        raise NotFound("not_found", f"{document.id} names {count} persons", hint="`hv id check` shows them")
    return number - 1


def decide(vault: Vault, document: Document, decision: Decision, subject: int | None, *, now_ms: int) -> None:
    """Say that records are the owner's, or not; the same again changes nothing.

    Args:
        vault: Unlocked, writing.
        document: That holds them.
        decision: Hers or not.
        subject: Number in the document, from 0; None: all of it.
        now_ms: The clock.

    Raises:
        InvalidRequest: `erased`, `io_error`.
    """
    if document.status == "erased":
        raise InvalidRequest("erased", f"{document.id} was erased")
    standing = PersonRows(vault.catalogue).decisions(document.entry)
    if standing and (standing[-1].subject, standing[-1].decision) == (subject, decision.value):
        return
    with Transaction(vault, now_ms=now_ms) as transaction:
        link = IdLink(about=document.entry, decision=decision, subject=subject)
        transaction.append(transaction.begin(), link.to_map())
        transaction.commit()


def undo_decision(vault: Vault, document: Document, *, now_ms: int) -> None:
    """Take back the newest decision about a document: what stood before it stands again.

    Raises:
        NotFound: `not_found`, none stands.
        InvalidRequest: `io_error`.
    """
    standing = PersonRows(vault.catalogue).decisions(document.entry)
    if not standing:
        hint = "`hv id check` shows what was decided"
        raise NotFound("not_found", f"nothing was decided about {document.id}", hint=hint)
    with Transaction(vault, now_ms=now_ms) as transaction:
        transaction.append(transaction.begin(), IdUnlink(about=standing[-1].seq).to_map())
        transaction.commit()
