# SPDX-License-Identifier: Apache-2.0
"""A small record full of names, and exports of vaults, for tests of research. Nothing here tests anything."""

import io
import re
from pathlib import Path

from studies import told

from healthvault.agefile.file import decrypt
from healthvault.areas.research import Wish, Written, plan_export, write_export
from healthvault.research.duo import DuoTerm
from healthvault.research.export import parse_export
from healthvault.research.reading import Export
from healthvault.research.record import DEFAULT_FIELDS
from healthvault.storage.inputs import InputFile
from healthvault.vault.add import AddOptions, add_documents
from healthvault.vault.handing import UnderGrant
from healthvault.vault.openers import own_openers
from healthvault.vault.terms import Terms
from healthvault.vault.vault import Vault
from tests.vaults import DAY_MS, NOW_MS, Sample

HMB = (DuoTerm(id="DUO:0000006"),)
BUNDLE = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [
        {
            "resource": {
                "resourceType": "Patient",
                "id": "MRN-4711",
                "name": [{"family": "Silva", "given": ["Ana"]}],
                "address": [{"city": "Porto"}],
                "birthDate": "1974-05-01",
            }
        },
        {
            "resource": {
                "resourceType": "Observation",
                "id": "obs-4711",
                "status": "final",
                "code": {
                    "coding": [{"system": "http://loinc.org", "code": "2276-4", "display": "Ferritin for Silva"}],
                    "text": "Ferritin for Silva",
                },
                "effectiveDateTime": "2026-03-01T09:30:00Z",
                "valueQuantity": {
                    "value": 12.345678,
                    "unit": "ng/mL",
                    "system": "http://unitsofmeasure.org",
                    "code": "ng/mL",
                },
                "note": [{"text": "Silva feels tired"}],
                "performer": [{"display": "Dr Lee of Porto"}],
            }
        },
        {
            "resource": {
                "resourceType": "Condition",
                "id": "cond-4711",
                "code": {"coding": [{"system": "http://snomed.info/sct", "code": "44054006"}]},
                "clinicalStatus": {"coding": [{"code": "active"}]},
                "onsetDateTime": "2019-05-01",
            }
        },
        {
            "resource": {
                "resourceType": "Condition",
                "id": "own-list",
                "code": {"coding": [{"system": "https://clinic.example", "code": "SILVA-1"}]},
            }
        },
    ],
}


def holding(vault: Vault, *contents: bytes) -> tuple[str, ...]:
    """Add files and return their ids."""
    items = [InputFile(name=f"bundle-of-silva-{number}.json", data=data) for number, data in enumerate(contents)]
    found = list(add_documents(vault, items, AddOptions(title="Ana Silva"), now_ms=NOW_MS))
    return tuple(one.id for one in found)  # type: ignore[union-attr]


def terms(*records: str, days: int = 365, to: str = "Dr Lee") -> Terms:
    """Return terms of a grant for research."""
    return Terms(
        records=records,
        to=(to,),
        purposes=("HRESCH",),
        actions=("view", "keep"),
        not_after_ms=NOW_MS + days * DAY_MS,
    )


def wish(under: Terms | UnderGrant, study: str = "NCT1", *fields: str) -> Wish:
    """Return what is to go to a study."""
    return Wish(study=study, duo=HMB, fields=frozenset(fields or DEFAULT_FIELDS), terms=under)


def export(vault: Vault, what: Wish, out: Path) -> Written:
    """Plan and write an export."""
    return write_export(vault, plan_export(vault, what, now_ms=NOW_MS), out, now_ms=NOW_MS)


def opened(reader: Sample, path: Path) -> bytes:
    """Return the plaintext of a file, with the keys of somebody."""
    with reader.open() as vault:
        found = decrypt(io.BytesIO(path.read_bytes()), [one.identity for one in own_openers(vault)])
    data = b""
    while step := found.reader.read(1 << 16):
        data += step
    return data


def read(plain: bytes) -> Export:
    """Return what is told of a plaintext that holds."""
    found = told(plain).export
    assert found is not None
    return found


def windows(plain: bytes, found: Export) -> set[bytes]:
    """Return all rows of eight bytes in manifest, signature, salts and records but those that touch a day."""
    days = {day.encode() for record in found.records for day in (record.date, record.until) if day}
    parts = parse_export(plain)
    fields = [parts.signed, parts.signature, *(each for one in parts.records for each in (one.salt, one.raw))]
    pieces = [piece for each in fields for piece in re.split(b"|".join(days) or b"$", each)]
    return {piece[at : at + 8] for piece in pieces for at in range(len(piece) - 7)}
