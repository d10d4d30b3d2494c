# SPDX-License-Identifier: Apache-2.0
"""The event hash of CBV: equal to the reference implementation's on our events, and to what it publishes.

Source and licence of each vector stand in epcis_event_hashes.json.
"""

import json
from pathlib import Path

import pytest

from healthvault.supply.document import parse_epcis
from healthvault.supply.from_json import event_of_json, namespaces_of
from healthvault.supply.part import Budget
from healthvault.supply.prehash import pre_hash
from healthvault.supply.reading import Reading

FILE = Path(__file__).with_name("epcis_event_hashes.json")
VECTORS = json.loads(FILE.read_text("utf-8"))["vectors"]


def test_there_are_vectors() -> None:
    """Of both kinds."""
    assert {"reference 1.9.3", "published"} == {vector["by"] for vector in VECTORS}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["by"])
def test_hashes_are_those_of_the_reference(vector: dict) -> None:
    """Ours by its last release for CBV 2.0; what it published later by the text, its version aside."""
    found = parse_epcis(json.dumps(vector["document"]).encode()).events
    if vector["by"] == "published":
        assert [one.split("?")[0] for one in vector["hashes"]] == [
            (event.hashes.text or "").split("?")[0] for event in found
        ]
    else:
        assert vector["hashes"] == [event.hashes.reference for event in found]


@pytest.mark.parametrize("vector", [each for each in VECTORS if "pre_hashes" in each], ids=lambda each: each["by"])
def test_strings_before_hashing_are_equal_too(vector: dict) -> None:
    """So that a difference can be seen."""
    read = json.loads(json.dumps(vector["document"]), parse_float=str, parse_int=str)
    declared = namespaces_of(read["@context"])
    events = [
        event_of_json(event, declared, Reading.REFERENCE, Budget()) for event in read["epcisBody"]["eventList"]
    ]
    assert vector["pre_hashes"] == [pre_hash(event, Reading.REFERENCE) for event in events]
