# SPDX-License-Identifier: Apache-2.0
"""A labelled set of claims with the records behind them: 200 claims, 30 of them wrong, near misses of each sort.

The same seed makes the same set. What each claim comes to is kept apart, as decimal texts, so that totals can be
computed by other means than those that are tested.
"""

import json
import random
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

__all__ = ["CLAIMS", "ClaimsSet", "Said", "make_set"]

CLAIMS = 200
FIRST, DAYS = date(2024, 1, 8), 500
_PROVIDERS = (
    ("Lakeside Family Practice", "LAKESIDE FAMILY PRACTICE LLC"),
    ("Dr. Maria Oliveira", "Oliveira, María MD"),
    ("Northgate General Hospital", "Northgate Gen. Hospital Inc"),
    ("Sunrise Physiotherapy", "Sunrise Physiotherapie"),
    ("Green Cross Pharmacy 12", "GREEN CROSS PHARMACY"),
)
_UNSEEN = "Harbour Dental Rooms"
_INSURERS = ("Sun Insurance", "Second Mutual")
_CODES = ("99213", "99214", "97110", "80053", "71046", "93000")
_CURRENCIES = (("EUR", 2),) * 6 + (("USD", 2),) * 5 + (("JPY", 0), ("BHD", 3))
_SYSTEM = "http://www.ama-assn.org/go/cpt"
_ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Said:
    """What counts of a claim, by its newest word of the insurer."""

    currency: str | None
    billed: Decimal
    allowed: Decimal
    paid: Decimal
    patient: Decimal
    year: int


@dataclass(kw_only=True)
class ClaimsSet:
    """The claims as files, the records as a Bundle, and the truth."""

    papers: list[dict] = field(default_factory=list)
    """FHIR resources; amounts as `@@1.20@@` until `text` writes them."""
    rows: list[list[str]] = field(default_factory=list)
    records: list[dict] = field(default_factory=list)
    said: dict[str, Said] = field(default_factory=dict)
    """By claim id, of those that count."""
    duplicates: set[frozenset[str]] = field(default_factory=set)
    """Pairs of claim ids."""
    phantoms: set[str] = field(default_factory=set)
    wrong: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    """Claims of which nothing can be concluded from missing records."""
    ids: list[str] = field(default_factory=list)

    def bundle(self) -> bytes:
        """Return claims and their answers as a Bundle."""
        return text([*self.papers])

    def record_bundle(self) -> bytes:
        """Return the records as a Bundle."""
        return text(self.records)

    def table(self) -> bytes:
        """Return the insurer's table."""
        header = "Claim ID;Line;Service date;Provider;Insurer;Code;Billed;Allowed;Paid;Patient pays;Currency"
        return ("\n".join([header, *(";".join(row) for row in self.rows)]) + "\n").encode()


def text(resources: list[dict]) -> bytes:
    """Return a Bundle whose numbers are written digit for digit."""
    whole = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in resources]}
    return re.sub(r'"@@(-?[0-9.]+)@@"', r"\1", json.dumps(whole)).encode()


@dataclass(kw_only=True)
class _Bill:
    """One claim before it is written."""

    id: str
    day: date
    provider: str
    code: str
    currency: str | None
    places: int
    billed: Decimal
    allowed: Decimal
    paid: Decimal
    insurer: str = _INSURERS[0]
    quantity: int = 1
    modifier: str | None = None
    status: str = "active"
    created: date | None = None
    prior: str | None = None

    @property
    def patient(self) -> Decimal:
        return self.allowed - self.paid

    def money(self, amount: Decimal) -> dict:
        found: dict = {"value": f"@@{amount:.{self.places}f}@@"}
        return found | ({"currency": self.currency} if self.currency else {})


