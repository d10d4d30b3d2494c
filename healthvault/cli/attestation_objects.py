# SPDX-License-Identifier: Apache-2.0
"""Attestations as JSON objects: those kept in a vault, and those in a file that was verified. Pure."""

from pathlib import Path
from typing import TYPE_CHECKING

from healthvault.cli.clock import rfc3339
from healthvault.cli.objects import Json, JsonObject, new_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from healthvault.vault.attestations import AttestationView
    from healthvault.verify.attested import JudgedAttestation

__all__ = ["attestation_object", "attestation_row", "beside_documents", "judged_row"]

_CLOCK = "the attester's"


def attestation_object(view: "AttestationView", path: Path | None = None, text: str | None = None) -> JsonObject:
    """Return an attestation that was kept, or given: then with its file, or else its text."""
    written: JsonObject = {} if path is None else {"path": str(path)}
    if text is not None:
        written["text"] = text
    said: JsonObject = {"document": view.document, **attestation_row(view), "duplicate": view.is_duplicate}
    return new_object("attestation", {**said, **written})


def attestation_row(view: "AttestationView") -> JsonObject:
    """Return an attestation as it stands inside its document; nothing of it is proved unless `verified`."""
    return {
        "entry": view.entry,
        "attester": view.attester,
        "name": view.name,
        "statement": view.statement,
        "said": None if view.said_ms is None else rfc3339(view.said_ms),
        "clock": _CLOCK,
        "part": view.part,
        "verified": view.is_verified,
        "code": view.code,
    }


def judged_row(judged: "JudgedAttestation", part: int | None = None) -> JsonObject:
    """Return an attestation of a file that was verified; nothing of it is proved but with the result `pass`."""
    from healthvault.ledger.ids import contact_id_text

    said = judged.claimed
    return {
        "attester": contact_id_text(said.vault) if said else None,
        "name": judged.name,
        "statement": said.statement if said else None,
        "said": rfc3339(said.time_ms) if said else None,
        "clock": _CLOCK,
        "part": part,
        "result": judged.result.value,
        "code": judged.code,
    }


def beside_documents(one: "Mapping[str, Json]") -> JsonObject:
    """Return a verification for people: what is attested in a list of its own, beside that of the documents."""
    rows: list[Json] = []
    bare: list[Json] = []
    documents, loose = one["documents"], one.get("attestations")
    for document in documents if isinstance(documents, list) else []:
        if isinstance(document, dict):
            said = document["attestations"]
            bare.append({name: value for name, value in document.items() if name != "attestations"})
            rows += [
                {"document": document["id"], **row}
                for row in (said if isinstance(said, list) else [])
                if isinstance(row, dict)
            ]
    rows += [
        {"document": None, **row} for row in (loose if isinstance(loose, list) else []) if isinstance(row, dict)
    ]
    shown: JsonObject = {**one, "documents": bare}
    return {**shown, "attestations": rows} if rows else shown
