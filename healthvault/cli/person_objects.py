# SPDX-License-Identifier: Apache-2.0
"""What the owner says of herself, and whose records documents hold, as JSON objects. Pure."""

from typing import TYPE_CHECKING

from healthvault.cli.clock import rfc3339
from healthvault.cli.objects import Json, JsonObject, document_object, new_object

if TYPE_CHECKING:
    from healthvault.vault.person import Fact
    from healthvault.vault.views import Document
    from healthvault.vault.whose_views import WhoseView

__all__ = [
    "FACT_COLUMNS",
    "WHOSE_COLUMNS",
    "added_object",
    "fact_object",
    "whose_fields",
    "whose_object",
]

FACT_COLUMNS = ("entry", "fact", "value", "system", "source")
WHOSE_COLUMNS = ("id", "result", "title", "reasons")


def fact_object(fact: "Fact") -> JsonObject:
    """Return a fact about the owner."""
    return new_object(
        "fact",
        {
            "entry": fact.entry,
            "fact": fact.said.fact.value,
            "value": fact.said.value,
            "system": fact.said.system,
            "source": fact.source,
            "added": rfc3339(fact.added_ms),
        },
    )


def added_object(document: "Document") -> JsonObject:
    """Return a document that was added just now, with whose it is; null if that was not looked at."""
    verdict = document.identity
    identity: Json = None
    if verdict is not None:
        reasons: list[Json] = [reason.whole for reason in verdict.reasons]
        identity = {"result": verdict.result.value, "reasons": reasons, "subjects": verdict.subjects}
    return {**document_object(document), "identity": identity}


def whose_object(view: "WhoseView") -> JsonObject:
    """Return whose records a document holds."""
    document: JsonObject = {"id": view.document.id, "entry": view.document.entry, "title": view.document.title}
    return new_object("whose", {**document, **whose_fields(view)})


def whose_fields(view: "WhoseView") -> JsonObject:
    """Return the same as it stands inside other objects."""
    subjects: list[Json] = [
        {
            "number": subject.number,
            "name": subject.name,
            "birth_date": subject.birth_date,
            "main": subject.is_main,
            "result": subject.result,
            "reasons": list(subject.reasons),
        }
        for subject in view.subjects
    ]
    return {"result": view.result, "reasons": list(view.reasons), "subjects": subjects}
