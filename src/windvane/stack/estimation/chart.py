"""Actual values against their estimates with intervals, for a terminal (block characters) and as SVG, without a
library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

import numpy as np

from windvane.stack.estimation.panel import Array, Times

_EIGHTHS = " ▁▂▃▄▅▆▇█"
WIDTH, HEIGHT, LEFT, TOP, BOTTOM, RIGHT = 860, 320, 64, 34, 28, 12  # of a picture, in pixels


@dataclass(frozen=True)
class Series:
    """What is drawn: times (T,), and values (T,) with NaN where there is none."""

    title: str
    times: Times
    actual: Array
    estimate: Array
    low: Array
    high: Array
    unit: str = ""


def terminal(series: Series, width: int = 72, height: int = 12) -> str:
    """Text of `height` + 3 lines, `width` columns: `●` actual, `─` estimate, `│` interval, `◉` where actual and
    estimate meet.

    Several times share a column when there are more than columns: the column shows their mean.
    """
    columns = max(min(width - 12, len(series.times)), 1)
    parts = np.array_split(np.arange(len(series.times)), columns)
    means = [np.array([_mean(v[p]) for p in parts]) for v in (series.actual, series.estimate, series.low, series.high)]
    bottom, top = _range(means)
    rows = [np.full(columns, -1) if top == bottom else _rows(m, bottom, top, height) for m in means]
    grid = [[" "] * columns for _ in range(height)]
    for column in range(columns):
        _draw(grid, column, [int(r[column]) for r in rows])
    labels = {height - 1: top, height // 2: bottom + (top - bottom) * (height // 2) / (height - 1), 0: bottom}
    lines = [series.title]
    for row in reversed(range(height)):
        label = f"{labels[row]:.4g}" if row in labels else ""
        lines.append(f"{label:>10} {'┤' if row in labels else '│'}{''.join(grid[row])}".rstrip())
    lines.append(" " * 11 + "└" + "─" * columns)
    lines.append(_axis(series.times, columns) + f"   ● actual  ─ estimate  │ interval{_in(series.unit)}")
    return "\n".join(lines)


def sparkline(values: Array) -> str:
    """One character per value, eight heights, a space where there is none."""
    some = values[np.isfinite(values)]
    if not len(some):
        return " " * len(values)
    spread = max(float(np.ptp(some)), 1e-300)
    heights = np.nan_to_num((values - some.min()) / spread * 7 + 1).round().astype(int)
    return "".join(_EIGHTHS[h] for h in heights)


class Places(NamedTuple):
    """Where a picture has what it shows, in pixels: `x` (T,) of the times, `y` of values, and values at its edges."""

    x: Array
    y: Callable[[Array], Array]
    bottom: float
    top: float


def places(series: Series) -> Places:
    """The same places for every kind of picture."""
    x = LEFT + (WIDTH - LEFT - RIGHT) * _share(series.times.astype("datetime64[us]").astype(np.float64))
    bottom, top = _range([series.actual, series.estimate, series.low, series.high])

    def y(values: Array) -> Array:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (values - bottom) / max(top - bottom, 1e-300)

    return Places(x, y, bottom, top)


def heading(series: Series) -> str:
    """The title with the unit."""
    return f"{series.title}{_in(series.unit)}"


def svg(series: Series) -> str:
    """An SVG picture: the interval as a band, the estimate as a line, actual values as dots; no script, no outside
    font.
    """
    x, y, bottom, top = places(series)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="sans-serif" '
        f'font-size="12"><title>{escape(series.title)}</title>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="18" font-size="14">{escape(heading(series))}</text>',
        *_ticks(bottom, top, y),
        *(f'<path d="{d}" fill="#9ec5e8" fill-opacity="0.6"/>' for d in _bands(x, y(series.low), y(series.high))),
        f'<path d="{_line(x, y(series.estimate))}" fill="none" stroke="#1f5f99" stroke-width="1.5"/>',
        *_dots(x, y(series.actual)),
        *_dates(series.times, x),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _draw(grid: list[list[str]], column: int, rows: list[int]) -> None:
    actual, estimate, low, high = rows
    if low >= 0 and high >= 0:
        for row in range(low, high + 1):
            grid[row][column] = "│"
    if estimate >= 0:
        grid[estimate][column] = "─"
    if actual >= 0:
        grid[actual][column] = "◉" if actual == estimate else "●"


def _rows(values: Array, bottom: float, top: float, height: int) -> Array:
    place = np.round((values - bottom) / (top - bottom) * (height - 1))
    return np.where(np.isfinite(values), np.clip(np.nan_to_num(place), 0, height - 1), -1)


def _range(values: Iterable[Array]) -> tuple[float, float]:
    everything = np.concatenate(list(values))
    some = everything[np.isfinite(everything)]
    return (float(some.min()), float(some.max())) if len(some) else (0.0, 0.0)


def _mean(values: Array) -> float:
    some = values[np.isfinite(values)]
    return float(some.mean()) if len(some) else float("nan")


def _axis(times: Times, columns: int) -> str:
    if not len(times):
        return " " * 12
    first, last = (np.datetime_as_string(times[i], unit="D") for i in (0, -1))
    return " " * 12 + str(first) + str(last).rjust(max(columns - 10, 11))


def _in(unit: str) -> str:
    return f" ({unit})" if unit else ""


def _share(values: Array) -> Array:
    return (values - values[:1]) / max(float(np.ptp(values)) if len(values) else 0.0, 1.0)


def _line(x: Array, y: Array) -> str:
    """A path through the finite points, broken where one is missing."""
    pen, steps = "M", []
    for a, b in zip(x, y, strict=True):
        if np.isfinite(b):
            steps.append(f"{pen}{a:.1f} {b:.1f}")
        pen = "L" if np.isfinite(b) else "M"
    return "".join(steps)


def _bands(x: Array, low: Array, high: Array) -> list[str]:
    """One closed path per run of steps that have an interval."""
    have = np.isfinite(low) & np.isfinite(high)
    runs = np.split(np.arange(len(x)), np.flatnonzero(np.diff(have.astype(int))) + 1)
    made = []
    for run in runs:
        if len(run) and have[run[0]]:
            back = run[::-1]
            made.append(_line(np.concatenate([x[run], x[back]]), np.concatenate([high[run], low[back]])) + "Z")
    return made


def _dots(x: Array, y: Array) -> list[str]:
    pairs = zip(x, y, strict=True)
    return [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="2" fill="#c0392b"/>' for a, b in pairs if np.isfinite(b)]


def _ticks(bottom: float, top: float, y: Callable[[Array], Array]) -> list[str]:
    made = []
    for value in np.linspace(bottom, top, 5):
        at = float(y(np.array(value)))
        made.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}" stroke="#ddd"/>')
        made.append(f'<text x="{LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{value:.4g}</text>')
    return made


def _dates(times: Times, x: Array) -> list[str]:
    if not len(times):
        return []
    made = []
    for i, anchor in ((0, "start"), (len(times) // 2, "middle"), (len(times) - 1, "end")):
        day = np.datetime_as_string(times[i], unit="D")
        made.append(f'<text x="{x[i]:.1f}" y="{HEIGHT - 8}" text-anchor="{anchor}">{day}</text>')
    return made
