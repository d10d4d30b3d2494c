# SPDX-License-Identifier: Apache-2.0
"""Files as strangers could send them: a small honest one of each kind, and what can be made of it.

Nothing here tests anything.
"""

import io
import json
import random
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

from healthvault.records.kinds import Kind
from tests.apple_exports import export_bytes

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"
DEEP = 100_000
LINE_BYTES = 8 << 20
ZEROS_BYTES = 256 << 20
MANY = 10_000
_OBSERVATION = {
    "resourceType": "Observation",
    "id": "o1",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "2276-4"}], "text": "Ferritin"},
    "valueQuantity": {"value": 12.50, "unit": "ug/L"},
    "effectiveDateTime": "2026-03-01",
}
_COMPOSITION = {"resourceType": "Composition", "type": {"coding": [{"code": "60591-5"}]}, "title": "Summary"}
_CCDA = b"""<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"><title>Letter</title>
<recordTarget><patientRole><id root="1.2" extension="7"/></patientRole></recordTarget><component><structuredBody>
<component><section><title>Results</title><text>Ferritin 12</text></section></component>
</structuredBody></component></ClinicalDocument>"""
_HL7 = b"MSH|^~\\&|LAB|A|B|C|20260301||ORU^R01|1|P|2.5\rPID|1||7^^^A||Silva^Ana\rOBX|1|NM|2276-4||12|ug/L\r"
_EPCIS = b"""<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:1" schemaVersion="1.2"><EPCISBody>
<EventList><ObjectEvent><eventTime>2026-03-01T00:00:00Z</eventTime><bizStep>shipping</bizStep></ObjectEvent></EventList>
</EPCISBody></epcis:EPCISDocument>"""
_PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj
trailer<</Root 1 0 R/Size 4>>
%%EOF
"""


def _dicom() -> bytes:
    def element(group: int, number: int, kind: bytes, value: bytes) -> bytes:
        return struct.pack("<HH2sH", group, number, kind, len(value)) + value

    meta = element(2, 0x10, b"UI", b"1.2.840.10008.1.2.1\0")
    body = element(8, 0x60, b"CS", b"CT") + element(0x10, 0x10, b"PN", b"Silva^Ana ")
    return bytes(128) + b"DICM" + element(2, 0, b"UL", struct.pack("<I", len(meta))) + meta + body


def _fit() -> bytes:
    return struct.pack("<BBHI4sH", 14, 32, 100, 0, b".FIT", 0) + b"\0\0"


def zipped(members: dict[str, bytes]) -> bytes:
    """Return a zip of members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def _bundle(entries: list[dict], kind: str = "collection") -> bytes:
    found = {"resourceType": "Bundle", "type": kind, "entry": [{"resource": each} for each in entries]}
    return json.dumps(found).encode()


_FORMS = {
    Kind.PRESCRIPTION: "MedicationRequest",
    Kind.DISPENSE: "MedicationDispense",
    Kind.MEDICATION_STOP: "MedicationStatement",
    Kind.IMPLANT_CARD: "Device",
    Kind.DIRECTIVE: "Consent",
}


def samples() -> dict[Kind, bytes]:
    """Return a small honest file of every kind that is read, and of some others."""
    apple = export_bytes(4000)
    observation = json.dumps(_OBSERVATION).encode()
    patient = {"resourceType": "Patient", "id": "p", "birthDate": "1970-02-03"}
    return {
        Kind.FHIR: observation,
        Kind.FHIR_BUNDLE: _bundle([_OBSERVATION, patient]),
        Kind.IPS: _bundle([_COMPOSITION, _OBSERVATION], "document"),
        Kind.FHIR_NDJSON: observation + b"\n" + observation + b"\n",
        Kind.NDJSON: b'{"a": 1}\n{"a": 2}\n',
        Kind.CCDA: _CCDA,
        Kind.HL7V2: _HL7,
        Kind.DICOM: _dicom(),
        Kind.SMART_HEALTH_CARD: b'{"verifiableCredential": ["eyJhbGciOiJFUzI1NiJ9.e30.AAAA"]}',
        Kind.SMART_HEALTH_LINK: b"shlink:/eyJ1cmwiOiJodHRwczovL2V4YW1wbGUub3JnIn0",
        Kind.APPLE_HEALTH: zipped({"apple_health_export/export.xml": apple}),
        Kind.EPCIS: _EPCIS,
        Kind.CDISC: b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!000000000000000000000000000000  " * 6,
        Kind.FIT: _fit(),
        Kind.EMERGENCY_SHEET: b'{"version": 1}',
        **{kind: json.dumps({"resourceType": name, "status": "active"}).encode() for kind, name in _FORMS.items()},
        Kind.PDF: _PDF,
        Kind.IMAGE: b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + bytes(17),
        Kind.CSV: b"Date,Weight (kg)\n2026-03-01,70.5\n2026-03-02,70.4\n",
        Kind.JSON: b'{"BPDataList": [{"HP": 120, "LP": 80, "MDate": 1442491463}], "BPUnit": 0}',
        Kind.XML: apple,
        Kind.RTF: b"{\\rtf1 Ferritin}",
        Kind.ZIP: zipped({"a/letter.txt": b"Ferritin 12\n"}),
        Kind.TEXT: b"Ferritin 12 ug/L\n",
        Kind.BINARY: b"\0\1\2\3" * 9,
    }


