# SPDX-License-Identifier: Apache-2.0
"""A synthetic year of medicines in Ana's vault: forms, a hospital's exports, a letter, a message, a bundle.

Nothing here tests anything. Ids differ on each run, so documents are called by the names that they have here.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from healthvault.areas.medicine_forms import add_prescription, dispense, stop_medicine
from healthvault.areas.medicines import known_medicines
from healthvault.medicines.flags import find_flags
from healthvault.medicines.form import Draft
from healthvault.medicines.listing import Line, medicine_list
from healthvault.medicines.telling import Sort
from healthvault.medicines.wording import Medicine
from healthvault.storage.inputs import InputFile
from healthvault.vault.add import AddOptions, add_documents
from healthvault.vault.amend import retract_document
from healthvault.vault.receive import import_bundle
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document
from tests.prescribed import RXNORM, draft, named
from tests.vaults import NOW_MS, PLAIN, Sample, pair

DAYS = ("2026-01-15", "2026-03-15", "2026-05-20", "2026-07-15", "2026-10-01")
PATIENT = {"resourceType": "Patient", "id": "ana", "name": [{"text": "Ana Silva"}], "birthDate": "1980-02-03"}
CCDA = """<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<title>Discharge letter</title><code code="34133-9" codeSystem="2.16.840.1.113883.6.1"/>
<effectiveTime value="20260601"/><recordTarget><patientRole><id root="1.2.3" extension="A"/><patient><name>
<given>Ana</given><family>Silva</family></name><birthTime value="19800203"/></patient></patientRole></recordTarget>
<component><structuredBody><component><section><code code="10160-0" codeSystem="2.16.840.1.113883.6.1"/>
<title>Medicines</title><entry><substanceAdministration classCode="SBADM" moodCode="EVN">
<templateId root="2.16.840.1.113883.10.20.22.4.16"/><statusCode code="completed"/>
<effectiveTime xsi:type="IVL_TS"><low value="20260205"/><high value="20260510"/></effectiveTime>
<consumable><manufacturedProduct><manufacturedMaterial><code code="855332" codeSystem="2.16.840.1.113883.6.88"
displayName="Warfarin 5 mg"/></manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration>
</entry></section></component></structuredBody></component></ClinicalDocument>"""
HL7 = (
    "MSH|^~\\&|PHARM|HOSP|||20260312||RDE^O11|4711|P|2.5\rPID|1||A^^^HOSP||Silva^Ana||19800203|F\r"
    "ORC|NW|77|||||||20260312\rRXE||723^Amoxicillin 500 mg^RXNORM|500||mg\r"
)


@dataclass
class Scene:
    """Ana's vault, and what its documents are called."""

    ana: Sample
    names: dict[str, str] = field(default_factory=dict)

    def lines(self, day: str) -> list[Mapping[str, object]]:
        """Return the list as of a day, as the golden files have it."""
        with self.ana.open() as vault:
            return [self.shown(line) for line in medicine_list(known_medicines(vault).book, day)]

    def flags(self, day: str = "9999-12-31") -> list[tuple[str, bool, tuple[str, ...]]]:
        """Return what is odd."""
        with self.ana.open() as vault:
            found = find_flags(known_medicines(vault).book, day)
        return [(each.code, each.is_found, tuple(map(self.names.__getitem__, each.documents))) for each in found]

    def shown(self, line: Line) -> Mapping[str, object]:
        """Return a line with names for ids."""
        return {
            "status": line.status,
            "title": line.title,
            "patient": line.patient,
            "dose": line.dose,
            "since": line.since,
            "until": line.until,
            "prescriber": line.prescriber,
            "signed_by": [f"{sign.name} ({sign.how})" for sign in line.signed],
            "prescriber_signed": line.is_prescriber_signed,
            "differs": list(line.differs),
            "sources": [
                f"{source.sort.value} {source.says} -> {source.status}: "
                + " ".join(sorted(self.names[name] for name in source.documents))
                for source in line.sources
            ],
        }


def scene(folder: Path) -> Scene:
    """Return the scene: seventeen documents."""
    patient, doctor = pair(folder)
    found = Scene(patient)
    received = prescribed_by(doctor, patient, folder)
    found.names[received.id] = "received"
    with patient.open(writing=True) as vault:
        for name, document in _written(vault):
            found.names[document.id] = name
        for name, data in _files().items():
            (document,) = add_documents(vault, [InputFile(name=name, data=data)], AddOptions(), now_ms=NOW_MS)
            assert isinstance(document, Document)
            found.names[document.id] = name.partition(".")[0]
    return found


def prescribed_by(doctor: Sample, patient: Sample, folder: Path, prescriber: str = "Dr Lee") -> Document:
    """Let a doctor write a prescription and share it; return what the patient has of it."""
    with doctor.open(writing=True) as vault:
        written = add_prescription(
            vault,
            draft(medicine=named("Levothyroxine 50 µg"), by=prescriber, dose="1 fasting", date="2026-02-20"),
            source=None,
            replaces=None,
            now_ms=NOW_MS,
        )
    bundle = folder / "rx.hvb"
    doctor.share(bundle, [written.document], ("Ana",))
    with patient.open(writing=True) as vault:
        _, (document,) = import_bundle(vault, InputFile(name="rx.hvb", path=bundle), PLAIN, now_ms=NOW_MS)
    return document


