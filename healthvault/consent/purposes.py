# SPDX-License-Identifier: Apache-2.0
"""Purposes of use and actions: plain words at the prompt, HL7 v3 ActReason codes in the grant.

Source: HL7 v3 value set PurposeOfUse. Spec: docs/spec/grants.md section 1.
"""

from healthvault.errors import InvalidRequest

__all__ = ["ACTIONS", "DEFAULT_ACTIONS", "PURPOSES", "purpose_code", "purpose_word"]

PURPOSES = {
    "treatment": "TREAT",
    "emergency": "ETREAT",
    "care-management": "CAREMGT",
    "payment": "HPAYMT",
    "operations": "HOPERAT",
    "research": "HRESCH",
    "public-health": "PUBHLTH",
    "patient-request": "PATRQT",
    "family": "FAMRQT",
}
ACTIONS = ("view", "keep", "forward")
DEFAULT_ACTIONS = ("view", "keep")  # clinicians must keep what they act on


def purpose_code(word: str) -> str:
    """Return the code of a plain word or of the code itself.

    Raises:
        InvalidRequest: `unknown_purpose`.
    """
    code = PURPOSES.get(word.lower(), word.upper())
    if code not in PURPOSES.values():
        raise InvalidRequest("unknown_purpose", f"{word!r} is no purpose", hint="one of: " + ", ".join(PURPOSES))
    return code


def purpose_word(code: str) -> str:
    """Return the plain word of a code, or the code itself if it is not known."""
    return next((word for word, known in PURPOSES.items() if known == code), code)
