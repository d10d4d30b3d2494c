# SPDX-License-Identifier: Apache-2.0
"""Amounts in FHIR: R4's Money, STU3's Quantity of a currency, and adjudications by the words of their categories.

Source: HL7 FHIR R4 code system `adjudication`; CARIN Blue Button `C4BBAdjudication`.
Spec: docs/spec/claims.md section 1.2.
"""

from collections.abc import Iterator, Sequence

from healthvault.claims.money import Amount, added, exactly
from healthvault.claims.paper import Amounts
from healthvault.records.json_written import Number, Written, list_at, map_at, string_at

__all__ = ["adjudicated", "codes_in", "money_at"]

MAX_ADJUDICATIONS = 500
_ISO_4217 = "urn:iso:std:iso:4217"
_BILLED = ("submitted",)
_ALLOWED = ("eligible", "allowed")
_PAID = ("benefit",)
_PAID_TO = ("paidtoprovider", "paidtopatient")
_PATIENT_WHOLE = ("memberliability", "paidbypatient", "patientpay")
_PATIENT_PARTS = ("copay", "deductible", "coinsurance")


def money_at(holder: Written, *path: str) -> Amount:
    """Return the amount at a path of member names; None if nothing stands there."""
    money = map_at(holder, *path)
    number = money.get("value")
    if number is None:
        return None
    system = string_at(money, "system") or ""
    currency = string_at(money, "currency") or (string_at(money, "code") if system == _ISO_4217 else None)
    return exactly(str(number) if isinstance(number, Number) else "?", currency)


def codes_in(concept: Written) -> tuple[str, ...]:
    """Return the codes of a concept, in lower case."""
    return tuple(
        code.lower() for coding in list_at(concept, "coding") if (code := string_at(coding, "code")) is not None
    )


def adjudicated(entries: Sequence[Written], billed: Amount = None) -> Amounts:
    """Return what adjudications, or totals by category, say.

    Args:
        entries: *Unverified*, each with `category` and `amount`.
        billed: What was billed, where it stands elsewhere.
    """
    found: dict[str, list[Amount]] = {}
    for entry in entries[:MAX_ADJUDICATIONS]:
        amount = money_at(entry, "amount")
        for word in dict.fromkeys(codes_in(map_at(entry, "category"))):
            if amount is not None:
                found.setdefault(word, []).append(amount)
    whole = _first(found, _PATIENT_WHOLE)
    return Amounts(
        billed=billed if billed is not None else _first(found, _BILLED),
        allowed=_first(found, _ALLOWED),
        paid=_first(found, _PAID) or added(_all(found, _PAID_TO)),
        patient=whole or added(_all(found, _PATIENT_PARTS)),
        patient_is_whole=whole is not None,
    )


def _first(found: dict[str, list[Amount]], words: tuple[str, ...]) -> Amount:
    """Return the sum of the amounts of the first category that there is."""
    return next((added(found[word]) for word in words if word in found), None)


def _all(found: dict[str, list[Amount]], words: tuple[str, ...]) -> Iterator[Amount]:
    for word in words:
        yield from found.get(word, ())
