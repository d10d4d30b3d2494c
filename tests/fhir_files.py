# SPDX-License-Identifier: Apache-2.0
"""FHIR files made in tests, and what the readers state of them."""

import io
import json
from typing import Any

from healthvault.records.reading import read
from healthvault.records.statements import Item, Left, Statement

Json = dict[str, Any]


def statements_of(data: bytes | Json, name: str = "file.json", kind: str | None = None) -> list[Statement]:
    """Return what the reader of a file states; a resource is written as JSON."""
    content = data if isinstance(data, bytes) else json.dumps(data).encode()
    return list(read(io.BytesIO(content), name=name, size_bytes=len(content), kind=kind))


def items_of(data: bytes | Json, name: str = "file.json") -> list[Item]:
    """Return the items among them."""
    return [each for each in statements_of(data, name) if isinstance(each, Item)]


def left_of(data: bytes | Json, name: str = "file.json") -> list[tuple[str, str]]:
    """Return place and reason of what was left."""
    return [(each.place, each.reason) for each in statements_of(data, name) if isinstance(each, Left)]


def bundle(*resources: object, kind: str = "collection", **outer: object) -> Json:
    """Return a Bundle; what already is an entry stays as it is."""
    entries = [
        each if not isinstance(each, dict) or "resourceType" not in each else {"resource": each}
        for each in resources
    ]
    return {"resourceType": "Bundle", "type": kind, **outer, "entry": entries}


def coded(code: str, system: str = "http://loinc.org", **more: object) -> Json:
    """Return a CodeableConcept."""
    return {"coding": [{"system": system, "code": code}], **more}


def patient(own: str | None = None, **more: object) -> Json:
    """Return a Patient."""
    return {"resourceType": "Patient", **({"id": own} if own else {}), **more}


def observation(**more: object) -> Json:
    """Return an Observation."""
    return {"resourceType": "Observation", "status": "final", "code": coded("8480-6"), **more}
