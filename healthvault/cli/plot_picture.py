# SPDX-License-Identifier: Apache-2.0
"""The only use of matplotlib: values over time as a picture, SVG or PNG.

The same values give the same bytes under one version of the library: nothing of the clock, of chance or of this
machine's settings goes in. Text of files is never taken for mathematics. Nothing is loaded from anywhere.
"""

import datetime as dt
import io
import warnings
from typing import TYPE_CHECKING

from healthvault.cli.plot_points import Dot, dots_of, label_text
from healthvault.records.extras import extra

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from healthvault.vault.trend import Trend, TrendSeries

__all__ = ["picture"]

_INCHES = (8.0, 3.6)  # of one unit
_DOTS_PER_INCH = 150
MAX_SOURCES = 8  # in the legend; the rest are one
_OTHERS = "other documents"
_BELOW, _ABOVE = "written as less than (<)", "written as more than (>)"
_EPOCH = 719_163  # the day of 1970-01-01, from which matplotlib counts
_MARKERS = {"<": "v", "<=": "v", ">": "^", ">=": "^"}
_SETTINGS = {
    "text.parse_math": False,
    "svg.hashsalt": "healthvault",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "path.simplify": False,
}
_COLOURS = ("#1f5fa8", "#c4561a", "#3f8f4f", "#8a4fa3", "#a8324a", "#5d6d7e", "#b8860b", "#2a8f8f", "#888888")
_BAND = "#cfe8cf"


def picture(trend: "Trend", kind: str) -> bytes:
    """Return a picture of a trend, a panel for each unit.

    Args:
        trend: With at least one value that has a date.
        kind: `svg` or `png`.

    Raises:
        InvalidRequest: `extra_missing`.
    """
    matplotlib = extra("plot", "matplotlib")
    figure_class = extra("plot", "matplotlib.figure").Figure
    panels = [(series, dots) for series in trend.series if (dots := dots_of(series))]
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of characters that no font here has
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_SETTINGS)
        size = (_INCHES[0], _INCHES[1] * max(1, len(panels)))
        figure = figure_class(figsize=size, layout="constrained")
        names = list(dict.fromkeys(dot.source for _, dots in panels for dot in dots))
        first = None
        for number, (series, dots) in enumerate(panels, 1):
            axes = figure.add_subplot(len(panels), 1, number, sharex=first)
            first = first or axes
            _panel(axes, label_text(trend.title), series, _by_name(dots, names))
        if first is not None:
            _dates(first)
        out = io.BytesIO()
        metadata = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
        figure.savefig(out, format=kind, dpi=_DOTS_PER_INCH, metadata=metadata)
    return out.getvalue()


def _by_name(dots: list[Dot], names: list[str]) -> list[tuple[Dot, int]]:
    """Return the values with the number of their source; those beyond the legend's length share one."""
    places = {name: min(number, MAX_SOURCES) for number, name in enumerate(names)}
    return [(dot, places[dot.source]) for dot in dots]


def _panel(axes: "Axes", title: str, series: "TrendSeries", dots: list[tuple[Dot, int]]) -> None:
    unit = label_text(series.unit or "no unit given")
    axes.set_title(f"{title} ({unit})", fontsize=11)
    axes.set_ylabel(unit)
    axes.grid(visible=True, color="#e4e4e4", linewidth=0.6)
    axes.set_axisbelow(True)
    every = [dot for dot, _ in dots]
    _band(axes, every)
    axes.plot([_day(dot) for dot in every], [dot.y for dot in every], color="#b0b0b0", linewidth=0.8, zorder=2)
    for place in sorted({place for _, place in dots}):
        own = [dot for dot, number in dots if number == place]
        _points(axes, own, _COLOURS[place], _OTHERS if place == MAX_SOURCES else label_text(own[0].source))
    for marker, words in (("v", _BELOW), ("^", _ABOVE)):
        if any(_MARKERS.get(dot.comparator or "") == marker for dot in every):
            axes.scatter([], [], 26, marker=marker, facecolors="white", edgecolors="#444444", label=words)
    axes.legend(fontsize=8, loc="best", framealpha=0.85)


def _points(axes: "Axes", dots: list[Dot], colour: str, name: str) -> None:
    axes.scatter([], [], 26, marker="o", facecolors=colour, edgecolors=colour, label=name)
    for marker in ("o", "v", "^"):
        own = [dot for dot in dots if _MARKERS.get(dot.comparator or "", "o") == marker]
        filled = colour if marker == "o" else "white"
        x, y = [_day(dot) for dot in own], [dot.y for dot in own]
        axes.scatter(x, y, 26, marker=marker, facecolors=filled, edgecolors=colour, zorder=4)
    spans = [dot for dot in dots if dot.least is not None and dot.most is not None]
    axes.vlines(
        [_day(dot) for dot in spans],
        [dot.least or 0.0 for dot in spans],
        [dot.most or 0.0 for dot in spans],
        colors=colour,
        linewidth=1.2,
        alpha=0.5,
        zorder=3,
    )


def _band(axes: "Axes", dots: list[Dot]) -> None:
    """Draw the reference range as each value names it."""
    ranges = {(dot.low, dot.high) for dot in dots}
    both = [dot for dot in dots if dot.low is not None and dot.high is not None]
    if not both:
        for value in {end for pair in ranges for end in pair if end is not None}:
            axes.axhline(value, color="#7fb77f", linewidth=0.9, linestyle="--", zorder=1)
        return
    if len(ranges) == 1:
        axes.axhspan(both[0].low or 0.0, both[0].high or 0.0, color=_BAND, zorder=0, label="reference range")
        return
    axes.fill_between(
        [_day(dot) for dot in both],
        [dot.low or 0.0 for dot in both],
        [dot.high or 0.0 for dot in both],
        step="post",
        color=_BAND,
        zorder=0,
        label="reference range, as each document gives it",
    )


def _dates(axes: "Axes") -> None:
    dates = extra("plot", "matplotlib.dates")
    locator = dates.AutoDateLocator(minticks=3, maxticks=9)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator, tz=dt.UTC))


def _day(dot: Dot) -> float:
    return dot.x - _EPOCH
