# SPDX-License-Identifier: Apache-2.0
"""JSON files: which of the formats of health care one is, decided by the members of its outermost object.

A file is decoded only if its head names a format; above 16 MiB, or a million values, the head alone is read.
Spec: docs/spec/records.md section 4.
"""

import re

from healthvault.records.cdisc import found_dataset_json
from healthvault.records.description import Found
from healthvault.records.epcis import found_epcis_json
from healthvault.records.fhir import is_resource_type
from healthvault.records.fhir_bundle import BundleSummary, found_resource
from healthvault.records.json_walk import STREAMED, Json, JsonWalk, is_bounded
from healthvault.records.kinds import MEDIA_TYPES, Kind
from healthvault.records.probe import Probe
from healthvault.records.shc import found_card_file, found_link_file, is_link_file
from healthvault.records.wearable_found import found_wearable

__all__ = ["describe_json"]

_SIGNS = (
    '"resourceType"',
    '"shlink:/',
    '"key"',
    '"contentType"',
    '"EPCISDocument"',
    '"datasetJSONVersion"',
    '"verifiableCredential"',
)
ENTRIES = re.compile(r'\s*\[\s*\{\s*"(fullUrl|resource)"')
JSON_LD = "application/ld+json"


def describe_json(probe: Probe) -> Found:
    """Describe a file that looks like one JSON text."""
    head = probe.text or ""
    if not any(sign in head for sign in _SIGNS):
        return found_wearable(head) or Found(kind=Kind.JSON)
    whole = probe.whole_text()
    is_whole = whole is not None and is_bounded(whole)
    text = whole if whole is not None and is_whole else head
    if ENTRIES.match(head):
        text = f'{{"resourceType": "Bundle", "{STREAMED}": {text}}}'  # the entries of a Bundle and no more
    walk = JsonWalk(text)
    members: dict[str, Json] = {}
    bundle = BundleSummary()
    for name, value in walk:
        if name == STREAMED:
            bundle.add(value)
        else:
            members[name] = value
    if bundle.counts:  # its type may stand behind what was read of it
        members.setdefault("resourceType", "Bundle")
    return _found(members, bundle, is_complete=is_whole and walk.is_complete)


def _found(members: dict[str, Json], bundle: BundleSummary, *, is_complete: bool) -> Found:
    if is_resource_type(members.get("resourceType")):
        return found_resource(members, bundle, is_complete=is_complete, media_type=MEDIA_TYPES[Kind.FHIR])
    if members.get("type") == "EPCISDocument":
        return found_epcis_json(members, JSON_LD)
    if "datasetJSONVersion" in members:
        return found_dataset_json(members)
    if isinstance(members.get("verifiableCredential"), list):
        return found_card_file(members)
    return found_link_file(members) if is_link_file(members) else Found(kind=Kind.JSON)
