# SPDX-License-Identifier: Apache-2.0
"""The JSON objects of the sponsor's trial commands. Pure; see `objects` for what holds for all of them."""

from typing import TYPE_CHECKING

from healthvault.cli.clock import rfc3339
from healthvault.cli.limits import Limits
from healthvault.cli.objects import Json, JsonObject, interval_fields, new_object

if TYPE_CHECKING:
    from healthvault.areas.trial_forms import KeptForm, Study
    from healthvault.trials.lock import Lock, Results
    from healthvault.trials.protocol import Registered
    from healthvault.vault.views import Document, Interval

__all__ = ["LOCKED", "REGISTERED", "TAKEN", "data_object", "lock_object", "results_object", "trial_object"]

REGISTERED = Limits(
    proves="what was registered, and its place in your journal: before everything that comes later",
    does_not_prove="that no data were there before, outside of this vault; nor what is registered in other vaults",
)
TAKEN = Limits(
    proves="which bytes came into your journal as data of this study, and in which order",
    does_not_prove="that these are all data that there are, or that what they say was measured",
)
LOCKED = Limits(
    proves="which documents an analysis of this study is to run on, and that they were in your journal before",
    does_not_prove="that the analysis ran on nothing else, or that nobody had looked at the data before",
)


def trial_object(study: "Study", interval: "Interval") -> JsonObject:
    """Return a trial as it stands."""
    now = study.in_force or study.registered[-1]
    first = study.first.document
    return new_object(
        "trial",
        {
            "study": study.id,
            "title": study.title,
            "status": now.document.status,
            "registered": rfc3339(first.added_ms),
            "entry": first.entry,
            **interval_fields(interval.not_before_ms, interval.not_after_ms),
            "protocol": now.document.id,
            "document": now.form.document,
            "endpoints": [*now.form.endpoints],
            "analysis": now.form.analysis,
            "amendments": len(study.registered) - 1,
            "data": len({each for batch in study.batches for each in batch.form.documents}),
            "locks": len(study.locks),
            "amended": [_amendment(one) for one in study.registered[1:]],
        },
    )


def _amendment(one: "KeptForm[Registered]") -> Json:
    return {
        "id": one.document.id,
        "entry": one.document.entry,
        "reason": getattr(one.form, "reason", ""),
        "endpoints": [*one.form.endpoints],
    }


def data_object(study: str, document: "Document") -> JsonObject:
    """Return a document that came in as data."""
    return new_object(
        "trial_data",
        {
            "study": study,
            "id": document.id,
            "entry": document.entry,
            "name": document.name,
            "size_bytes": document.size_bytes,
            "duplicate_of": document.duplicate_of,
        },
    )


def lock_object(study: "Study", lock: "Lock") -> JsonObject:
    """Return a lock that was made."""
    kept = study.locks[-1].document
    return new_object(
        "trial_lock",
        {
            "study": study.id,
            "number": lock.number,
            "id": kept.id,
            "entry": kept.entry,
            "protocol": lock.protocol,
            "inputs": len(lock.inputs),
            "inputs_hash": lock.inputs_hash,
            "script": lock.script,
        },
    )


def results_object(study: "Study", results: "Results") -> JsonObject:
    """Return results that were kept."""
    kept = study.results[-1].document
    return new_object(
        "trial_result",
        {
            "study": study.id,
            "id": kept.id,
            "entry": kept.entry,
            "lock": results.lock,
            "documents": [*results.documents],
        },
    )
