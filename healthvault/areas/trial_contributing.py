# SPDX-License-Identifier: Apache-2.0
"""A participant gives documents to a study: a share for research, under a consent that covers each of them.

Spec: docs/spec/trial-consent.md section 4.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from healthvault.areas.trial_histories import own_id, readable_history
from healthvault.consent.purposes import DEFAULT_ACTIONS, PURPOSES
from healthvault.consent.selectors import conditions_from_words
from healthvault.errors import ConsentRefused
from healthvault.trials.consent_history import KeptConsent, period_of
from healthvault.vault.read import find_document
from healthvault.vault.share import share
from healthvault.vault.terms import Terms
from healthvault.vault.vault import Vault
from healthvault.vault.views import BundleView, Document

__all__ = ["Contribution", "contribute", "covered"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What is given to whom."""

    study: str
    documents: tuple[str, ...]
    """Ids, or their unique beginnings."""
    to: tuple[str, ...]
    """Names or ids of contacts."""
    option: str
    """Name of the option that must be answered yes."""
    not_after_ms: int
    sensitivity: tuple[str, ...] = ()
    """Labels that may go along."""


def covered(vault: Vault, wish: Contribution, *, today: date) -> tuple[KeptConsent, tuple[Document, ...]]:
    """Return the consent in force and the documents, once consent covers each of them, then and now.

    Raises:
        NotFound: `not_found`, `ambiguous`.
        ConsentRefused: `no_consent`, `consent_withdrawn`, naming the document.
        FormatError: `bad_schema`, a record of hers cannot be read.
    """
    history = readable_history(vault, own_id(vault))
    kept = history.check_in_force(wish.study, wish.option, today)
    documents = tuple(find_document(vault, each) for each in wish.documents)
    for document in documents:
        try:
            history.check_covers(wish.study, wish.option, period_of(document.date))
        except ConsentRefused as err:
            said = f"{document.id}: {err.message}; nothing was shared"
            raise ConsentRefused(err.code, said, hint=err.hint) from err
    return kept, documents


def contribute(vault: Vault, wish: Contribution, out: Path, *, today: date, now_ms: int) -> BundleView:
    """Share documents and the consent that covers them, for research.

    Args:
        vault: The participant's, unlocked, writing.
        wish: What to whom.
        out: The bundle's file.
        today: By the clock on the wall.
        now_ms: The clock.

    Raises:
        As `covered` and `share`.
    """
    kept, documents = covered(vault, wish, today=today)
    terms = Terms(
        records=_each_once([kept.document, *(document.id for document in documents)]),
        to=wish.to,
        purposes=(PURPOSES["research"],),
        actions=DEFAULT_ACTIONS,
        not_after_ms=wish.not_after_ms,
        conditions=conditions_from_words((), wish.sensitivity, None),
    )
    return share(vault, terms, out, now_ms=now_ms)


def _each_once(ids: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))
