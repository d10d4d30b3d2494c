# SPDX-License-Identifier: Apache-2.0
"""The rules against claims whose truth is known: precision and recall, and totals by other means."""

import io
import os
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

import pytest

from healthvault.claims.checking import Checked, check
from healthvault.claims.evidence import SERVICES, Record
from healthvault.claims.fhir import paper_of, written
from healthvault.claims.findings import Rule
from healthvault.claims.joining import Case, join
from healthvault.claims.money import decimals_of
from healthvault.claims.paper import AMOUNTS, Paper, Person
from healthvault.claims.table import papers_of_table
from healthvault.claims.totals import totals
from healthvault.records.reading import read
from healthvault.records.sense import sense_of
from healthvault.records.statements import Item, Resource
from tests.claims_set import CLAIMS, ClaimsSet, make_set

FLOOR = 0.95
SEEDS = tuple(range(1, 1 + int(os.environ.get("HV_TEST_CLAIM_SEEDS", "6"))))
RULES = (Rule.DUPLICATE, Rule.PHANTOM, Rule.AMOUNT_DIFFERS)


def papers(made: ClaimsSet) -> Iterator[Paper]:
    """Yield what the real readers find in the files of a set."""
    data = made.bundle()
    last: Resource | None = None
    for statement in read(io.BytesIO(data), name="claims.json", size_bytes=len(data)):
        if isinstance(statement, Resource):
            last = statement
        elif isinstance(statement, Item) and last is not None:
            found = paper_of(written(last.content), document="d_claims", seq=1, place=statement.place,
                             person=Person.OWNER, digest=statement.digest)  # fmt: skip
            if found is not None:
                yield found
    table = papers_of_table(made.table(), document="d_table", seq=2)
    assert table is not None
    assert () == table.unread
    yield from table.papers


def records(made: ClaimsSet) -> Iterator[Record]:
    """Yield what the real readers find in the records of a set."""
    data = made.record_bundle()
    for statement in read(io.BytesIO(data), name="records.json", size_bytes=len(data)):
        if isinstance(statement, Item) and statement.type in SERVICES and statement.date:
            names = tuple(name for name in (statement.source, statement.author) if name)
            yield Record(type=statement.type, document="d_records", date=statement.date, until=statement.until,
                         status=statement.status, providers=names, codes=statement.codes,
                         digest=sense_of(statement))  # fmt: skip


@cache
def judged(seed: int) -> tuple[ClaimsSet, tuple[Case, ...], Checked]:
    """Return a set, its cases, and what the rules say."""
    made = make_set(seed)
    cases = join(papers(made))
    return made, cases, check(cases, list(records(made)))


def found_and_true(seed: int, rule: Rule) -> tuple[set, set]:
    """Return what a rule found, and what is wrong indeed."""
    made, _, checked = judged(seed)
    findings = [each for each in checked.findings if each.rule is rule]
    if rule is Rule.DUPLICATE:
        return {frozenset({each.claim, *each.claims}) for each in findings}, made.duplicates
    truth = made.phantoms if rule is Rule.PHANTOM else made.wrong
    return {each.claim for each in findings}, truth


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.value)
def test_precision_and_recall(rule: Rule, capsys: pytest.CaptureFixture[str]) -> None:
    """At least 0.95 each, in every set, of 200 claims with 10 of each sort that is wrong."""
    for seed in SEEDS:
        found, truth = found_and_true(seed, rule)
        assert 10 == len(truth)
        precision = len(found & truth) / len(found) if found else 0.0
        recall = len(found & truth) / len(truth)
        with capsys.disabled():
            print(f"\n  set {seed}, {rule.value}: precision {precision:.3f}, recall {recall:.3f}", end="")
        assert precision >= FLOOR, sorted(map(str, found - truth))
        assert recall >= FLOOR, sorted(map(str, truth - found))


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_concluded_where_there_are_no_records(seed: int) -> None:
    """Times and providers that the vault does not know are unknown, and said to be."""
    made, _, checked = judged(seed)
    assert made.unknown == {each.claim for each in checked.unjudged}


@pytest.mark.parametrize("seed", SEEDS)
def test_each_claim_is_one_case(seed: int) -> None:
    """Claims, explanations and rows of a table are 200 claims together."""
    made, cases, _ = judged(seed)
    assert CLAIMS == len(set(made.ids)) == len(cases)
    assert set(made.ids) == {case.label for case in cases}


@pytest.mark.parametrize("year", [None, 2019, 2024, 2025])
@pytest.mark.parametrize("seed", SEEDS)
def test_totals_are_those_of_another_computation(seed: int, year: int | None) -> None:
    """Decimal sums of what the generator wrote down equal the integers of the program, each currency apart."""
    made, cases, _ = judged(seed)
    expected: dict[tuple[str, str], Decimal] = {}
    for said in made.said.values():
        if said.currency is not None and year in {None, said.year}:
            for name in AMOUNTS:
                key = (said.currency, name)
                expected[key] = expected.get(key, Decimal(0)) + getattr(said, name)
    found = totals(cases, year)
    got = {
        (total.currency, name): Decimal(total.sums[name]) / 10 ** decimals_of(total.currency)
        for total in found.by_currency
        for name in AMOUNTS
    }
    assert expected == got
    unclear = sum(said.currency is None and year in {None, said.year} for said in made.said.values())
    assert {"no currency": unclear} == found.unclear["billed"] or unclear == 0


def test_the_same_claims_give_the_same_answer() -> None:
    """Whatever the order in which they come."""
    made, cases, checked = judged(SEEDS[0])
    again = check(join(reversed(list(papers(made)))), list(reversed(list(records(made)))))
    assert checked == again
    assert len(cases) == CLAIMS