def _written(vault: Vault) -> list[tuple[str, Document]]:
    def add(drug: Medicine, replaces: str | None = None, **more: object) -> Document:
        made = draft(medicine=drug, **more)
        return add_prescription(vault, made, source=None, replaces=replaces, now_ms=NOW_MS).document

    def hand(of: Document, date: str) -> Document:
        made = Draft(sort=Sort.DISPENSE, medicine=Medicine(words=""), patient="", date=date, days=60, by="Kim",
                     quantity=Decimal(60))  # fmt: skip
        return dispense(vault, of.id, made, now_ms=NOW_MS).document

    ramipril = add(named("Ramipril 5 mg"), by="Dr Ito", dose="1 a day", date="2026-01-10", until="2026-09-30",
                   repeats=3, quantity=Decimal(60), days=60)  # fmt: skip
    old = add(named("Metformin 500 mg"), by="Dr Ito", dose="1 a day", date="2026-01-05")
    new = add(named("Metformin 500 mg"), replaces=old.id, by="Dr Ito", dose="2 a day", date="2026-01-05")
    wrong = add(named("Digoxin 62.5 µg"), by="Dr Ito", date="2026-01-05")
    retract_document(vault, wrong.id, reason="", now_ms=NOW_MS)
    kidneys = draft(Sort.STOP, date="2026-06-30", reason="kidneys")
    by_name = draft(Sort.STOP, medicine=named("Atorvastatin 20 mg"), date="2026-07-01")
    stops = [
        stop_medicine(vault, new.id, kidneys, source=None, now_ms=NOW_MS),
        stop_medicine(vault, "Atorvastatin 20 mg", by_name, source=None, now_ms=NOW_MS),
    ]
    return [
        ("ramipril", ramipril),
        ("metformin-1", old),
        ("metformin-2", new),
        ("retracted", wrong),
        ("ramipril-1st", hand(ramipril, "2026-01-12")),
        ("ramipril-2nd", hand(ramipril, "2026-03-10")),
        ("metformin-stop", stops[0].document),
        ("atorvastatin-stop", stops[1].document),
    ]


def _files() -> dict[str, bytes]:
    def request(number: int, words: str, code: str, date: str | None, **more: object) -> dict:
        concept = {"coding": [{"system": RXNORM, "code": code, "display": words}]}
        whole = {"resourceType": "MedicationRequest", "id": f"r{number}", "status": "active", "intent": "order",
                 "medicationCodeableConcept": concept, "subject": {"reference": "Patient/ana"}}  # fmt: skip
        return {**whole, **({"authoredOn": date} if date else {}), **more}

    def statement(number: int, words: str, code: str, **more: object) -> dict:
        return {
            **request(number, words, code, None),
            "resourceType": "MedicationStatement",
            "id": f"s{number}",
            **more,
        }

    def handed(number: int, of: dict, date: str) -> dict:
        return {"resourceType": "MedicationDispense", "id": f"h{number}", "status": "completed",
                "whenHandedOver": date,
                "subject": {"reference": "Patient/ana"}, "quantity": {"value": 30, "unit": "TAB"},
                "medicationCodeableConcept": of["medicationCodeableConcept"],
                "daysSupply": {"value": 30, "unit": "days"},
                "authorizingPrescription": [{"reference": f"MedicationRequest/{of['id']}"}]}  # fmt: skip

    def export(*resources: dict) -> bytes:
        entries = [{"resource": each} for each in (PATIENT, *resources)]
        return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()

    statin = request(1, "Atorvastatin 20 mg", "617310", "2026-02-01", requester={"display": "Dr Ward"},
                     dispenseRequest={"numberOfRepeatsAllowed": 1})  # fmt: skip
    first = handed(1, statin, "2026-02-02")
    held = statement(1, "Ramipril 5 mg", "261962", status="on-hold", effectivePeriod={"start": "2026-05-15"},
                     dateAsserted="2026-05-15")  # fmt: skip
    vague = statement(2, "Vitamin D 1000 IU", "636676")
    error = request(2, "Morphine 10 mg", "892582", "2026-02-01", status="entered-in-error")
    done = request(3, "Omeprazole 20 mg", "198051", "2026-03-01", status="completed")
    coming = request(4, "Semaglutide 0.25 mg", "1991302", "2026-07-01",
                     dispenseRequest={"validityPeriod": {"start": "2026-09-01", "end": "2027-08-31"}})  # fmt: skip
    return {
        "export-1.json": export(statin, first, error),
        "export-2.json": export(statin, first, handed(2, statin, "2026-03-05"), done, coming),
        "vague.json": export(vague),
        "held.json": json.dumps({**held, "contained": [PATIENT], "subject": {"reference": "#ana"}}).encode(),
        "letter.xml": CCDA.encode(),
        "message.hl7": HL7.encode(),
        "typed.json": json.dumps(
            {**request(9, "Levothyroxine 50 µg", "966221", "2026-02-20"), "subject": {"display": "Ana Silva"},
             "medicationCodeableConcept": {"text": "Levothyroxine 50 µg"}, "requester": {"display": "Dr Lee"},
             "dosageInstruction": [{"text": "2 fasting"}]}
        ).encode(),
        "other.json": export({**PATIENT, "id": "rui", "name": [{"text": "Rui Silva"}], "birthDate": "1950-01-01"},
                             {**statin, "id": "rui1", "subject": {"reference": "Patient/rui"}}),
    }  # fmt: skip
