# SPDX-License-Identifier: Apache-2.0
"""Prescriptions, dispenses and stops for tests: forms, and what hospitals send. Nothing here tests anything."""

import json
from decimal import Decimal

from healthvault.medicines.form import Draft, form_bytes
from healthvault.medicines.linking import Book, made_book
from healthvault.medicines.telling import Amount, Sort, Telling
from healthvault.medicines.wording import Medicine
from healthvault.records.statements import Coding

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


def named(words: str, *codes: str) -> Medicine:
    """Return a medicine with codes of RxNorm."""
    return Medicine(words=words, codes=tuple(Coding(system=RXNORM, code=code) for code in codes))


def prescription(id_text: str = "d_rx", **more: object) -> Telling:
    """Return a prescription of 30 tablets for 30 days, once more, valid until the end of August."""
    usual: dict = {
        "sort": Sort.PRESCRIPTION,
        "document": id_text,
        "medicine": named("Ramipril 5 mg"),
        "status": "active",
        "date": "2026-03-01",
        "until": "2026-08-31",
        "said": "2026-03-01",
        "dose": "1 in the morning",
        "by": "Dr Lee",
        "quantity": Amount(number=Decimal(30), unit="tablets"),
        "days": 30,
        "repeats": 1,
    }
    return Telling(id=id_text, **(usual | more))


def dispensed(id_text: str = "d_one", **more: object) -> Telling:
    """Return a dispense of all of it on the second of March."""
    usual: dict = {
        "sort": Sort.DISPENSE,
        "document": id_text,
        "medicine": named("Ramipril 5 mg"),
        "status": "completed",
        "date": "2026-03-02",
        "said": "2026-03-02",
        "by": "Kim Pharmacy",
        "quantity": Amount(number=Decimal(30), unit="tablets"),
        "days": 30,
        "about": ("d_rx",),
    }
    return Telling(id=id_text, **(usual | more))


def stopped(id_text: str = "d_stop", **more: object) -> Telling:
    """Return a stop of the prescription on the first of April."""
    usual: dict = {
        "sort": Sort.STOP,
        "document": id_text,
        "medicine": named("Ramipril 5 mg"),
        "status": "stopped",
        "until": "2026-04-01",
        "said": "2026-04-01",
        "about": ("d_rx",),
    }
    return Telling(id=id_text, **(usual | more))


def book(*tellings: Telling) -> Book:
    """Return all that is said."""
    return made_book(tellings)


def draft(sort: Sort = Sort.PRESCRIPTION, **more: object) -> Draft:
    """Return a form to be written."""
    usual: dict = {"medicine": named("Ramipril 5 mg"), "patient": "Ana Silva", "date": "2026-03-01"}
    return Draft(sort=sort, **(usual | more))


def form(sort: Sort = Sort.PRESCRIPTION, **more: object) -> dict:
    """Return a form as it is written."""
    return json.loads(form_bytes(draft(sort, **more)))