class _Maker:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.made = ClaimsSet()
        self.number = 0
        self.taken: set[tuple[str, date]] = set()

    # --- what there is ---

    def day(self, provider: str, *, gap: int = 3) -> date:
        """Return a day that is some days away from all others of the provider."""
        while True:
            found = FIRST + timedelta(days=self.random.randrange(DAYS))
            near = {(provider, found + timedelta(days=n)) for n in range(-gap, gap + 1)}
            if not near & self.taken:
                self.taken.add((provider, found))
                return found

    def bill(self, provider: str, day: date, **more: object) -> _Bill:
        self.number += 1
        currency, places = self.random.choice(_CURRENCIES)
        unit = Decimal(1).scaleb(-places)
        billed = (Decimal(self.random.randrange(2_000, 90_000)) / 100).quantize(unit)
        allowed = (billed * self.random.choice((1, Decimal("0.8"), Decimal("0.65")))).quantize(unit)
        paid = (allowed * self.random.choice((1, Decimal("0.9"), Decimal("0.5")))).quantize(unit)
        made = _Bill(id=f"C{self.number:04}", day=day, provider=provider, code=self.random.choice(_CODES),
                     currency=currency, places=places, billed=billed, allowed=allowed, paid=paid)  # fmt: skip
        for name, value in more.items():
            setattr(made, name, value)
        self.made.ids.append(made.id)
        return made

    def again(self, bill: _Bill, **more: object) -> _Bill:
        """Return a copy under another id."""
        other = self.bill(bill.provider, bill.day)
        same = ("code", "currency", "places", "billed", "allowed", "paid", "insurer", "quantity", "modifier")
        for name in same:
            setattr(other, name, getattr(bill, name))
        for name, value in more.items():
            setattr(other, name, value)
        return other

    # --- what is written ---

    def visit(self, provider: str, when: str, code: str | None = None) -> None:
        """Write the record of a visit."""
        number = len(self.made.records)
        made: dict = {"resourceType": "Encounter", "id": f"r{number}", "status": "finished",
                      "period": {"start": when}, "serviceProvider": {"display": provider}}  # fmt: skip
        if code:
            made["type"] = [{"coding": [{"system": _SYSTEM, "code": code}]}]
        self.made.records.append(made)

    def dispense(self, provider: str, day: date) -> None:
        """Write the record of a dispense."""
        number = len(self.made.records)
        self.made.records.append(
            {"resourceType": "MedicationDispense", "id": f"r{number}", "status": "completed",
             "medicationCodeableConcept": {"coding": [{"code": "860975"}]}, "whenHandedOver": day.isoformat(),
             "performer": [{"actor": {"display": provider}}]})  # fmt: skip

    def write(self, bill: _Bill, *, eob: bool = True, says: bool = True, **changed: object) -> None:
        """Write a Claim, and the explanation that answers it; what the latter says counts."""
        concept = {"coding": [{"system": _SYSTEM, "code": bill.code}]}
        line: dict = {"sequence": 1, "productOrService": concept, "servicedDate": bill.day.isoformat(),
                      "quantity": {"value": bill.quantity},
                      "net": bill.money(bill.billed)}  # fmt: skip
        if bill.modifier:
            line["modifier"] = [{"coding": [{"code": bill.modifier}]}]
        claim = {"resourceType": "Claim", "id": bill.id, "status": bill.status, "use": "claim",
                 "created": (bill.created or bill.day).isoformat(), "insurer": {"display": bill.insurer},
                 "provider": {"display": bill.provider}, "item": [line],
                 "total": bill.money(bill.billed)}  # fmt: skip
        if bill.prior:
            relation = {"coding": [{"code": "prior"}]}
            claim["related"] = [{"claim": {"reference": f"Claim/{bill.prior}"}, "relationship": relation}]
        self.made.papers.append(claim)
        if eob:
            self.made.papers.append(self.explanation(bill, line, **changed))
            if says:
                self.count(bill, **changed)
        elif says:
            self.made.said[bill.id] = Said(currency=bill.currency, billed=bill.billed, allowed=_ZERO, paid=_ZERO,
                                           patient=_ZERO, year=bill.day.year)  # fmt: skip

    def explanation(self, bill: _Bill, line: dict, **changed: object) -> dict:
        amounts = {"submitted": bill.billed, "eligible": bill.allowed, "benefit": bill.paid,
                   "memberliability": bill.patient} | changed  # fmt: skip
        lines = {**amounts, **{name.removeprefix("line_"): value for name, value in changed.items()
                               if name.startswith("line_")}}  # fmt: skip
        told = [{"category": {"coding": [{"code": name}]}, "amount": bill.money(amounts[name])}
                for name in ("submitted", "eligible", "benefit", "memberliability")]  # fmt: skip
        own = [{"category": {"coding": [{"code": name}]}, "amount": bill.money(lines[name])}
               for name in ("eligible", "benefit", "memberliability")]  # fmt: skip
        return {"resourceType": "ExplanationOfBenefit", "id": f"E{bill.id}", "status": bill.status, "use": "claim",
                "created": ((bill.created or bill.day) + timedelta(days=12)).isoformat(),
                "insurer": {"display": bill.insurer}, "provider": {"display": bill.provider},
                "claim": {"reference": f"Claim/{bill.id}"}, "total": told,
                "item": [{**line, "net": bill.money(lines["submitted"]), "adjudication": own}]}  # fmt: skip

    def count(self, bill: _Bill, **changed: object) -> None:
        amounts = {"submitted": bill.billed, "eligible": bill.allowed, "benefit": bill.paid,
                   "memberliability": bill.patient} | changed  # fmt: skip
        self.made.said[bill.id] = Said(
            currency=bill.currency, billed=amounts["submitted"], allowed=amounts["eligible"],
            paid=amounts["benefit"], patient=amounts["memberliability"], year=bill.day.year)  # fmt: skip

    def row(self, bill: _Bill) -> None:
        """Write it as a row of the insurer's table."""
        amounts = (bill.billed, bill.allowed, bill.paid, bill.patient)
        shown = [f"{amount:.{bill.places}f}".replace(".", ",") for amount in amounts]
        self.made.rows.append([bill.id, "1", bill.day.isoformat(), bill.provider, bill.insurer, bill.code, *shown,
                               bill.currency or ""])  # fmt: skip
        self.count(bill)

    def ordinary(self, **more: object) -> _Bill:
        """Write a visit, and return the claim for it."""
        provider, _ = self.random.choice(_PROVIDERS[:4])
        bill = self.bill(provider, self.day(provider), **more)
        self.visit(provider, bill.day.isoformat(), bill.code)
        return bill


