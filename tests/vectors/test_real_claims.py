# SPDX-License-Identifier: Apache-2.0
"""The claims of the collection: HL7's examples, Medicare's, Synthea's. Expectations were worked out by hand.

HL7's EB3500 states totals that are not those of its lines, and its ClaimResponse another benefit: that is found.
Synthea writes payments with parts of a cent: those stay unknown.
"""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from healthvault.claims.checking import Checked, check
from healthvault.claims.coverage import Coverage, coverage_of
from healthvault.claims.evidence import SERVICES, Record
from healthvault.claims.fhir import paper_of, written
from healthvault.claims.joining import Case, join
from healthvault.claims.money import shown
from healthvault.claims.paper import AMOUNTS, Paper, Person
from healthvault.claims.totals import amounts_of, totals
from healthvault.records.reading import read
from healthvault.records.sense import sense_of
from healthvault.records.statements import Item, Resource

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="shared vectors are not here")

FILES = (
    "Claim-100150", "Claim-660152", "ClaimResponse-R3500", "Coverage-9876B1", "Coverage-SP1234",
    "ExplanationOfBenefit-EB3500", "bfd-coverageRead", "bfd-eobReadCarrier", "bfd-eobReadPde",
)  # fmt: skip


def stated(names: Sequence[str]) -> Iterator[Paper | Coverage | Record]:
    """Yield the claims, coverages and records that the real readers find in files."""
    for seq, name in enumerate(names):
        data = (DATA / f"{name}.json").read_bytes()
        last: Resource | None = None
        for each in read(io.BytesIO(data), name=name, size_bytes=len(data)):
            if isinstance(each, Resource):
                last = each
            elif isinstance(each, Item) and last is not None:
                resource = written(last.content)
                found = coverage_of(resource, name) or paper_of(
                    resource, document=name, seq=seq, place=each.place, person=Person.OWNER, digest=each.digest
                )
                if found is not None:
                    yield found
                elif each.type in SERVICES and each.date:
                    yield record_of(each, name)


def record_of(item: Item, name: str) -> Record:
    """Return what says that something was done."""
    who = tuple(filter(None, (item.source, item.author)))
    return Record(
        type=item.type,
        document=name,
        date=item.date or "",
        until=item.until,
        status=item.status,
        providers=who,
        codes=item.codes,
        digest=sense_of(item),
    )


def checked(names: Sequence[str]) -> tuple[tuple[Case, ...], Checked]:
    """Return cases, and what the rules say of them."""
    found = list(stated(names))
    cases = join(each for each in found if isinstance(each, Paper))
    records = [each for each in found if isinstance(each, Record)]
    return cases, check(cases, records, [each for each in found if isinstance(each, Coverage)])


def test_the_examples_are_four_claims() -> None:
    """100150 with its response and its explanation is one, and each amount is that of the facts in the README."""
    cases, _ = checked([f"claims/{name}" for name in FILES])
    found = {case.label: tuple(shown(getattr(amounts_of(case), name)) for name in AMOUNTS) for case in cases}
    assert {
        "100150": ("135.57 USD", "135.57 USD", "96.00 USD", "10.00 USD"),
        "660152": ("235.40 USD", "", "", ""),
        "carrier-9991831999": ("75.00 USD", "47.84 USD", "199.99 USD", "9.57 USD"),
        "pde-89": ("", "", "126.99 USD", "235.85 USD"),
    } == found


def test_the_totals_are_those_of_the_facts() -> None:
    """EB3500: submitted 135.57, benefit 96.00; with the vision claim of the same year 370.97."""
    cases, _ = checked([f"claims/{name}" for name in FILES])
    (alone,) = totals(case for case in cases if case.label == "100150").by_currency
    assert ("USD", 13557, 9600) == (alone.currency, alone.sums["billed"], alone.sums["paid"])
    (year,) = totals(cases, 2014).by_currency
    assert (13557 + 23540, 9600) == (year.sums["billed"], year.sums["paid"])


def test_what_is_found_in_them() -> None:
    """Seven things, all of them there to be seen by eye; of missing records nothing is concluded."""
    _, found = checked([f"claims/{name}" for name in FILES])
    expected = [
        ("100150", "the explanation of benefits says that 96.00 USD is paid, the insurer's response 90.47 USD"),
        ("100150", "the service is of 2014-08-16, the insurance that it names held 2011-05-23 to 2012-05-23"),
        ("100150", "the insurer's response says a benefit of 90.47 USD and a payment of 100.47 USD"),
        ("100150", "the lines of the explanation of benefits add up to 276.00 USD paid, its total says 96.00 USD"),
        (
            "100150",
            "the lines of the explanation of benefits add up to 335.57 USD billed, its total says 135.57 USD",
        ),
        ("660152", "the service is of 2014-08-16, the insurance that it names held 2011-05-23 to 2012-05-23"),
        (
            "carrier-9991831999",
            "the explanation of benefits says a benefit of 37.50 USD and a payment of 199.99 USD",
        ),
    ]
    assert sorted(expected) == sorted((each.claim, each.reason) for each in found.findings)
    assert {"no records of that time"} == {each.reason for each in found.unjudged}


@pytest.mark.parametrize(
    ("name", "claims", "billed"),
    [("Fannie_Waelchi", 1, 12916), ("Myles_Hoppe", 9, 103870), ("Trey_Gibson", 127, 2366353)],
)
def test_whole_synthetic_patients(name: str, claims: int, billed: int) -> None:
    """Every claim has its record, none is found to be wrong; what is not whole cents is unknown."""
    cases, found = checked([f"fhir/synthea/{name}.r4"])
    assert claims == len(cases)
    assert ((), ()) == (found.findings, found.unjudged)
    added = totals(cases)
    assert [("USD", billed)] == [(total.currency, total.sums["billed"]) for total in added.by_currency]
    assert {"too many decimals"} >= set(added.unclear["paid"])
