# SPDX-License-Identifier: Apache-2.0
"""Papers of claims, made by hand for tests of single rules."""

from healthvault.claims.evidence import Record
from healthvault.claims.money import Amount, exactly
from healthvault.claims.paper import Amounts, Line, Paper, Role
from healthvault.records.statements import Coding

__all__ = ["CLINIC", "eur", "line", "paper", "visit"]

CLINIC = "Lakeside Family Practice"
_WHOLE = Amounts()


def eur(number: str | None) -> Amount:
    """Return an amount in EUR."""
    return exactly(number, "EUR")


def line(day: str | None = "2026-03-10", code: str = "99213", **amounts: str) -> Line:
    """Return a service, with amounts in EUR by name; `modifier` and `quantity` too."""
    modifier, quantity = amounts.pop("modifier", None), amounts.pop("quantity", None)
    return Line(
        number=1,
        date=day,
        until=day,
        codes=(Coding(system="", code=code),),
        modifiers=(modifier,) if modifier else (),
        quantity=quantity,
        amounts=money(**amounts),
    )


def money(**amounts: str) -> Amounts:
    """Return amounts in EUR by name; the patient's share is a whole one."""
    found = {name: eur(number) for name, number in amounts.items()}
    return Amounts(**found, patient_is_whole="patient" in found)


def paper(id: str = "4711", *lines: Line, role: Role = Role.EOB, seq: int = 1, **more: object) -> Paper:  # noqa: A002
    """Return a paper of the clinic and of Sun Insurance, in a document named after its entry."""
    told = {"providers": (CLINIC,), "insurers": ("Sun Insurance",), "status": "active", **more}
    stated = told.pop("stated", None)
    amounts = money(**stated) if isinstance(stated, dict) else Amounts()
    return Paper(
        role=role, id=id, document=f"d_{seq}", seq=seq, place=f"entry[{seq}]", lines=lines, stated=amounts, **told
    )


def visit(when: str, provider: str = CLINIC, type: str = "Encounter", **more: object) -> Record:  # noqa: A002
    """Return the record of a visit."""
    digest = f"{when}{provider}{type}".encode()
    return Record(
        type=type, document=f"d_{when[:10]}", date=when, providers=(provider,) if provider else (), digest=digest,
        **more,
    )  # fmt: skip
