# SPDX-License-Identifier: Apache-2.0
"""Loggers' CSV files: units and zones are told or given, never guessed; a bad row is named."""

import pytest

from healthvault.errors import FormatError
from healthvault.supply.cold import Series
from healthvault.supply.logger import Assumed, parse_logger

UTC_CEL = Assumed(unit="CEL", zone="Z")


def read(text: str, assumed: Assumed = Assumed()) -> Series:  # noqa: B008 - a frozen value
    """Return the readings of a text."""
    return parse_logger(text.encode(), assumed)


@pytest.mark.parametrize(
    "text",
    [
        "time,temperature (°C)\n2023-04-10T11:30:00Z,4.5\n",
        "\ufefftimestamp,serial,Temp_C\r\n2023-04-10T13:30:00+02:00,A7,4.5\r\n",
        "Date/Time UTC;Temperature [CEL]\n2023-04-10 11:30:00;4,5\n",
        "time\ttemperature C\n2023-04-10T11:30Z\t4.5\n\n",
        '"time","temperature_CEL","humidity"\n"2023-04-10T11:30:00Z","4.5","40"\n',
    ],
)
def test_units_and_zones_in_the_file(text: str) -> None:
    """In headings and in times, with other columns beside them."""
    (sample,) = read(text).samples
    assert (1681126200000, "4.5 CEL") == (sample.at_ms, sample.temperature and sample.temperature.text)


def test_what_is_not_told_is_not_known_until_it_is_given() -> None:
    """No unit, no zone, a unit that nobody knows: no reading; the option does not overrule the heading."""
    bare = "time,temperature\n2023-04-10T11:30:00,4.5\n"
    assert ((), 1) == (read(bare).samples, read(bare).unplaced)
    assert 1 == read(bare, Assumed(unit="CEL")).unplaced
    assert 1 == read(bare, Assumed(zone="Z")).unplaced
    assert 1 == len(read(bare, UTC_CEL).samples)
    strange = "time,temperature (XYZ)\n2023-04-10T11:30:00Z,4.5\n"
    assert 1 == read(strange, UTC_CEL).unplaced
    (sample,) = read("time,temp F\n2023-04-10T11:30:00Z,40\n", UTC_CEL).samples
    assert "40 FAH" == (sample.temperature and sample.temperature.text)


def test_an_empty_cell_is_a_reading_that_is_not_known() -> None:
    """And not the one before."""
    text = "time,temp C\n2023-04-10T11:30:00Z,4.5\n2023-04-10T11:40:00Z,\n"
    assert [True, False] == [sample.temperature is not None for sample in read(text).samples]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1"),
        ("a,b\n1,2\n", "line 1"),
        ("time,temp1,temp2\n", "line 1"),
        ("time,temp C\n2023-04-10T11:30:00Z,4.5\n04/10/2023 11:40,4.5\n", "line 3"),
        ("time,temp C\n2023-04-10T11:30:00Z,ERR\n", "line 2"),
        ("time,temp C\n2023-04-10T11:30:00Z\n", "line 2"),
        ("time,temp C\n2023-04-10T11:30:00Z,1e9\n", "line 2"),
        ("time,temp C\n2023-04-10T11:30:00Z,4,5\n2023-04-10T11:30:00Z,'x\n", "line 3"),
    ],
)
def test_a_bad_row_is_named(text: str, said: str) -> None:
    """Ambiguous days, words, missing cells; nothing of the file counts."""
    with pytest.raises(FormatError) as caught:
        read(text)
    assert "bad_logger" == caught.value.code
    assert said in caught.value.message


def test_other_bytes_are_no_logger() -> None:
    """Not UTF-8."""
    with pytest.raises(FormatError, match="UTF-8"):
        parse_logger(b"\xff\xfe", UTC_CEL)
