# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.cli.values: what a stranger wrote, in a table for spreadsheets."""

import csv

from healthvault.cli.values import value_rows
from healthvault.records.statements import Item, Quantity
from healthvault.vault.export_values import StatedValue


def test_no_cell_acts() -> None:
    """No word of a file starts a formula or moves a terminal; a number stays as it was written."""
    hostile = "=1+1\x1b[2J"
    item = Item(type=hostile, place=hostile, title=hostile, status=hostile, date=hostile,
                quantity=Quantity(number="-5.10", unit=hostile))  # fmt: skip
    header, row = csv.reader(value_rows([StatedValue(document="d_1", item=item, is_owners=True)]))
    cells = dict(zip(header, row, strict=True))
    assert {"'=1+1\\x1b[2J"} == {cells[name] for name in ("type", "place", "title", "status", "date", "unit")}
    assert "-5.10" == cells["number"]
