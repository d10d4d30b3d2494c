# SPDX-License-Identifier: Apache-2.0
"""Real files exported to two studies: no word in common but what the records are about, and no name of anybody."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from study_vaults import opened, read, terms, windows, wish

from healthvault.areas.research import plan_export, write_export
from healthvault.areas.research_reading import study_of
from healthvault.codec import unpad
from healthvault.research.reading import Export
from healthvault.research.record import TYPES
from healthvault.storage.inputs import InputFile
from healthvault.vault.add import AddOptions, add_documents
from tests.vaults import NOW_MS, Sample, pair, someone

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="shared vectors are not here")
FILES = {
    "fhir/synthea/Fannie_Waelchi.r4.json": 20,
    "fhir/synthea/Myles_Hoppe.r4.json": 50,
    "fhir/synthea/Trey_Gibson.r4.json": 50,
    "ips/spec-Bundle-01-Martha-DeLarosa.json": 3,
    "ccda/ccd-eve-everywoman.xml": 5,
    "ccda/onc-ccd-thomas-manfred.xml": 5,
}
"""Each with the least number of records that it makes."""
WORDS = frozenset((
    "code", "value", "status", "date", "until", "category", "sex", "birth-decade", "1", "4", "None", "DUO:0000006",
    "health or medical or biomedical research", "pseudonymised, not anonymous",
    "each day is moved by the same number of days, which is not told",
))  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_two_studies_of_a_real_record(name: str, tmp_path: Path) -> None:
    """Windows of eight bytes, tokens, and canaries, of the same document in two studies and in another vault."""
    patient, doctor = pair(tmp_path)
    other = someone(tmp_path, "eva", "Eva Costa")
    other.meet(doctor, "Dr Lee")
    plains = [
        exported(who, doctor, DATA / name, f"study-{number}", tmp_path, days=100 + 50 * number)
        for number, who in enumerate((patient, patient, other))
    ]
    exports = list(map(read, plains))
    assert len(exports[0].records) >= FILES[name]
    one, two, third = (windows(plain, found) for plain, found in zip(plains, exports, strict=True))
    known = {row[at : at + 5] for row in third for at in range(4)}
    assert [] == [row for row in one & two if row[:5] not in known and row[3:] not in known]
    mine, theirs = (tokens(found) for found in exports[:2])
    about = {word for found in exports for record in found.records for word in said(record)}
    days = [{day for record in found.records for day in (record.date, record.until) if day} for found in exports]
    counts = {str(len(exports[0].records))}  # of records: the same documents make as many
    assert (mine & theirs) - about - WORDS - counts <= days[0] & days[1]
    moved = [sorted(day for record in found.records if (day := record.date)) for found in exports[:2]]
    assert not moved[0] or moved[0] != moved[1]
    core = b"".join(unpad(plain, len(plain)) for plain in plains)
    assert [] == [word for word in names_in(DATA / name) - {*TYPES} if word.encode() in core]


def exported(who: Sample, reader: Sample, path: Path, study: str, folder: Path, *, days: int) -> bytes:
    """Return the plaintext of an export of a file to a study."""
    with who.open(writing=True) as vault:
        options = AddOptions(title=path.stem)
        (document,) = add_documents(vault, [InputFile(name=path.name, path=path)], options, now_ms=NOW_MS)
        plan = plan_export(vault, wish(terms(document.id, days=days), study), now_ms=NOW_MS)  # type: ignore[union-attr]
        write_export(vault, plan, folder / study, now_ms=NOW_MS)
    return opened(reader, folder / study)


def tokens(export: Export) -> set[str]:
    """Return every end of the JSON that a researcher gets."""
    return {str(each) for one in [study_of(export), *(r.to_json() for r in export.records)] for each in ends(one)}


def ends(value: object) -> Iterator[object]:
    """Yield what stands at the ends of a JSON value."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    if inner is None:
        yield value
    for each in inner or ():
        yield from ends(each)


def said(record: object) -> Iterator[str]:
    """Yield what a record is about: all but its id and its days."""
    found = record.to_json()  # type: ignore[attr-defined]
    yield from (
        str(each) for key, value in found.items() if key not in {"id", "date", "until"} for each in ends(value)
    )


def names_in(path: Path) -> set[str]:
    """Return words of a file that must be in no export: names, addresses, numbers, ids, words of texts."""
    text = path.read_text(encoding="utf-8", errors="replace")
    found = {path.stem, path.name}
    if path.suffix == ".json":
        keys = (
            "id",
            "family",
            "given",
            "city",
            "line",
            "postalCode",
            "display",
            "text",
            "reference",
            "div",
            "fullUrl",
        )
        found |= {str(each) for key, value in pairs(json.loads(text)) if key in keys for each in ends(value)}
        found |= {
            str(each) for key, value in pairs(json.loads(text)) if key == "identifier" for each in ends(value)
        }
    else:
        found |= set(re.findall(r"<(?:family|given|city|streetAddressLine|postalCode)[^>]*>([^<]+)<", text))
        found |= set(re.findall(r'(?:extension|displayName)="([^"]+)"', text))
    return {word.strip() for word in found if len(word.strip()) >= 6 and not word.startswith("http")} - {"active"}


def pairs(value: object) -> Iterator[tuple[str, object]]:
    """Yield all members of all objects of a JSON value."""
    if isinstance(value, dict):
        yield from value.items()
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from pairs(each)
