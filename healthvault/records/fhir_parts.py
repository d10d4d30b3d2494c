# SPDX-License-Identifier: Apache-2.0
"""What every resource of the FHIR R4 view is made of: ids, references, codes, instants. Plain JSON values.

A reference is literal (`Patient/…`) where the resource is in the same export, and by identifier where it is not.
FHIR allows no empty text, so what is unknown is left out. Source: hl7.org/fhir/R4/references.html.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from healthvault.records.json_walk import Json

__all__ = [
    "Actor",
    "Json",
    "JsonObject",
    "coded",
    "coding",
    "fhir_id",
    "filled",
    "identifier",
    "instant",
    "literal",
    "logical",
    "participant",
]

JsonObject: TypeAlias = dict[str, Json]
_PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody who is no resource of the export: whether they are a person or a practice is not known."""

    system: str
    """What the value is: `urn:healthvault:vault`, `urn:healthvault:recipient`; empty for nobody in particular."""
    value: str
    name: str
    """Untrusted; may be empty."""

    def reference(self) -> JsonObject:
        """Return the reference."""
        return logical(self.system, self.value, self.name)


def fhir_id(id_text: str) -> str:
    """Return an id text as FHIR's ids are: without an underscore; at most 64 characters."""
    return id_text.replace("_", "-")


def identifier(kind: str, value: str) -> JsonObject:
    """Return an identifier of ours."""
    return {"system": f"urn:healthvault:{kind}", "value": value}


def literal(resource: str, id_text: str, name: str = "") -> JsonObject:
    """Return the reference to a resource of the same export."""
    return filled({"reference": f"{resource}/{fhir_id(id_text)}", "display": name})


def logical(system: str, value: str, name: str = "") -> JsonObject:
    """Return a reference by identifier, or by name alone where there is none."""
    known: JsonObject = {"identifier": {"system": system, "value": value}} if system else {}
    return filled({**known, "display": name})


def coding(system: str, code: str, display: str = "") -> JsonObject:
    """Return a coding."""
    return filled({"system": system, "code": code, "display": display})


def coded(system: str, code: str, display: str = "") -> JsonObject:
    """Return a concept of one coding."""
    return {"coding": [coding(system, code, display)]}


def participant(code: str) -> JsonObject:
    """Return a code of HL7 v3 ParticipationType as a concept."""
    return coded(_PARTICIPATION, code)


def filled(resource: JsonObject) -> JsonObject:
    """Return an object without what FHIR does not allow: empty texts, lists and objects."""
    return {key: value for key, value in resource.items() if value not in ("", None, [], {})}


def instant(time_ms: int) -> str | None:
    """Return a FHIR instant; None for a time after the year 9999, which a wrong clock may have given."""
    try:
        moment = datetime.fromtimestamp(time_ms / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