def make_set(seed: int) -> ClaimsSet:
    """Return 200 claims: 10 duplicates, 10 phantoms, 10 wrong amounts, near misses, and ordinary ones."""
    maker = _Maker(seed)
    for _ in range(40):  # the vault knows these providers well
        provider, _other = maker.random.choice(_PROVIDERS)
        maker.visit(provider, maker.day(provider).isoformat())
    _duplicates(maker)
    _wrong(maker)
    _near_duplicates(maker)
    _near_amounts(maker)
    _near_phantoms(maker)
    _phantoms(maker)
    while maker.number < CLAIMS:
        bill = maker.ordinary()
        if maker.random.random() < 0.3 and bill.places < 3:
            maker.row(bill)
        else:
            maker.write(bill, eob=maker.random.random() < 0.9)
    maker.random.shuffle(maker.made.records)
    return maker.made


def _duplicates(maker: _Maker) -> None:
    for number in range(10):
        first = maker.ordinary()
        maker.write(first)
        other = dict(_PROVIDERS)[first.provider] if number % 3 == 2 else first.provider  # spelled in another way
        created = first.day + timedelta(days=maker.random.randrange(2, 20))
        again = maker.again(first, provider=other, created=created)
        maker.write(again)
        maker.made.duplicates.add(frozenset({first.id, again.id}))


def _wrong(maker: _Maker) -> None:
    for number in range(10):
        bill = maker.ordinary(currency="EUR", places=2)
        for name in ("billed", "allowed", "paid"):
            setattr(bill, name, getattr(bill, name).quantize(Decimal("0.01")))
        cents = Decimal(maker.random.randrange(1, 5_000)) / 100
        changed = (
            {"submitted": bill.billed + cents},  # not what was billed
            {"line_benefit": bill.paid - cents},  # the lines do not add up
            {"benefit": bill.allowed + cents, "line_benefit": bill.allowed + cents},  # more than is allowed
            {"memberliability": bill.patient + cents, "line_memberliability": bill.patient + cents},
        )[number % 4]
        maker.write(bill, **changed)
        maker.made.wrong.add(bill.id)


