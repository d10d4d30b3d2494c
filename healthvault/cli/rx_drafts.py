# SPDX-License-Identifier: Apache-2.0
"""Drafts of forms, made of what the options say. Loads the rules of medicines."""

from decimal import Decimal
from typing import TypedDict, Unpack

from healthvault.cli.dates import When
from healthvault.cli.rx_options import day_text, end_text
from healthvault.medicines.form import Draft
from healthvault.medicines.telling import Sort
from healthvault.medicines.wording import Medicine
from healthvault.records.statements import Coding

__all__ = ["dispense_draft", "prescription_draft", "stop_draft"]

_NO_MEDICINE = Medicine(words="")
_Codes = tuple[tuple[str, str], ...]


class _Prescribed(TypedDict):
    dose: str | None
    date: When | None
    prescriber: str | None
    patient: str
    valid_until: When | None
    repeats: int | None
    quantity: tuple[Decimal, str | None] | None
    days: int | None
    codes: _Codes


class _Handed(TypedDict):
    date: When | None
    by: str | None
    quantity: tuple[Decimal, str | None] | None
    days: int | None
    pack: str | None


class _Stopped(TypedDict):
    when: When | None
    reason: str | None
    patient: str
    codes: _Codes


def prescription_draft(drug: str, **said: Unpack[_Prescribed]) -> Draft:
    """Return a prescription of a medicine."""
    number, unit = said["quantity"] or (None, None)
    return Draft(
        sort=Sort.PRESCRIPTION,
        medicine=_medicine(drug, said["codes"]),
        patient=said["patient"],
        date=day_text(said["date"]),
        until=end_text(said["valid_until"]),
        dose=said["dose"],
        by=said["prescriber"],
        repeats=said["repeats"],
        quantity=number,
        unit=unit,
        days=said["days"],
    )


def dispense_draft(**said: Unpack[_Handed]) -> Draft:
    """Return a dispense; of what and for whom, its prescription says."""
    number, unit = said["quantity"] or (None, None)
    return Draft(
        sort=Sort.DISPENSE,
        medicine=_NO_MEDICINE,
        patient="",
        date=day_text(said["date"]),
        by=said["by"],
        quantity=number,
        unit=unit,
        days=said["days"],
        pack=said["pack"],
    )


def stop_draft(words: str, **said: Unpack[_Stopped]) -> Draft:
    """Return a stop of a medicine by its words."""
    return Draft(
        sort=Sort.STOP,
        medicine=_medicine(words, said["codes"]),
        patient=said["patient"],
        date=day_text(said["when"]),
        reason=said["reason"],
    )


def _medicine(words: str, codes: _Codes) -> Medicine:
    codings = tuple(Coding(system=system, code=code) for system, code in codes)
    return Medicine(words=" ".join(words.split()), codes=codings)
