# SPDX-License-Identifier: Apache-2.0
"""A bundle of a trial for a reviewer: an ordinary share under a new grant, with all of the trial in it.

The category of registrations is opened with it, so that its reader learns how many protocols there are in this
vault. Spec: docs/spec/trials.md section 3.
"""

from dataclasses import replace
from pathlib import Path

from healthvault.areas.trial_data import versions_of
from healthvault.areas.trial_forms import Study, find_study
from healthvault.consent.purposes import PURPOSES
from healthvault.errors import NotFound
from healthvault.ledger.documents import DocStatus
from healthvault.records.categories import Category
from healthvault.vault.add import Observer
from healthvault.vault.anchors import list_anchors
from healthvault.vault.handing import Letter
from healthvault.vault.read import find_document
from healthvault.vault.share import share
from healthvault.vault.terms import Terms
from healthvault.vault.vault import Vault
from healthvault.vault.views import BundleView

__all__ = ["RESEARCH", "bundle_trial", "documents_of_trial"]

RESEARCH = PURPOSES["research"]


def documents_of_trial(vault: Vault, study: str) -> tuple[Study, tuple[str, ...]]:
    """Return a trial and the ids of everything that its bundle holds.

    Raises:
        NotFound: `not_registered`.
    """
    found = find_study(vault, study)
    if found is None:
        raise NotFound("not_registered", f"no protocol of {study} was ever registered in this vault")
    forms = (*found.registered, *found.batches, *found.locks, *found.results)
    ids = dict.fromkeys(one.document.id for one in forms)
    ids |= dict.fromkeys(one.form.document for one in found.registered)
    ids |= dict.fromkeys(row.id for row in versions_of(vault, found))
    ids |= dict.fromkeys(lock.form.script for lock in found.locks if lock.form.script is not None)
    ids |= dict.fromkeys(each for result in found.results for each in result.form.documents)
    return found, tuple(each for each in ids if find_document(vault, each).status != DocStatus.ERASED.value)


def bundle_trial(
    vault: Vault, study: str, terms: Terms, out: Path, *, now_ms: int, observer: Observer | None = None
) -> BundleView:
    """Write the bundle, under a new grant of purpose research.

    Args:
        vault: Unlocked, writing.
        study: Its id.
        terms: To whom and until when; documents and purpose are filled in.
        out: A new file.
        now_ms: The clock.
        observer: Is told how it gets on.

    Raises:
        As `documents_of_trial` and `share`.
    """
    _, ids = documents_of_trial(vault, study)
    filled = replace(terms, records=ids, purposes=(RESEARCH,), accept=("retracted",))
    sizes = tuple(anchor.size for anchor in list_anchors(vault))
    letter = Letter(with_metadata=True, complete=(Category.PROTOCOL.value,), sizes=sizes)
    return share(vault, filled, out, now_ms=now_ms, letter=letter, observer=observer)
