# SPDX-License-Identifier: Apache-2.0
"""Which facts a document offers about its owner. Spec: docs/spec/identity.md section 1."""

from healthvault.errors import InvalidRequest
from healthvault.ledger.person import IdAdd
from healthvault.storage.contents import Contents
from healthvault.storage.verdict_rows import VerdictRows
from healthvault.vault.linking import subject_number
from healthvault.vault.person import facts_of_subject
from healthvault.vault.views import Document

__all__ = ["facts_in"]


def facts_in(contents: Contents, document: Document, number: int | None) -> tuple[IdAdd, ...]:
    """Return what a document says of one of its subjects.

    Args:
        contents: Brought up to the document.
        document: Any.
        number: Of the subject, from 1; None: the only one that it is about.

    Raises:
        InvalidRequest: `no_subject`, it says nothing of anybody that could be taken over; `which_subject`, it is
            about several.
        NotFound: `not_found`, it does not name so many.
    """
    subjects = VerdictRows(contents).of(document.entry)
    place = subject_number(contents, document, number)
    if place is not None:
        chosen = [subjects[place]]
    else:
        chosen = [subject for subject in subjects if subject.is_main] or list(subjects)
    if len(chosen) > 1:
        hint = "--subject N; `hv id check` shows them"
        raise InvalidRequest("which_subject", f"{document.id} is about {len(chosen)} persons", hint=hint)
    facts = facts_of_subject(chosen[0], document.entry) if chosen else ()
    if not facts:
        hint = "`hv id add` takes it from you"
        raise InvalidRequest(
            "no_subject", f"{document.id} does not say whose it is, as far as it was read", hint=hint
        )
    return facts
