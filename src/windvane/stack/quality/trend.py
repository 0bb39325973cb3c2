"""Whether a level that moved goes on moving: a fault moves numbers once, a trend moves them again and again.

Units, factors, currencies and exchanged columns change a number at once, and then it goes on from there as it always
did. Steps the other way, or one step and then rest, are therefore no trend: what they are is asked.
"""

from __future__ import annotations

from itertools import pairwise
from statistics import median
from typing import Protocol

from windvane.domain.ports import Engine
from windvane.sql.alias import quote

FEW = 3  # series from which a median says something
LARGE = 0.25  # share of its level that a number moves at most by itself from one delivery to the next
LASTING = 0.5  # share of the first step that the later ones have, on average

Series = dict[tuple[object, ...], tuple[str, float]]  # of each thing the newest time, and the value then


class Told(Protocol):
    """Deliveries in a row: see `staying.Told`."""

    @property
    def engine(self) -> Engine: ...
    @property
    def last(self) -> str: ...
    @property
    def rows(self) -> tuple[str, ...]: ...
    @property
    def entities(self) -> tuple[str, ...]: ...
    @property
    def time(self) -> str: ...


def goes_on(told: Told, columns: tuple[str, ...]) -> str:
    """Why the moves of `columns` are no trend; empty when they are one."""
    if not told.entities or not told.time:
        return "no key and time tell one value of a thing from the next"
    for column in columns:
        points = [_values(told, relation, column) for relation in (told.last, *told.rows)]
        pairs = list(pairwise(points))
        if any(_newest(a) >= _newest(b) for a, b in pairs) or any(len(a.keys() & b.keys()) < FEW for a, b in pairs):
            return f"the deliveries do not tell `{column}` of the same things at one time after the other"
        if why := _moves([_step(a, b) for a, b in pairs]):
            return f"`{column}` {why}"
    return ""


def _values(told: Told, relation: str, column: str) -> Series:
    cells = ", ".join(quote(c) for c in told.entities)
    name, time = quote(column), quote(told.time)
    found = told.engine.rows(
        f"SELECT {cells}, CAST({time} AS VARCHAR), {name} FROM {relation} "
        f"WHERE {name} IS NOT NULL AND {time} IS NOT NULL ORDER BY {time}"
    )
    return {row[:-2]: (str(row[-2]), float(str(row[-1]))) for row in found}


def _newest(points: Series) -> str:
    return max((time for time, _ in points.values()), default="")


def _step(before: Series, after: Series) -> tuple[float, float]:
    """The median step of all things, and as a share of their level."""
    both = before.keys() & after.keys()
    step = median(after[k][1] - before[k][1] for k in both)
    level = median(abs(before[k][1]) for k in both)
    return step, abs(step) / level if level else float("inf")


def _moves(steps: list[tuple[float, float]]) -> str:
    """What speaks against a trend."""
    sizes = [s for s, _ in steps]
    if any(share > LARGE for _, share in steps):
        return f"moves by more than {LARGE:.0%} of its level at once"
    if not (all(s > 0 for s in sizes) or all(s < 0 for s in sizes)):
        return "does not move one way"
    later = sum(abs(s) for s in sizes[1:]) / len(sizes[1:])
    return "moved once and then stayed" if later < LASTING * abs(sizes[0]) else ""
