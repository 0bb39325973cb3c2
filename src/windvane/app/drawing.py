"""Draws actual against estimate of a published product: for a terminal, or as an SVG or a PNG file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from windvane.domain.errors import Usage

if TYPE_CHECKING:
    from windvane.stack.estimation.chart import Series

LAST = 250  # decision times that are drawn
_COLUMNS = ("actual", "estimate", "low", "high")


def terminal(estate: Path, relation: str) -> str:
    """The chart as text; empty when the relation holds no estimates."""
    from windvane.stack.estimation import chart

    found = _series(estate, relation)
    return chart.terminal(found) if isinstance(found, chart.Series) else ""


def svg(estate: Path, relation: str, file: Path) -> None:
    """Write the chart. Raises `Usage` (`chart.nothing`) when the relation holds no estimates."""
    from windvane.stack.estimation import chart

    file.write_text(chart.svg(_drawn(estate, relation)), "utf-8")


def png(estate: Path, relation: str, file: Path) -> None:
    """Write the chart as pixels. Raises `Usage` (`chart.nothing`) when the relation holds no estimates."""
    from windvane.stack.estimation import picture

    file.write_bytes(picture.png(_drawn(estate, relation)))


def _drawn(estate: Path, relation: str) -> Series:
    from windvane.stack.estimation import chart

    found = _series(estate, relation)
    if not isinstance(found, chart.Series):
        raise Usage(f"`{relation}` holds no estimates", code="chart.nothing", fix="name a forecast or a nowcast")
    return found


def _series(estate: Path, relation: str) -> object | None:
    """The mean over all entities at each of the last decision times."""
    import numpy as np

    from windvane.adapters.warehouses.released import Released
    from windvane.stack.estimation.chart import Series

    released = Released(estate)
    try:
        there = {name for name, _ in released.relation(relation).columns}
        if not {*_COLUMNS, "decided_at"} <= there:
            return None
        means = ", ".join(f"AVG({c})" for c in _COLUMNS)
        newest = f"SELECT decided_at, {means} FROM {relation} GROUP BY decided_at ORDER BY decided_at DESC LIMIT {LAST}"
        rows = released.rows(newest)[::-1]
    finally:
        released.close()
    values = [np.array([np.nan if r[i] is None else float(str(r[i])) for r in rows]) for i in range(1, 5)]
    times = np.array([np.datetime64(str(r[0])) for r in rows])
    actual, estimate, low, high = values
    return Series(f"{relation}, mean of all at each decision time", times, actual, estimate, low, high)
