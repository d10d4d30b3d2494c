# SPDX-License-Identifier: Apache-2.0
"""The JSON objects of the directive commands. Pure; see `objects` for what holds for all of them."""

from typing import TYPE_CHECKING

from healthvault.cli.attestation_objects import attestation_row
from healthvault.cli.directive_options import LIMITS
from healthvault.cli.objects import Json, JsonObject, new_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from healthvault.areas.directives import Beside, Directives
    from healthvault.directives.force import Kept, Standing
    from healthvault.vault.attestations import AttestationView

__all__ = ["beside_object", "directive_object", "directive_objects"]


def directive_objects(found: "Directives", *, history: bool) -> "Iterator[JsonObject]":
    """Yield what stands about each topic, on demand all before it, then what is beside."""
    for standing in found.standings:
        kept = standing.history if history else (standing.newest,)
        for one in kept:
            yield directive_object(found, standing, one)
    for other in found.beside:
        yield beside_object(other)


def directive_object(
    found: "Directives",
    standing: "Standing",
    kept: "Kept",
    attestations: "Sequence[AttestationView] | None" = None,
) -> JsonObject:
    """Return a record of the owner's own; with what is attested of it, if that was looked up."""
    from healthvault.directives.force import state_of

    said, document = kept.said, found.documents[kept.id]
    source = None if said.source is None else found.sources.get(said.source.id)
    is_newest = kept == standing.newest
    conflicts: list[Json] = [one.document.id for one in found.conflicts(standing)] if is_newest else []
    same_day: list[Json] = [one.id for one in standing.same_day] if is_newest else []
    rows: list[Json] = [attestation_row(view) for view in attestations or ()]
    fields: JsonObject = {
        "topic": standing.topic.value,
        "state": state_of(kept, standing).value,
        "act": said.act.value,
        "date": said.made.isoformat(),
        "words": said.words,
        "id": kept.id,
        "entry": kept.entry,
        "document_status": document.status,
        "source": None if said.source is None else said.source.id,
        "source_status": source.status if source else None,
        "received": False,
        "title": document.title,
        "same_day": same_day,
        "conflicts": conflicts,
    }
    seen: JsonObject = {} if attestations is None else {"attestations": rows}
    return new_object("directive", {**fields, **seen, **LIMITS.fields()})


def beside_object(one: "Beside") -> JsonObject:
    """Return a document about directives that nobody weighs: from others, or not entered as a directive."""
    document, said = one.document, one.said
    return new_object(
        "directive",
        {
            "topic": None if said is None else said.topic.value,
            "state": "not-weighed",
            "act": None if said is None else said.act.value,
            "date": document.date if said is None else said.made.isoformat(),
            "words": "" if said is None else said.words,
            "id": document.id,
            "entry": document.entry,
            "document_status": document.status,
            "source": None,
            "source_status": None,
            "received": document.is_received,
            "title": document.title,
            "same_day": [],
            "conflicts": [],
            **LIMITS.fields(),
        },
    )
