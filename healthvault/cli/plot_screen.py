# SPDX-License-Identifier: Apache-2.0
"""The only use of plotext: values over time as characters, for a screen."""

import datetime as dt
from collections.abc import Iterator
from itertools import groupby

from healthvault.cli.plot_points import Dot
from healthvault.cli.spans import Row, Span
from healthvault.records.extras import extra

__all__ = ["plotted"]

_BAND, _DOT, _BELOW, _ABOVE, _SPAN = "\u2591", "\u25cf", "\u25bc", "\u25b2", "\u2502"
_MARKERS = {"<": _BELOW, "<=": _BELOW, ">": _ABOVE, ">=": _ABOVE}
_STYLES = {_BAND: "green", _DOT: "bold", _BELOW: "bold yellow", _ABOVE: "bold yellow"}
ROWS = 15
_COLUMNS_OF_TICK = 16
_MARGIN = 0.05  # of the height, above and below


def plotted(dots: list[Dot], columns: int) -> Iterator[Row]:
    """Yield the lines of a plot.

    Args:
        dots: Two or more, the oldest first.
        columns: How wide it may be.

    Raises:
        InvalidRequest: `extra_missing`.
    """
    plotext = extra("plot", "plotext")
    figure = plotext.figure
    figure.clear()
    figure.plot_size(columns, ROWS)
    figure.legend(active=False)
    low, high = _limits(dots)
    for x, ends in _bands(dots, low, high):
        figure.draw(figure.rectangle(x=x, y=ends, marker=_BAND))
    for dot in dots:
        if dot.least is not None and dot.most is not None and dot.least < dot.most:
            figure.draw(figure.signal([dot.x, dot.x], [dot.least, dot.most], marker=_SPAN).lines())
    for marker, group in _by_marker(dots):
        figure.draw(figure.signal([dot.x for dot in group], [dot.y for dot in group], marker=marker))
    figure.ruler(1).lim(low, high)
    ticks = _ticks(dots, max(2, columns // _COLUMNS_OF_TICK))
    figure.ruler(0).ticks(ticks, [dt.date.fromordinal(int(tick)).isoformat() for tick in ticks])
    for line in str(plotext.uncolorize(str(figure.build()))).splitlines():
        yield _row(line.rstrip())


def _limits(dots: list[Dot]) -> tuple[float, float]:
    """Return the lowest and the highest value that is seen: of the values, and of a reference range near them."""
    values = [value for dot in dots for value in (dot.y, dot.least, dot.most) if value is not None]
    least, most = min(values), max(values)
    ends = [value for dot in dots for value in (dot.low, dot.high) if value is not None]
    reach = max(most - least, abs(most) / 2) * 2
    near = [value for value in ends if least - reach <= value <= most + reach]
    least, most = min([least, *near]), max([most, *near])
    margin = (most - least) * _MARGIN or abs(most) * _MARGIN or 1.0
    return least - margin, most + margin


def _bands(dots: list[Dot], low: float, high: float) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """Yield where a reference range holds: from the first value that names it to the last, or the next one."""
    runs = [list(group) for _, group in groupby(dots, key=lambda dot: (dot.low, dot.high))]
    for number, run in enumerate(runs):
        first = run[0]
        if first.low is None and first.high is None:
            continue
        end = runs[number + 1][0].x if number + 1 < len(runs) else run[-1].x
        below = low if first.low is None else max(low, first.low)
        above = high if first.high is None else min(high, first.high)
        if below < above and first.x < end:
            yield (first.x, end), (below, above)


def _by_marker(dots: list[Dot]) -> Iterator[tuple[str, list[Dot]]]:
    for marker in (_DOT, _BELOW, _ABOVE):
        group = [dot for dot in dots if _MARKERS.get(dot.comparator or "", _DOT) == marker]
        if group:
            yield marker, group


def _ticks(dots: list[Dot], count: int) -> list[float]:
    first, last = int(dots[0].x), int(dots[-1].x)
    step = (last - first) / max(1, count - 1)
    return sorted({float(round(first + step * number)) for number in range(count)})


def _row(line: str) -> Row:
    return Row(
        tuple(Span("".join(group), style) for style, group in groupby(line, key=lambda c: _STYLES.get(c, "")))
    )
