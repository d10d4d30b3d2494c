# SPDX-License-Identifier: Apache-2.0
"""Consents, withdrawals and things that documents state, for the tests of trials. Nothing here tests anything."""

from datetime import date

from healthvault.records.statements import Coding, Item, Quantity
from healthvault.trials.consent import Consent, FormRef, Option, Withdrawal
from healthvault.trials.consent_history import History, KeptConsent, KeptWithdrawal
from healthvault.trials.lab_values import Fact

SUBJECT = "c_" + "a" * 52
LOINC = "http://loinc.org"


def consent(
    number: int = 1, day: str = "2026-01-10", *, study: str = "S1", data: bool = True, replaces: int = 0
) -> Consent:
    """Return a consent of some number, with two options."""
    return Consent(
        record=f"{number:032x}",
        study=study,
        subject=SUBJECT,
        form=FormRef(document="d_" + "b" * 32, sha256="0" * 64, size_bytes=10, version="3.1", language="en"),
        options=(
            Option(id="data", words="Use my data", answer=data),
            Option(id="samples", words="Keep my blood", answer=False),
        ),
        date=date.fromisoformat(day),
        explained_by="Dr Lee",
        replaces=f"{replaces:032x}" if replaces else None,
    )


def withdrawal(begins: str, *ends: int, study: str = "S1") -> Withdrawal:
    """Return a withdrawal of the consents of some numbers."""
    return Withdrawal(
        record="f" * 32,
        study=study,
        subject=SUBJECT,
        ends=tuple(f"{number:032x}" for number in ends),
        begins=date.fromisoformat(begins),
        reason=None,
    )


def history(*said: Consent | Withdrawal, set_aside: tuple[int, ...] = ()) -> History:
    """Return a history, in the order in which the records were entered."""
    consents, withdrawals = [], []
    for entry, one in enumerate(said, 1):
        where = {"document": f"d_{entry}", "entry": entry, "entered_ms": entry}
        if isinstance(one, Consent):
            consents.append(KeptConsent(consent=one, is_set_aside=entry in set_aside, **where))
        else:
            withdrawals.append(KeptWithdrawal(withdrawal=one, **where))
    return History(consents=tuple(consents), withdrawals=tuple(withdrawals))


def stated(type_name: str, title: str, *codes: str, document: str = "d_1", **more: object) -> Fact:
    """Return what a document states; codes are of SNOMED CT."""
    codings = tuple(Coding(system="http://snomed.info/sct", code=code) for code in codes)
    item = Item(type=type_name, place="", title=title, codes=codings, **more)
    return Fact(document=document, item=item)


def measured(
    number: str,
    day: str | None = "2026-11-01",
    *,
    unit: str | None = "%",
    comparator: str | None = None,
    **more: object,
) -> Fact:
    """Return a value of HbA1c."""
    item = Item(
        type="Observation",
        place="",
        title="HbA1c",
        codes=(Coding(system=LOINC, code="4548-4"),),
        date=day,
        quantity=Quantity(number=number, unit=unit, comparator=comparator),
        **{"status": "final", **more},
    )
    return Fact(document="d_lab", item=item)
