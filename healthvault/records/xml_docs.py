# SPDX-License-Identifier: Apache-2.0
"""XML files: which of the formats of health care one is, decided by its root element.

Spec: docs/spec/records.md section 4.
"""

from healthvault.records.apple_dtd import without_dtd
from healthvault.records.apple_health import describe_export
from healthvault.records.ccda import describe_ccda
from healthvault.records.description import Found
from healthvault.records.epcis import describe_epcis_xml
from healthvault.records.fhir import is_resource_type
from healthvault.records.fhir_xml import FHIR_NAMESPACE, describe_fhir_xml
from healthvault.records.kinds import Kind
from healthvault.records.plain import describe_text
from healthvault.records.probe import Probe
from healthvault.records.xml_walk import Enough, split_name, walk_xml

__all__ = ["describe_xml"]

HL7_V3 = "urn:hl7-org:v3"
EPCIS_NAMESPACE = "urn:epcglobal:epcis"
HTML = Found(kind=Kind.TEXT, media_type="text/html")


def describe_xml(probe: Probe) -> Found:
    """Describe a file that starts like XML."""
    root = _Root()
    walk_xml([without_dtd(probe.head)], root)
    namespace, local = split_name(root.name)
    if (namespace, local) == (HL7_V3, "ClinicalDocument"):
        return describe_ccda(probe)
    if namespace == FHIR_NAMESPACE and is_resource_type(local):
        return describe_fhir_xml(probe)
    if local == "HealthData":
        return describe_export([probe.head])
    if namespace.startswith(EPCIS_NAMESPACE):
        return describe_epcis_xml(probe)
    return _found_other(probe, local)


def _found_other(probe: Probe, local: str) -> Found:
    start = (probe.text or "").lstrip()[:14].lower()
    if local.lower() == "html" or start.startswith(("<!doctype html", "<html")):
        return HTML
    return Found(kind=Kind.XML) if local or start.startswith(("<?xml", "<!")) else describe_text(probe)


class _Root:
    """Takes the name of the root element and no more."""

    def __init__(self) -> None:
        self.name = ""

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self.name = name
        raise Enough

    def end(self, _name: str) -> None:
        """Is never reached."""

    def text(self, _text: str) -> None:
        """Take nothing: white space before the root."""
