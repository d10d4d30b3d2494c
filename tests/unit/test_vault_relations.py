# SPDX-License-Identifier: Apache-2.0
"""How documents stand to each other: what both say, and which file lies within which."""

import io
import json
import zipfile
from pathlib import Path

from healthvault.storage.inputs import InputFile
from healthvault.vault.add import AddOptions, add_documents
from healthvault.vault.contents import opened_contents
from healthvault.vault.relations import Related, Relations, relations_of
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document
from tests.vaults import NOW_MS, ana


def observation(number: int) -> dict:
    """Return a measurement of its own day."""
    return {
        "resourceType": "Observation",
        "id": str(number),
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "2276-4"}], "text": "Ferritin"},
        "effectiveDateTime": f"2026-11-{number:02}",
        "valueQuantity": {"value": number, "unit": "ug/L"},
    }


def lines(*numbers: int) -> bytes:
    """Return an export."""
    return b"".join(json.dumps(observation(number)).encode() + b"\n" for number in numbers)


def add(vault: Vault, name: str, data: bytes) -> Document:
    """Add a document."""
    (added,) = add_documents(vault, [InputFile(name=name, data=data)], AddOptions(), now_ms=NOW_MS)
    assert isinstance(added, Document)
    return added


def related(vault: Vault, document: Document) -> Relations:
    """Return how a document stands to all others."""
    with opened_contents(vault) as contents:
        return relations_of(vault, contents, document.entry)


def test_a_later_export_brings_what_is_new(tmp_path: Path) -> None:
    """Both sides are told of what they share; the older one brought what it says."""
    with ana(tmp_path).open(writing=True) as vault:
        first, later = add(vault, "a.ndjson", lines(1, 2, 3)), add(vault, "b.ndjson", lines(2, 3, 4, 5))
        found = related(vault, later)
        assert (4, 2) == (found.said, found.new)
        assert (Related(id=first.id, title=first.title, count=2),) == found.same
        assert (3, 3) == (related(vault, first).said, related(vault, first).new)


def test_a_file_within_another_is_known_by_its_bytes(tmp_path: Path) -> None:
    """Whichever was added first, under whatever name."""
    note, packed = b"Ferritin 12 ug/L\n", io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("letters/other name.txt", note)
    with ana(tmp_path).open(writing=True) as vault:
        alone, outer = add(vault, "note.txt", note), add(vault, "all.zip", packed.getvalue())
        other = add(vault, "other.txt", b"something else\n")
        assert (alone.id,) == tuple(each.id for each in related(vault, outer).holds)
        assert (outer.id,) == tuple(each.id for each in related(vault, alone).held_by)
        assert ((), (), ()) == (
            related(vault, other).same,
            related(vault, other).holds,
            related(vault, other).held_by,
        )


def test_one_thing_said_very_often_costs_no_more(tmp_path: Path) -> None:
    """Two documents that repeat one line thousands of times share one thing, and it is found at once."""
    with ana(tmp_path).open(writing=True) as vault:
        first, later = add(vault, "a.ndjson", lines(1) * 5000), add(vault, "b.ndjson", lines(1) * 5001)
        found = related(vault, later)
    assert (1, 0, (Related(id=first.id, title=first.title, count=1),)) == (found.said, found.new, found.same)
