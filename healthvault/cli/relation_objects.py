# SPDX-License-Identifier: Apache-2.0
"""How a document stands to others, as fields of its JSON object and as lines on a screen."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from healthvault.cli.objects import Json, JsonObject

if TYPE_CHECKING:
    from healthvault.vault.relations import Related, Relations

__all__ = ["relation_lines", "relations_fields"]


def relations_fields(relations: "Relations") -> JsonObject:
    """Return the field `says`."""
    return {
        "items": relations.said,
        "new": relations.new,
        "same": [_related(each) for each in relations.same],
        "holds": [_related(each) for each in relations.holds],
        "held_by": [_related(each) for each in relations.held_by],
    }


def relation_lines(says: JsonObject) -> Iterator[str]:
    """Yield a line for each relation; none where nothing is known."""
    if says["items"]:
        yield f"{says['items']} things, {says['new']} of them before any other document"
    for field, words in (("same", "{count} of them also in"), ("holds", "holds"), ("held_by", "lies within")):
        found = says[field]
        for each in found if isinstance(found, list) else []:
            if isinstance(each, dict):
                yield f"{words.format(count=each['items'])} {str(each['id'])[:10]} {each['title']}"


def _related(each: "Related") -> Json:
    return {"id": each.id, "title": each.title, "items": each.count}