def _near_duplicates(maker: _Maker) -> None:
    for number in range(4):  # two visits on one day, both recorded
        provider, _ = _PROVIDERS[number % 4]
        first = maker.bill(provider, maker.day(provider))
        for hour in ("09:10", "16:40"):
            maker.visit(provider, f"{first.day}T{hour}:00+01:00", first.code)
        maker.write(first)
        maker.write(maker.again(first))
    pharmacy, start = _PROVIDERS[4][0], maker.day(_PROVIDERS[4][0])
    refill = maker.bill(pharmacy, start, code="860975")
    for month in range(6):  # the same medicine, month by month
        day = start + timedelta(days=30 * month)
        bill = refill if month == 0 else maker.again(refill, day=day)
        maker.dispense(pharmacy, day)
        maker.write(bill)
    for _ in range(3):  # a corrected claim in the place of an older one
        old = maker.ordinary()
        maker.write(old, says=False)
        maker.write(maker.again(old, created=old.day + timedelta(days=20), prior=old.id))
    for _ in range(3):  # cancelled, then billed anew
        old = maker.ordinary(status="cancelled")
        maker.write(old, says=False)
        maker.write(maker.again(old, status="active", created=old.day + timedelta(days=9)))
    for _ in range(3):  # left and right
        left = maker.ordinary(modifier="LT")
        maker.write(left)
        maker.write(maker.again(left, modifier="RT"))
    for _ in range(3):  # the rest is billed to a second insurer
        first = maker.ordinary()
        maker.write(first)
        maker.write(maker.again(first, insurer=_INSURERS[1]))


def _near_amounts(maker: _Maker) -> None:
    for _ in range(4):  # two units on one line
        bill = maker.ordinary(quantity=2)
        maker.write(bill)
    for _ in range(3):  # refused: nothing is paid, everything is left to the patient
        bill = maker.ordinary()
        bill.paid = _ZERO.quantize(Decimal(1).scaleb(-bill.places))
        maker.write(bill)
    for _ in range(4):  # nobody says in which currency
        bill = maker.ordinary(currency=None)
        maker.write(bill)
    for _ in range(4):  # the same explanation came in two files
        bill = maker.ordinary()
        maker.write(bill)
        maker.made.papers.append(maker.made.papers[-1])
    for _ in range(3):  # the claim alone, which nobody has answered yet
        maker.write(maker.ordinary(), eob=False)


def _near_phantoms(maker: _Maker) -> None:
    for number in range(6):  # billed under the day after
        provider, _ = _PROVIDERS[number % 4]
        day = maker.day(provider)
        maker.visit(provider, day.isoformat())
        maker.write(maker.bill(provider, day + timedelta(days=1)))
    for number in range(4):  # late in the evening, in another zone
        provider, _ = _PROVIDERS[number % 4]
        day = maker.day(provider)
        maker.visit(provider, f"{day}T23:30:00-05:00")
        maker.write(maker.bill(provider, day + timedelta(days=1)))
    for number in range(8):  # the insurer spells the provider in its own way
        provider, other = _PROVIDERS[number % 4]
        day = maker.day(provider)
        maker.visit(provider, day.isoformat())
        maker.write(maker.bill(other, day))
    for number in range(6):  # years of which the vault holds nothing
        provider, _ = _PROVIDERS[number % 4]
        bill = maker.bill(provider, date(2019, 3 + number, 5))
        maker.write(bill)
        maker.made.unknown.add(bill.id)
    for number in range(5):  # a provider of whom the vault holds nothing
        bill = maker.bill(_UNSEEN, FIRST + timedelta(days=60 + 40 * number), code="D1110")
        maker.write(bill)
        maker.made.unknown.add(bill.id)


def _phantoms(maker: _Maker) -> None:
    for number in range(10):
        provider, other = _PROVIDERS[number % 4]
        bill = maker.bill(other if number % 3 == 0 else provider, maker.day(provider, gap=4))
        if number % 4 == 0:  # she was somewhere else that day
            maker.dispense("Green Cross Pharmacy 12", bill.day)
        maker.write(bill)
        maker.made.phantoms.add(bill.id)
