# SPDX-License-Identifier: Apache-2.0
"""Documents as FHIR R4: a view for other programs. The journal and its signatures stay the truth.

Emits plain JSON values; a library checks them in the tests. Source: hl7.org/fhir/R4/documentreference.html.
"""

import base64
import hashlib
from datetime import UTC, datetime
from typing import TypeAlias

__all__ = ["Json", "JsonObject", "document_reference"]

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"
JsonObject: TypeAlias = dict[str, Json]

_ID_SYSTEM = "urn:healthvault:document"
_STATUS = {"current": "current", "superseded": "superseded"}  # everything else was entered in error


def document_reference(  # noqa: PLR0913  one argument a field
    *,
    id_text: str,
    title: str,
    media_type: str,
    date: str | None,
    added_ms: int,
    status: str,
    owner: str,
    content: bytes | None,
) -> JsonObject:
    """Return a DocumentReference.

    Args:
        id_text: The document's id.
        title: Untrusted text.
        media_type: Of the content.
        date: Clinical date, ISO 8601, as far as known.
        added_ms: When it was added, by the owner's clock.
        status: The document's status here.
        owner: The vault owner's name, as the subject's display.
        content: The bytes to carry along, or None. Their SHA-256 is given as an RFC 6920 name, because FHIR's
            own hash element is SHA-1.
    """
    attachment: JsonObject = {"contentType": media_type, "title": title}
    identifiers: list[Json] = [{"system": _ID_SYSTEM, "value": id_text}]
    if date is not None:
        attachment["creation"] = date
    added = _instant(added_ms)
    if content is not None:
        attachment["data"] = base64.b64encode(content).decode()
        attachment["size"] = len(content)
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
        identifiers.append({"system": "urn:ietf:rfc:6920", "value": f"ni:///sha-256;{digest}"})
    return {
        "resourceType": "DocumentReference",
        "id": id_text.replace("_", "-"),
        "identifier": identifiers,
        "status": _STATUS.get(status, "entered-in-error"),
        "subject": {"display": owner},
        **({"date": added} if added else {}),
        "description": title,
        "content": [{"attachment": attachment}],
    }


def _instant(time_ms: int) -> str | None:
    """Return a FHIR instant; None for a time after the year 9999, which a wrong clock may have given."""
    try:
        moment = datetime.fromtimestamp(time_ms / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
