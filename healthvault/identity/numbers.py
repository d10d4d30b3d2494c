# SPDX-License-Identifier: Apache-2.0
"""Numbers that name a person: compared within one system only, and those that prove nothing left out.

An id of a resource is no such number and never gets here. Spec: docs/spec/identity.md section 5.
"""

import re
from collections.abc import Iterable

from healthvault.records.statements import Coding

__all__ = ["SSN", "WORDS", "label_of", "proves", "proving", "single_valued", "system_named", "system_of"]

SSN = "http://hl7.org/fhir/sid/us-ssn"
_NHS = "https://fhir.nhs.uk/id/nhs-number"
_MBI = "http://hl7.org/fhir/sid/us-mbi"
_ALIASES = {
    "urn:oid:2.16.840.1.113883.4.1": SSN,
    "urn:oid:2.16.840.1.113883.4.927": _MBI,
    "urn:oid:2.16.840.1.113883.4.572": "http://hl7.org/fhir/sid/us-medicare",
    "urn:oid:2.16.840.1.113883.2.1.4.1": _NHS,
    "urn:oid:1.2.246.21": "http://www.kanta.fi/hetu",
    "urn:oid:1.2.752.129.2.1.3.1": "http://electronichealth.se/identifier/personnummer",
}
WORDS = {"ssn": SSN, "nhs": _NHS, "mbi": _MBI}
"""What the owner may type instead of a URI."""
_LABELS = {SSN: "SSN", _NHS: "NHS number", _MBI: "Medicare number"}
_LOCAL = "mrn:"  # before the name of a hospital
single_valued = frozenset({SSN, _NHS, "http://www.kanta.fi/hetu", _ALIASES["urn:oid:1.2.752.129.2.1.3.1"]})
"""Systems that give a person one number for life, so that another one speaks against."""
_OID = re.compile(r"[0-2](?:\.(?:0|[1-9]\d*))+", re.ASCII)
_DIGITS_ONLY = {SSN: 9, _NHS: 10}
_LEAST_CHARS = 4
_EVERYBODYS = frozenset({"hospital", "local", "facility", "patient", "patientid", "default", "unknown", "test"})
_KNOWN_FILLERS = frozenset({"111002330", "078051120", "219099999", "987654320", "457555462"})
_RUNS = ("01234567890123456789", "98765432109876543210")


def system_named(word: str) -> str:
    """Return the system that the owner names: a URI, an OID, `ssn`, `nhs`, `mbi`, or `mrn:HOSPITAL`."""
    return WORDS.get(word.strip().lower(), word.strip())


def system_of(system: str) -> str:
    """Return a system in the one form in which systems are compared; empty if there is none."""
    name = system.strip().casefold().removesuffix("/")
    if _OID.fullmatch(name):
        name = f"urn:oid:{name}"
    return _ALIASES.get(name, name.removeprefix(_LOCAL).strip())


def label_of(system: str) -> str:
    """Return how to call a number of a system."""
    known = system_of(system)
    return _LABELS.get(known, f"number of {known}")


def proves(number: Coding) -> str | None:
    """Return the value of a number in the form in which values are compared; None if it proves nothing.

    Nothing is proved without a system of its own, or by fillers, masked numbers, and values with too few digits.
    """
    system = system_of(number.system)
    value = "".join(number.code.split()).casefold()
    if system in _DIGITS_ONLY:
        value = re.sub(r"\D", "", value)
        if len(value) != _DIGITS_ONLY[system]:
            return None
    is_filler = system == SSN and _is_no_ssn(value)
    if not _is_own(system) or is_filler or not any(map(str.isdigit, value)) or _says_little(value):
        return None
    return value


def proving(numbers: Iterable[Coding]) -> dict[str, frozenset[str]]:
    """Return the values that prove something, by system."""
    found: dict[str, set[str]] = {}
    for number in numbers:
        value = proves(number)
        if value is not None:
            found.setdefault(system_of(number.system), set()).add(value)
    return {system: frozenset(values) for system, values in found.items()}


def _is_own(system: str) -> bool:
    """Tell whether a system can be told from another: a URI, or a local name that says more than `1` or `MRN`."""
    return ":" in system or (len(system) >= _LEAST_CHARS and system not in _EVERYBODYS)


def _says_little(value: str) -> bool:
    """Tell whether a value is too short, one character again and again, or digits as one counts."""
    core = "".join(char for char in value if char.isalnum())
    digits = "".join(char for char in core if char.isdigit())
    if len(core) < _LEAST_CHARS or len(set(core)) == 1 or set(digits) == {"0"}:
        return True
    return core == digits and any(core in run for run in _RUNS)


def _is_no_ssn(digits: str) -> bool:
    """Tell whether nobody was ever given this number."""
    return digits in _KNOWN_FILLERS or digits[:3] == "000" or digits[3:5] == "00" or digits[5:] == "0000"
