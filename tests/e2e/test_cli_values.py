# SPDX-License-Identifier: Apache-2.0
"""What documents say, out of the installed program: FHIR with its report, values as CSV, items, a summary."""

import csv
import io
import json

from people import Person
from test_cli_json import check

FERRITIN = {
    "resourceType": "Observation",
    "id": "f",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "2276-4"}], "text": "=Ferritin"},
    "effectiveDateTime": "2026-11-20",
}
PAPER = '{"resourceType":"Bundle","type":"collection","entry":[%s,{"request":{"method":"GET"}}]}'


def add(ana: Person) -> str:
    """Add a Bundle of one result whose digits matter, and of one entry that holds nothing; return the result."""
    resource = json.dumps(FERRITIN)[:-1] + ', "valueQuantity": {"value": 6.30, "unit": "ug/L"}}'
    (ana.home / "lab.json").write_text(PAPER % resource, encoding="utf-8")
    ana.hv("add", "lab.json")
    return resource


def test_fhir_goes_out_word_for_word_with_a_report(ana: Person) -> None:
    """The digits are there; what is in the export and what is not are all that was said."""
    add(ana)
    done = ana.hv("export", "--format", "fhir", "--type", "fhir-bundle", "--report", "mapping.jsonl")
    assert '"value":6.30' in done.out.replace(" ", "")
    assert "1 of 2 things" in done.err
    (row,) = [json.loads(line) for line in (ana.home / "mapping.jsonl").read_text().splitlines()]
    check([row], "mapping")
    assert (2, 1, 1, "entry[1]") == (row["input"], row["mapped"], row["not_mapped"], row["reasons"][0]["place"])


def test_values_for_scripts(ana: Person) -> None:
    """A spreadsheet takes no title for a formula; a script sees it as it is."""
    add(ana)
    (row,) = csv.DictReader(io.StringIO(ana.hv("export", "--format", "csv").out))
    assert ("6.30", "ug/L", "'=Ferritin", "2276-4") == (row["number"], row["unit"], row["title"], row["code"])
    items = ana.hv("export", "--items", "--type", "fhir-bundle").objects
    check(items, "item")
    assert ("=Ferritin", "6.30", "entry[0]") == (items[0]["title"], items[0]["value"]["number"], items[0]["place"])


def test_a_summary_is_a_document(ana: Person) -> None:
    """It goes to a file that is not there yet, and is taken for what it is when it is added: made by a machine."""
    add(ana)
    ana.hv("export", "--format", "ips", "-o", "summary.json")
    ana.hv("export", "--format", "ips", "-o", "summary.json", exit=1)
    ana.hv("add", "summary.json")
    added = ana.hv("list", "--json").objects[0]
    assert ("ips", "machine") == (added["kind"], added["provenance"])


def test_what_does_not_go_together_is_refused(ana: Person) -> None:
    """Before anything is opened."""
    ana.hv("export", "--items", "--format", "csv", exit=2)
    ana.hv("export", "--report", "x", exit=2)


def test_an_overlapping_export_says_what_it_brought(ana: Person) -> None:
    """On stderr, after its line; `show` says it too."""
    resource = add(ana)
    other = resource.replace("2026-11-20", "2026-11-21")
    (ana.home / "later.json").write_text(PAPER % f"{resource},{other}", encoding="utf-8")
    done = ana.hv("add", "later.json")
    assert "later.json: says 2 things, 1 of them new" in done.err
    says = ana.hv("show", done.out.split("\t")[0], "--json").object["says"]
    assert (2, 1, 1) == (says["items"], says["new"], len(says["same"]))
