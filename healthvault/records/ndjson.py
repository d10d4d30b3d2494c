# SPDX-License-Identifier: Apache-2.0
"""Newline-delimited JSON: FHIR Bulk Data (one resource a line) or anything else, told by its first line.

Lines are counted, not parsed. Spec: docs/spec/records.md section 4.
"""

import re
from itertools import islice

from healthvault.records.categories import category_of, sensitivity_of
from healthvault.records.description import Found
from healthvault.records.fhir import is_resource_type
from healthvault.records.json_walk import Json, JsonWalk, items_at, text_at
from healthvault.records.kinds import Kind
from healthvault.records.probe import Probe
from healthvault.records.provenance import MADE_HERE

__all__ = ["describe_ndjson"]

MAX_LINES = 200_000
_LINE = re.compile(r"\S[^\r\n]*")


def describe_ndjson(probe: Probe) -> Found:
    """Describe a file whose first line looks like one JSON object."""
    text = probe.text or ""
    first = _LINE.search(text)
    record = dict(JsonWalk(first.group() if first else ""))
    kind = record.get("resourceType")
    if is_resource_type(kind):
        return Found(
            kind=Kind.FHIR_NDJSON,
            title=f"{kind} ({_count(probe)})",
            source=MADE_HERE if _is_made_here(record) else None,
            category=category_of(record),
            sensitivity=sensitivity_of(record),
        )
    return Found(kind=Kind.NDJSON if record else Kind.TEXT)


def _is_made_here(record: dict[str, Json]) -> bool:
    """Tell whether a resource says that `hv export` wrote it."""
    systems = (text_at(each, "system") or "" for each in items_at(record, "identifier"))
    return any(system.startswith(MADE_HERE) for system in systems)


def _count(probe: Probe) -> str:
    whole = probe.whole_text()
    text = probe.text or "" if whole is None else whole
    lines = sum(1 for _ in islice(_LINE.finditer(text), MAX_LINES))
    return (
        f"{'more than ' if whole is None or lines == MAX_LINES else ''}{lines} resource{'' if lines == 1 else 's'}"
    )
