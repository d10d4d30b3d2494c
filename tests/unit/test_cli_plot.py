# SPDX-License-Identifier: Apache-2.0
"""Plots: on a screen, as pictures, and without the libraries that make them."""

import sys
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from healthvault.cli.plot_picture import picture
from healthvault.cli.plot_points import day_number, dots_of, label_text
from healthvault.cli.plot_screen import plotted
from healthvault.errors import InvalidRequest
from healthvault.records.statements import Quantity
from healthvault.vault.content_views import Source
from healthvault.vault.trend import Point, Trend, TrendSeries

HOSTILE = "St. Mary $\\alpha$ \x1b[31m<script>\u202e"


def series(*values: tuple[str | None, Quantity], source: str = "Lab") -> TrendSeries:
    """Return values with their dates."""
    made = Source(id="d_x", title="t", date=None, name=source)
    points = tuple(Point(date=date, quantity=value, status=None, sources=(made,)) for date, value in values)
    return TrendSeries(unit="ug/L", points=points)


VALUES = series(
    ("2020-01-01", Quantity(number="10", low="15", high="50")),
    ("2021-06", Quantity(number="40", low="15", high="60")),
    ("2022-06-01T08:00:00+02:00", Quantity(number="5", comparator="<")),
    ("2023", Quantity(number="30", least="20", most="45", count=9)),
    (None, Quantity(number="1")),
    ("soon", Quantity(number="1")),
    ("2024-01-01", Quantity(number="many")),
)
TREND = Trend(concept="loinc|2276-4", title="Ferritin", series=(VALUES,))


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("0001-01-02", 2.0),
        ("2020", 737425.0),
        ("2020-02", 737456.0),
        ("2020-01-01T12:00:00Z", 737425.5),
        ("x", None),
    ],
)
def test_dates_as_days(date: str, expected: float | None) -> None:
    """As far as they are written."""
    assert expected == day_number(date)


def test_what_has_no_place_is_no_dot() -> None:
    """Without a date or a number; a sum has no smallest and largest."""
    assert [10, 40, 5, 30] == [dot.y for dot in dots_of(VALUES)]
    (total,) = dots_of(series(("2020-01-01", Quantity(number="9000", least="1", most="90", count=99))))
    assert (None, None) == (total.least, total.most)


@pytest.mark.parametrize("columns", [40, 80, 160])
def test_a_plot_fits_the_screen(columns: int) -> None:
    """Points, the range, what is below a limit, a day's span."""
    lines = ["".join(span.text for span in row.spans) for row in plotted(dots_of(VALUES), columns)]
    assert max(map(len, lines)) <= columns
    assert {"\u25cf", "\u25bc", "\u2591", "\u2502"} <= set("".join(lines))
    assert not any("\x1b" in line for line in lines)
    assert "2020-01-01" in lines[-1]


def test_the_same_values_make_the_same_picture() -> None:
    """Byte for byte, SVG and PNG."""
    for kind in ("svg", "png"):
        assert picture(TREND, kind) == picture(TREND, kind)
    assert picture(TREND, "png").startswith(b"\x89PNG")


def test_text_of_files_is_only_text() -> None:
    """No mathematics, no element, no character that acts; and the picture loads nothing."""
    hostile = replace(
        TREND,
        title=HOSTILE,
        series=(
            replace(series(*[(p.date, p.quantity) for p in VALUES.points], source=HOSTILE), unit="$\\frac{1}{$"),
        ),
    )
    root = ET.fromstring(picture(hostile, "svg"))  # noqa: S314  our own
    texts = ["".join(node.itertext()) for node in root.iter() if node.tag.endswith("text")]
    assert any("$\\alpha$" in text and "\\x1b[31m" in text for text in texts)
    assert any("$\\frac{1}{$" in text for text in texts)
    assert not [node for node in root.iter() if node.tag.endswith(("script", "image"))]
    assert not [
        value for node in root.iter() for name, value in node.attrib.items() if "href" in name and value[0] != "#"
    ]
    assert picture(hostile, "png")


def test_many_sources_are_a_short_legend() -> None:
    """Eight, and one for the rest."""
    every = [series(("2020-01-01", Quantity(number=str(n))), source=f"Source {n}").points[0] for n in range(20)]
    made = replace(TREND, series=(TrendSeries(unit=None, points=tuple(every)),))
    text = picture(made, "svg").decode()
    assert ("Source 7" in text, "Source 8" in text, "other documents" in text) == (True, False, True)


def test_labels_are_short() -> None:
    """A title of any length stays a line."""
    assert 60 == len(label_text("x" * 500))


@pytest.mark.parametrize("module", ["plotext", "matplotlib"])
def test_without_the_library(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    """It is said which extra is missing."""
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(InvalidRequest) as caught:
        list(plotted(dots_of(VALUES), 80)) if module == "plotext" else picture(TREND, "svg")
    assert ("extra_missing", "pip install 'healthvault[plot]'") == (caught.value.code, caught.value.hint)