def damaged(sample: bytes, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield what can be made of an honest file: cut, noise behind its first bytes, other encodings, zeros."""
    random_ = random.Random(seed)
    cuts = sorted({random_.randrange(len(sample) + 1) for _ in range(12)} | {0, 1, len(sample) - 1})
    yield from ((f"cut at {cut}", sample[:cut]) for cut in cuts)
    for kept in (4, 16, 140, len(sample) // 2):
        yield f"noise behind {kept}", sample[:kept] + random_.randbytes(3000)
    yield "byte order mark", b"\xef\xbb\xbf" + sample
    yield "UTF-16", sample.decode("latin-1").encode("utf-16")
    yield "zeros behind it", sample + bytes(5000)
    yield "zeros in it", sample[: len(sample) // 2] + bytes(500) + sample[len(sample) // 2 :]
    yield "twice", sample + sample
    for number in range(12):
        yield f"mutant {number}", mutated(sample, random_)


def mutated(data: bytes, random_: random.Random) -> bytes:
    """Return bytes with some of them changed, left out, repeated or put in."""
    found = bytearray(data)
    for _ in range(random_.choice((1, 3, 20))):
        place, size = random_.randrange(len(found) + 1), random_.choice((1, 2, 8, 64))
        deed = random_.randrange(4)
        if deed == 0:
            found[place : place + size] = random_.randbytes(size)
        elif deed == 1:
            del found[place : place + size]
        elif deed == 2:
            found[place:place] = found[place : place + size] * random_.choice((1, 50))
        else:
            found[place:place] = random_.choice((b"\xff\xff\xff\xff", b"\0" * size, b"[{<", b"\x7f\xff\xff\xff"))
    return bytes(found)


def attacks(address: str = "http://127.0.0.1:9/x") -> dict[str, bytes]:
    """Return files that try something; `address` is where one of them would call."""
    return {**_deep(), **_xml(address), **_zips(), **_others()}


def _deep() -> dict[str, bytes]:
    observation = json.dumps(_OBSERVATION).encode()
    columns = b",".join(b"c%d" % number for number in range(50_000))
    return {
        "deep.json": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
        "deep-list.json": b"[" * DEEP + b"]" * DEEP,
        "deep-fhir.json": observation[:-1] + b', "x": ' + b"[" * DEEP + b"]" * DEEP + b"}",
        "deep.xml": b"<a>" * DEEP + b"</a>" * DEEP,
        "deep-ccda.xml": _CCDA.replace(b"<text>", b"<text>" + b"<list><item>" * DEEP),
        "deep-export.xml": b"<HealthData>" + b"<Correlation>" * DEEP,
        "number.json": b'{"measuregrps": ' + b"9" * 1_000_000 + b"}",
        "many.json": _bundle([{**_OBSERVATION, "id": str(number)} for number in range(MANY)]),
        "many.ndjson": (observation + b"\n") * MANY,
        "line.txt": b"x" * LINE_BYTES,
        "line.csv": b"Date,Steps\n2026-01-01," + b"7" * LINE_BYTES,
        "line.ndjson": b'{"resourceType": "Observation", "x": "' + b"y" * LINE_BYTES + b'"}\n',
        "line.hl7": _HL7 + b"OBX|2|TX|" + b"z" * LINE_BYTES,
        "zeros.csv": b"Date,Steps\n" + bytes(1 << 20),
        "wide.csv": b"Date," + columns + b"\n2026-01-01" + b",1" * 50_000,
    }


def _xml(address: str) -> dict[str, bytes]:
    laughs = b"".join(
        b'<!ENTITY l%d "%s">' % (number, b"&l%d;" % (number - 1) * 10 if number else b"ha") for number in range(10)
    )
    outside = b'<!ENTITY e SYSTEM "file:///etc/passwd"><!ENTITY n SYSTEM "' + address.encode() + b'">'
    roots = {
        "export": b"<HealthData><Record type='&l9;&e;&n;' startDate='&l9;'/>&l9;</HealthData>",
        "ccda": b'<ClinicalDocument xmlns="urn:hl7-org:v3"><title>&l9;&e;&n;</title></ClinicalDocument>',
        "fhir": b'<Patient xmlns="http://hl7.org/fhir"><id value="&l9;&e;&n;"/></Patient>',
        "epcis": b'<EPCISDocument xmlns="urn:epcglobal:epcis:xsd:1">&l9;&e;&n;</EPCISDocument>',
    }
    found: dict[str, bytes] = {}
    for name, root in roots.items():
        doctype = b"HealthData" if name == "export" else b"x"
        found[f"laughs-{name}.xml"] = b"<!DOCTYPE " + doctype + b" [" + laughs + outside + b"]>" + root
        system = b'<!DOCTYPE x SYSTEM "' + address.encode() + b'">'
        found[f"system-{name}.xml"] = system + root.replace(b"&l9;", b"").replace(b"&e;&n;", b"")
    found["attribute.xml"] = b"<HealthData><Record type='" + b"x" * LINE_BYTES + b"'/></HealthData>"
    return found


def _zips() -> dict[str, bytes]:
    folder, head = "apple_health_export/", b"<HealthData>"
    nested = zipped({f"{folder}export.xml": head + b"<Me/></HealthData>"})
    for _ in range(12):
        nested = zipped({f"{folder}export.xml": head, f"{folder}attachments/inner.zip": nested})
    names = ("../../evil.txt", "/tmp/evil-hv.txt", "C:\\evil.txt", f"{folder}../../evil.txt")  # noqa: S108
    slip = dict.fromkeys(names, b"x")
    zeros = bytes(ZEROS_BYTES)
    return {
        "bomb.zip": zipped({"zeros.txt": zeros}),
        "bomb-export.zip": zipped({f"{folder}export.xml": head + b" " * ZEROS_BYTES}),
        "bomb-member.zip": zipped({f"{folder}export.xml": head, f"{folder}attachments/a.json": zeros}),
        "members.zip": zipped({f"{folder}clinical-records/{number}.json": b"{}" for number in range(MANY)}),
        "nested.zip": nested,
        "slip.zip": zipped({**slip, f"{folder}export.xml": head + b"</HealthData>"}),
        "slip-only.zip": zipped(slip),
    }


def _others() -> dict[str, bytes]:
    dicom = _dicom()
    long = struct.pack("<HH2sHI", 0x7FE0, 0x10, b"OB", 0, 0xFFFFFFFE)
    endless = struct.pack("<HH2sHI", 0x7FE0, 0x10, b"OB", 0, 0xFFFFFFFF)
    sequence = struct.pack("<HH2sHI", 8, 0x1115, b"SQ", 0, 0xFFFFFFFF)
    item = struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    loop = _PDF.replace(b"/Kids[3 0 R]", b"/Kids[2 0 R 2 0 R]")
    action = b"/OpenAction<</S/JavaScript/JS(app.launchURL\\(1\\))>>>>endobj"
    return {
        "length.dcm": dicom + long,
        "endless.dcm": dicom + endless + b"\xff" * 100,
        "sequences.dcm": dicom + (sequence + item) * 20_000,
        "pixels.dcm": dicom + struct.pack("<HH2sHH", 0x28, 0x10, b"US", 2, 65535) * 2 + long,
        "script.pdf": _PDF.replace(b"/Pages 2 0 R>>endobj", b"/Pages 2 0 R" + action),
        "loop.pdf": loop,
        "previous.pdf": _PDF.replace(b"/Size 4", b"/Size 4/Prev 9") + b"startxref\n9\n%%EOF",
        "pages.pdf": _PDF.replace(b"/Count 1", b"/Count 999999999"),
        "pixels.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\x02\0\0\0" + bytes(40),
        "records.fit": _fit() + b"\x40\0\0\0\x14\xff" + b"\xff" * 5000,
        "pdf.json": _PDF,
        "json.pdf": b'{"resourceType": "Observation"}',
        "zip.xml": zipped({"a": b"x"}),
        "export.csv": export_bytes(4000),
    }
