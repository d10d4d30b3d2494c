# SPDX-License-Identifier: Apache-2.0
"""Documents and journal entries as FHIR R4: a view for other programs. The signed journal stays the truth.

Emits plain JSON values; a library checks them in the tests. Sources: hl7.org/fhir/R4/documentreference.html and
provenance.html.
"""

import base64
import hashlib
import re
from dataclasses import dataclass, field

from healthvault.records.categories import SENSITIVITY_CODES
from healthvault.records.fhir_parts import (
    Json,
    JsonObject,
    coded,
    fhir_id,
    filled,
    identifier,
    instant,
    literal,
    logical,
)

__all__ = ["Attached", "EntryFacts", "Owner", "document_reference", "entry_reference", "patient", "provenance"]

_STATUS = {"current": "current", "superseded": "superseded"}  # everything else was entered in error
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?)?)?", re.ASCII)
_OPERATION = "http://terminology.hl7.org/CodeSystem/v3-DataOperation"
_AGENT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
_ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
RUNG_EXTENSION = "urn:healthvault:provenance"
_OCTETS = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose vault it is: the patient of every resource."""

    vault: str
    """Id text."""
    name: str
    """May be empty."""

    def reference(self) -> JsonObject:
        """Return the reference to the Patient of the export."""
        return literal("Patient", self.vault, self.name)

    def as_organization(self) -> JsonObject:
        """Return the reference to the vault as what keeps to the owner's rules."""
        return logical("urn:healthvault:vault", self.vault, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file to carry along."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFacts:
    """A signed entry of the journal, as far as another program can use it."""

    seq: int
    key: str
    """base32 of the beginning of its leaf hash: as in the id of a document."""
    leaf: bytes
    """Leaf hash, 32 bytes: SHA-256(0x00 ‖ entry)."""
    prev: bytes
    """Leaf hash of the entry before."""
    time_ms: int
    """By the owner's clock."""
    raw: bytes | None = None
    """Its bytes, to carry along."""

    @property
    def id_text(self) -> str:
        """The id of its DocumentReference."""
        return f"e-{self.key}"


def patient(owner: Owner) -> JsonObject:
    """Return the Patient: the vault's id and the owner's own name."""
    names: JsonObject = {"name": [{"text": owner.name}]} if owner.name else {}
    return {
        "resourceType": "Patient",
        "id": fhir_id(owner.vault),
        "identifier": [identifier("vault", owner.vault)],
        **names,
    }


def document_reference(  # noqa: PLR0913  one argument a field
    *,
    id_text: str,
    title: str,
    media_type: str,
    date: str | None,
    added_ms: int,
    status: str,
    owner: Owner,
    content: bytes | None,
    category: str = "",
    sensitivity: tuple[str, ...] = (),
    files: tuple[Attached, ...] = (),
    rung: str = "",
) -> JsonObject:
    """Return a DocumentReference.

    Args:
        id_text: The document's id.
        title: Untrusted text; of an erased document empty.
        media_type: Of the content; of an erased document empty.
        date: Clinical date, ISO 8601, as far as known.
        added_ms: When it was added, by the owner's clock.
        status: The document's status here.
        owner: Whose vault it is.
        content: The bytes to carry along, or None. Their SHA-256 is given as an RFC 6920 name, because FHIR's
            own hash element is SHA-1.
        category: What it is about, in our word.
        files: Of a document of several files: each, with its bytes; `content` is None then.
        sensitivity: Our labels, which go out as HL7 v3 ActCodes where they are known.
        rung: Where it comes from, in our word; no signature goes along with it.
    """
    attachment: JsonObject = {"contentType": media_type, "title": title or status}
    identifiers = [identifier("document", id_text)]
    if date is not None:
        attachment["creation"] = date if _DATE.fullmatch(date) else date[:10]
    if content:
        attachment["data"] = base64.b64encode(content).decode()
    if content is not None:
        attachment["size"] = len(content)
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
        identifiers.append({"system": "urn:ietf:rfc:6920", "value": f"ni:///sha-256;{digest}"})
    attached: list[Json] = [{"attachment": _attachment(each)} for each in files]
    attached = attached or [{"attachment": filled(attachment)}]
    return filled(
        {
            "resourceType": "DocumentReference",
            "id": fhir_id(id_text),
            "extension": [*_rung(rung)],
            "identifier": [*identifiers],
            "status": _STATUS.get(status, "entered-in-error"),
            "subject": owner.reference(),
            "category": [coded("urn:healthvault:category", category)] if category else [],
            "date": instant(added_ms),
            "description": title,
            "securityLabel": [_label(word) for word in sensitivity],
            "content": attached,
        }
    )


def _attachment(file: Attached) -> JsonObject:
    data: JsonObject = {"data": base64.b64encode(file.content).decode()} if file.content else {}
    return {"contentType": file.media_type, "title": file.name or "file", "size": len(file.content), **data}


def _label(word: str) -> JsonObject:
    """Return a label of ours; one of a later version keeps its word."""
    codes = {known.value: codes for known, codes in SENSITIVITY_CODES.items()}
    return coded(_ACT_CODE, codes[word][0]) if word in codes else coded("urn:healthvault:sensitivity", word)


def _rung(rung: str) -> list[Json]:
    """Return the word on where a document comes from, as an extension: FHIR has no element that says no more."""
    return [{"url": RUNG_EXTENSION, "valueCode": rung}] if rung else []


def entry_reference(entry: EntryFacts, owner: Owner) -> JsonObject:
    """Return the DocumentReference of a signed entry, sealed as it is: what a Consent has as its source."""
    carried: JsonObject = {"title": f"journal entry {entry.seq}", "contentType": _OCTETS}
    if entry.raw is not None:
        carried |= {"data": base64.b64encode(entry.raw).decode(), "size": len(entry.raw)}
    return filled(
        {
            "resourceType": "DocumentReference",
            "id": entry.id_text,
            "identifier": [
                identifier("entry", f"{owner.vault}/{entry.seq}"),
                identifier("leaf-hash", entry.leaf.hex()),
            ],
            "status": "current",
            "type": {"text": "signed journal entry"},
            "subject": owner.reference(),
            "date": instant(entry.time_ms),
            "content": [{"attachment": carried}],
        }
    )


def provenance(
    entry: EntryFacts, target: JsonObject, owner: Owner, *, author: str = "", rung: str = "", is_new: bool = True
) -> JsonObject | None:
    """Return the Provenance of what an entry made or changed; no FHIR signature is claimed.

    Args:
        entry: The entry.
        target: Reference to the resource that it made or changed.
        owner: Who signed the entry.
        author: Who made the document, as the document or the owner says; untrusted.
        rung: Where the document comes from, in our word.
        is_new: It made it.

    Returns:
        None where the entry's time cannot be said, without which there is no Provenance.
    """
    recorded = instant(entry.time_ms)
    if recorded is None:
        return None
    before = logical("urn:healthvault:leaf-hash", entry.prev.hex(), f"journal entry {entry.seq - 1}")
    claimed: list[JsonObject] = [{"type": coded(_AGENT, "author"), "who": {"display": author}}] if author else []
    said: JsonObject = {"extension": [*_rung(rung)]} if rung else {}
    return {
        "resourceType": "Provenance",
        "id": f"p-{entry.key}",
        **said,
        "target": [target],
        "recorded": recorded,
        "activity": coded(_OPERATION, "CREATE" if is_new else "UPDATE"),
        "agent": [{"type": coded(_AGENT, "enterer"), "who": owner.reference()}, *claimed],
        "entity": [{"role": "source", "what": before}],
    }
