# SPDX-License-Identifier: Apache-2.0
"""A FHIR Claim, ClaimResponse or ExplanationOfBenefit (R4, and STU3 where its fields are the same) as a paper.

Takes resources whose numbers are as they were written. Details below a line are parts of it, and not added to it.
Spec: docs/spec/claims.md section 1.2.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import cast

from healthvault.claims.fhir_money import adjudicated, codes_in, money_at
from healthvault.claims.paper import Amounts, Line, Paper, Person, Role
from healthvault.records.dates import from_iso
from healthvault.records.json_written import Number, Written, list_at, map_at, number_at, string_at
from healthvault.records.statements import Coding

__all__ = ["ROLES", "paper_of", "reference_id", "written"]

MAX_LINES = 2000
MAX_FEW = 20  # identifiers, references, coverages that are looked at
ROLES = {"ExplanationOfBenefit": Role.EOB, "ClaimResponse": Role.RESPONSE, "Claim": Role.CLAIM}
_REFERENCE = re.compile(r"(?:^|/)([A-Z][A-Za-z]+)/([^/#]+)(?:/_history/[^/]*)?$")
_URN = re.compile(r"urn:(?:uuid|oid):(.+)")
_REPLACED = frozenset({"prior", "replaces", "replacement", "corrects", "correction", "adjustment"})


def written(content: bytes) -> Written:
    """Return a resource (JSON in UTF-8, as a reader gave it) with every number as it was written.

    Raises:
        ValueError: It is no JSON, or nested too deep.
    """
    try:
        return cast("Written", json.loads(content, parse_float=Number, parse_int=Number))
    except RecursionError as err:
        raise ValueError("nested too deep") from err


def paper_of(
    resource: Written, *, document: str, seq: int, place: str, person: Person, digest: bytes | None
) -> Paper | None:
    """Return what a resource (unverified) says of a claim; None if it is of another type."""
    role = ROLES.get(string_at(resource, "resourceType") or "")
    if role is None:
        return None
    period = map_at(resource, "billablePeriod")
    asked = ("claim",) if role is Role.EOB else ("request",)
    return Paper(
        role=role,
        document=document,
        seq=seq,
        place=place,
        id=string_at(resource, "id") or "",
        identifiers=_identifiers(list_at(resource, "identifier")),
        claims=() if role is Role.CLAIM else _ids([map_at(resource, *asked)]),
        responses=_ids([map_at(resource, "claimResponse")]) if role is Role.EOB else (),
        claim_identifiers=() if role is Role.CLAIM else _identifiers([map_at(resource, *asked, "identifier")]),
        replaces=_replaced(resource),
        status=string_at(resource, "status"),
        use=_word(resource, "use"),
        created=from_iso(string_at(resource, "created")),
        start=from_iso(string_at(period, "start")),
        end=from_iso(string_at(period, "end")),
        providers=_names(resource, "provider", "organization", "requestor", "facility"),
        insurers=_names(resource, "insurer"),
        coverages=_ids([map_at(each, "coverage") for each in list_at(resource, "insurance")]),
        person=person,
        lines=tuple(_lines(resource, role)),
        stated=_stated(resource, role),
        payment=money_at(resource, "payment", "amount"),
        is_adjusted=bool(map_at(resource, "payment", "adjustment")),
        digest=digest,
    )


def reference_id(reference: str) -> str:
    """Return the id that a reference ends with: of `Claim/7`, a URL or a `urn:uuid:`; empty if there is none."""
    match = _REFERENCE.search(reference)
    if match:
        return match.group(2)
    urn = _URN.fullmatch(reference)
    return urn.group(1) if urn else ""


def _lines(resource: Written, role: Role) -> Iterator[Line]:
    for item in list_at(resource, "item")[:MAX_LINES]:
        period = map_at(item, "servicedPeriod")
        date = from_iso(string_at(item, "servicedDate") or string_at(period, "start"))
        concept = map_at(item, "productOrService") or map_at(item, "service")
        net = money_at(item, "net")
        yield Line(
            number=_whole(number_at(item, "sequence") or number_at(item, "itemSequence")),
            date=date,
            until=from_iso(string_at(period, "end")) or date,
            codes=_codings(concept),
            modifiers=tuple(sorted(code for each in list_at(item, "modifier") for code in codes_in(each))),
            description=string_at(concept, "text") or _display(concept),
            quantity=number_at(item, "quantity", "value"),
            amounts=adjudicated(list_at(item, "adjudication"), None if role is Role.RESPONSE else net),
        )


def _stated(resource: Written, role: Role) -> Amounts:
    """Return the totals; those of STU3 are members of their own."""
    billed = money_at(resource, "totalCost")
    if role is Role.CLAIM:
        return Amounts(billed=money_at(resource, "total"))
    totals = adjudicated(list_at(resource, "total"), billed)
    paid = totals.paid if totals.paid is not None else money_at(resource, "totalBenefit")
    return Amounts(
        billed=totals.billed,
        allowed=totals.allowed,
        paid=paid,
        patient=totals.patient,
        patient_is_whole=totals.patient_is_whole,
    )


def _codings(concept: Written) -> tuple[Coding, ...]:
    found = []
    for coding in list_at(concept, "coding")[:MAX_FEW]:
        code = string_at(coding, "code")
        if code is not None:
            found.append(Coding(system=string_at(coding, "system") or "", code=code))
    return tuple(found)


def _display(concept: Written) -> str | None:
    return next((text for each in list_at(concept, "coding") if (text := string_at(each, "display"))), None)


def _identifiers(entries: Sequence[Written]) -> tuple[Coding, ...]:
    return tuple(
        Coding(system=string_at(each, "system") or "", code=value)
        for each in entries[:MAX_FEW]
        if (value := string_at(each, "value")) is not None
    )


def _ids(references: Sequence[Written]) -> tuple[str, ...]:
    found = [reference_id(string_at(each, "reference") or "") for each in references[:MAX_FEW]]
    return tuple(dict.fromkeys(each for each in found if each))


def _replaced(resource: Written) -> tuple[str, ...]:
    prior = [
        map_at(each, "claim")
        for each in list_at(resource, "related")
        if _REPLACED & set(codes_in(map_at(each, "relationship")))
    ]
    return _ids(prior)


def _names(resource: Written, *fields: str) -> tuple[str, ...]:
    """Return how somebody is called: a name, else a number; never a bare reference."""
    found: list[str] = []
    for name in fields:
        who = map_at(resource, name)
        found += [text for text in (string_at(who, "display"), string_at(who, "identifier", "value")) if text]
    return tuple(dict.fromkeys(found))


def _word(resource: Written, name: str) -> str | None:
    """Return a code; STU3 has it in a concept."""
    return string_at(resource, name) or next(iter(codes_in(map_at(resource, name))), None)


def _whole(digits: str | None) -> int | None:
    return int(digits) if digits and digits.isascii() and digits.isdigit() and len(digits) < 10 else None
