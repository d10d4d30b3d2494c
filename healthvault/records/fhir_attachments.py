# SPDX-License-Identifier: Apache-2.0
"""Documents that FHIR resources carry along in base64, each read by the reader of its own kind.

What is only pointed at is not fetched. A carried document that cannot be read costs none of the resources around
it. Spec: docs/spec/contents.md section 3.
"""

import binascii
import io
from collections.abc import Callable, Iterator

from healthvault.records.json_walk import Json, items_at, text_at, value_at
from healthvault.records.reading import Inside, Placed
from healthvault.records.statements import Left, Statement

__all__ = ["Attachments"]

MAX_ATTACHMENTS = 100  # of one resource
NO_BASE64 = "no base64"
ELSEWHERE = "the attachment is elsewhere, and was not fetched"
_AT = {
    "Communication": (("payload", "contentAttachment"),),
    "Consent": (("sourceAttachment",),),
    "Contract": (("legal", "contentAttachment"), ("friendly", "contentAttachment")),
    "DiagnosticReport": (("presentedForm",),),
    "DocumentReference": (("content", "attachment"),),
    "Media": (("content",),),
    "Observation": (("valueAttachment",),),
    "QuestionnaireResponse": (("valueAttachment",),),
}
_SUFFIXES = {
    "application/pdf": ".pdf",
    "application/dicom": ".dcm",
    "application/hl7-v3+xml": ".xml",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "text/csv": ".csv",
    "text/plain": ".txt",
}


class Attachments:
    """Reads what resources carry.

    Args:
        inside: Reads a document within the document.
        holds: Tells whether an address is of a resource in the same document.
    """

    def __init__(self, inside: Inside, holds: Callable[[str], bool]) -> None:
        self._inside = inside
        self._holds = holds

    def of(self, resource: Json, place: str) -> Iterator[Statement | Placed]:
        """Yield what the attachments of the resource (unverified) at a place state."""
        prefix = f"{place}." if place else ""
        kind = text_at(resource, "resourceType") or ""
        if kind == "Binary":
            data = text_at(resource, "data") or text_at(resource, "content")
            yield from self._carried(data, text_at(resource, "contentType"), f"{prefix}data")
        for path in _AT.get(kind, ()):
            holders = items_at(resource, path[0])[:MAX_ATTACHMENTS]
            for number, holder in enumerate(holders):
                attachment = value_at(holder, *path[1:])
                yield from self._attachment(attachment, f"{prefix}{path[0]}[{number}]")

    def _attachment(self, attachment: Json, place: str) -> Iterator[Statement | Placed]:
        data, address = text_at(attachment, "data"), text_at(attachment, "url")
        if data is None:
            if address and not self._holds(address):
                yield Left(place=place, reason=ELSEWHERE)
            return
        yield from self._carried(data, text_at(attachment, "contentType"), place, text_at(attachment, "title"))

    def _carried(
        self, data: str | None, media_type: str | None, place: str, title: str | None = None
    ) -> Iterator[Statement | Placed]:
        if not data:
            return
        try:
            content = binascii.a2b_base64("".join(data.split()), strict_mode=True)
        except ValueError:
            yield Left(place=place, reason=NO_BASE64)
            return
        suffix = _SUFFIXES.get((media_type or "").partition(";")[0].strip().lower(), "")
        name = f"{title or 'attachment'}{suffix}"
        yield from self._inside(io.BytesIO(content), name=name, size_bytes=len(content), place=place)
