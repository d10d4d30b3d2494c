# SPDX-License-Identifier: Apache-2.0
"""Tables of insurers as papers."""

from hypothesis import given
from hypothesis import strategies as st

from healthvault.claims.money import shown
from healthvault.claims.paper import Role
from healthvault.claims.table import Table, papers_of_table

HEADER = "Claim ID,Line,Service date,Provider,Code,Billed,Allowed,Paid,Patient pays,Currency,Status\n"


def read(text: str) -> Table | None:
    """Return what a file of this text says."""
    return papers_of_table(text.encode(), document="d_1", seq=1)


def test_a_row_is_a_line_and_a_claim_id_a_paper() -> None:
    """Rows of one claim need not stand together."""
    table = read(
        HEADER
        + "A1,1,2026-03-01,Lakeside,99213,120.00,100.00,80.00,20.00,EUR,paid\n"
        + "B2,1,2026-03-02,Lakeside,99213,50,50,50,0,EUR,paid\n"
        + "A1,2,2026-03-01,Lakeside,80053,30.00,30.00,30.00,0.00,EUR,paid\n"
    )
    assert table is not None
    first, second = table.papers
    assert (Role.TABLE, "A1", "row 2", "2026-03-01") == (first.role, first.id, first.place, first.start)
    assert [1, 2] == [line.number for line in first.lines]
    assert ["120.00 EUR", "30.00 EUR"] == [shown(line.amounts.billed) for line in first.lines]
    assert ("B2", ("Lakeside",)) == (second.id, second.providers)
    assert first.lines[0].amounts.patient_is_whole


def test_what_is_no_table_of_claims() -> None:
    """A claim id, a day of service and an amount are needed; measurements are none."""
    assert read("Date,Steps\n2026-01-01,9000\n") is None
    assert read("Claim ID,Provider,Billed\n1,Lee,2\n") is None
    assert read("Claim ID,Service date,Provider\n1,2026-01-01,Lee\n") is None
    assert read("") is None
    assert papers_of_table(b"\x00\x01\x02", document="d_1", seq=1) is None


def test_headers_in_other_words_and_other_delimiters() -> None:
    """A currency may stand in the header of a column."""
    table = read("claim number;DOS;You owe (EUR);Billed amount EUR\n7;2026-03-13;1.234,50;2.000,00\n")
    assert table is not None
    (line,) = table.papers[0].lines
    assert ("1234.50 EUR", "2000.00 EUR") == (shown(line.amounts.patient), shown(line.amounts.billed))


def test_what_is_ambiguous_is_named_and_unknown() -> None:
    """A day in two ways, a number in two ways, no currency: unknown, and the row is named."""
    table = read("claim,date of service,billed\n7,03/04/2026,1.234\n,2026-01-01,5\n")
    assert table is not None
    (line,) = table.papers[0].lines
    assert line.date is None
    assert "unknown (ambiguous number)" == shown(line.amounts.billed)
    assert ("row 2: the day of service can be read in two ways, or is none", "row 3: no claim id") == table.unread


def test_a_cell_that_is_too_long_ends_the_reading() -> None:
    """No error, and nothing half read."""
    table = read(HEADER + "A," + "x" * 200_000 + "\n")
    assert Table(papers=(), unread=("a cell or a line is too long, or a quote is not closed",)) == table


@given(st.text())
def test_no_text_is_an_error(text: str) -> None:
    """Whatever stands below the header."""
    assert ("\0" in text) == (read(HEADER + text) is None)


@given(st.binary())
def test_no_bytes_are_an_error(data: bytes) -> None:
    """Whatever the file."""
    papers_of_table(data, document="d_1", seq=1)


def test_a_row_with_more_cells_than_the_header_has_no_amounts() -> None:
    """A decimal comma without quotes moves all cells behind it: none of them is believed."""
    table = read("Claim ID,Service Date,Billed (EUR),Paid (EUR)\nA,2026-01-01,12,50,10,00\nB,2026-01-02,5,4,,\n")
    assert table is not None
    assert table.unread == ("row 2: more cells than the header has",)
    amounts = {paper.id: paper.lines[0].amounts for paper in table.papers}
    assert shown(amounts["A"].billed) == shown(amounts["A"].paid) == "unknown (ambiguous number)"
    assert shown(amounts["B"].paid) == "4.00 EUR"


def test_a_quote_that_is_not_closed_is_named() -> None:
    """It would swallow the rows behind it, and their claims, without a word."""
    table = read('Claim ID,Service Date,Billed (EUR),Note\nA,2026-01-01,12,"x\nB,2026-01-02,5,y\n')
    assert table is not None
    assert table.papers == ()
    assert table.unread == ("a cell or a line is too long, or a quote is not closed",)
