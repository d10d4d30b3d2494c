# SPDX-License-Identifier: Apache-2.0
"""Uses of her identity that she may not know of: three among sixty claims, and what is none."""

from datetime import date, timedelta

from healthvault.claims.checking import check
from healthvault.claims.evidence import Record
from healthvault.claims.joining import join
from healthvault.claims.paper import Paper
from healthvault.claims.suspects import Mixed, Suspect, find_suspects
from tests.claim_papers import CLINIC, line, paper, visit

FIRST = date(2026, 1, 5)
OTHER = "Northgate General Hospital"
MAX_FALSE_ALARMS = 2


def suspects(papers: list[Paper], records: list[Record], *mixed: Mixed) -> list[Suspect]:
    """Return what may be another's doing."""
    cases = join(papers)
    return list(find_suspects(cases, records, check(cases, records).findings, mixed))


def sixty() -> tuple[list[Paper], list[Record]]:
    """Return 60 claims with the visits behind 57 of them: three were never made."""
    papers, records = [], []
    for number in range(57):
        day = (FIRST + timedelta(days=4 * number)).isoformat()
        who = OTHER if number % 3 == 0 else CLINIC
        papers.append(paper(f"C{number}", line(day, billed=f"{20 + number}"), seq=number + 1, providers=(who,)))
        records.append(visit(day, who))
    for number, who in enumerate((CLINIC, OTHER, "Harbour Dental Rooms")):
        day = (FIRST + timedelta(days=42 + 40 * number)).isoformat()
        papers.append(paper(f"P{number}", line(day, billed="99"), seq=100 + number, providers=(who,)))
    return papers, records


def test_three_phantoms_among_sixty_claims() -> None:
    """All three are listed, each with a reason and its document; at most two others."""
    found = suspects(*sixty())
    about = {each.about for each in found}
    assert {"P0", "P1", "P2"} <= about
    assert len(about - {"P0", "P1", "P2"}) <= MAX_FALSE_ALARMS
    assert all(each.reason and each.documents and each.day for each in found)
    assert ["phantom_claim", "phantom_claim", "unknown_provider"] == sorted(
        each.suspicion.value for each in found if each.about in {"P0", "P1", "P2"}
    )


def test_a_visit_that_nothing_else_explains() -> None:
    """A claim or another record of the provider explains it; a copy of itself does not."""
    alone = visit("2026-03-10", "Harbour Dental Rooms")
    (found,) = suspects([], [alone, alone, visit("2026-03-11"), visit("2026-04-11")])
    assert ("unknown_provider", "doubtful", "d_2026-03-10") == (
        found.suspicion.value, found.confidence.value, found.about)  # fmt: skip
    assert [] == suspects(
        [], [alone, visit("2026-05-01", "Harbour Dental"), visit("2026-03-11"), visit("2026-04-11")]
    )
    bill = paper("1", line(billed="5"), providers=("Harbour Dental Rooms",))
    assert [] == suspects([bill], [alone])


def test_documents_that_name_two_people_in_one() -> None:
    """They come first, with the reasons of the rules of identity."""
    mixed = Mixed(document="d_1", day=None, reasons=("another birth date", "the same number"))
    (found,) = suspects([], [], mixed)
    assert ("mixed_person", "stated", "another birth date; the same number") == (
        found.suspicion.value, found.confidence.value, found.reason)  # fmt: skip


def test_nothing_is_concluded_from_an_empty_vault() -> None:
    """Claims alone, without any record, are no suspects."""
    assert [] == suspects([paper("1", line(billed="5"))], [])
