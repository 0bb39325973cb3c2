"""Equations and orders between columns of one row that hold in all known rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, permutations

from windvane.stack.quality.table import Table, is_moment, quoted

MOST_COLUMNS = 8
ENOUGH = 40  # rows in which an equation holds before it is one
MOST_BROKEN = 0.0005  # of known rows


@dataclass(frozen=True)
class Equation:
    """`holds` is SQL true of rows that keep it, asked of rows where `given`; `told` says it in words."""

    told: str
    holds: str
    given: str
    parts: tuple[str, ...]

    @property
    def columns(self) -> str:
        """The columns, for people."""
        return ", ".join(f"`{p}`" for p in self.parts)


def equations(table: Table) -> tuple[Equation, ...]:
    """Products, sums and orders that every known row keeps, and that are no accident: the parts vary."""
    candidates = [*_sums(table), *_orders(table)]
    if not candidates:
        return ()
    asked = ", ".join(
        f"SUM(CASE WHEN {c.given} THEN 1 ELSE 0 END), SUM(CASE WHEN {c.given} AND NOT ({c.holds}) THEN 1 ELSE 0 END)"
        for c in candidates
    )
    found = table.engine.rows(f"SELECT {asked} FROM {table.history}")[0]
    counts = [float(str(v or 0)) for v in found]
    kept = [
        c
        for c, n, bad in zip(candidates, counts[::2], counts[1::2], strict=True)
        if n >= ENOUGH and bad <= MOST_BROKEN * n
    ]
    return tuple(_shortest(kept))


def _shortest(kept: list[Equation]) -> Iterator[Equation]:
    """One equation for each set of columns."""
    seen: set[frozenset[str]] = set()
    for equation in kept:
        if frozenset(equation.parts) not in seen:
            seen.add(frozenset(equation.parts))
            yield equation


def _sums(table: Table) -> Iterator[Equation]:
    names = [c.name for c in table.measures if _varies(table, c.name)][:MOST_COLUMNS]
    for whole, one, other in permutations(names, 3):
        if one > other:
            continue
        a, b, c = (f"CAST({quoted(n)} AS DOUBLE PRECISION)" for n in (whole, one, other))
        given = f"{quoted(whole)} IS NOT NULL AND {quoted(one)} <> 0 AND {quoted(other)} <> 0"
        for sign, formula in (("x", f"{b} * {c}"), ("+", f"{b} + {c}")):
            near = f"ABS({a} - ({formula})) <= 0.011 + 0.000001 * ABS({a})"
            if sign == "x":
                given = f"{given} AND ABS({quoted(one)}) <> 1 AND ABS({quoted(other)}) <> 1"
            yield Equation(f"`{whole}` = `{one}` {sign} `{other}`", near, given, (whole, one, other))


def _orders(table: Table) -> Iterator[Equation]:
    """Which of two times, or of two numbers that lie near each other, is never the larger."""
    times = [c.name for c in table.contract.columns if is_moment(c.type)][:MOST_COLUMNS]
    near = [c.name for c in table.measures if _varies(table, c.name)][:MOST_COLUMNS]
    for names in (times, near):
        for one, other in combinations(names, 2):
            if names is near and not _overlap(table, one, other):
                continue
            for low, high in ((one, other), (other, one)):
                given = f"{quoted(low)} IS NOT NULL AND {quoted(high)} IS NOT NULL"
                yield Equation(f"`{low}` <= `{high}`", f"{quoted(low)} <= {quoted(high)}", given, (low, high))


def _varies(table: Table, column: str) -> bool:
    name = quoted(column)
    found = table.engine.rows(f"SELECT COUNT(DISTINCT {name}) FROM {table.history}")[0][0]
    return isinstance(found, int) and found >= 5


def _overlap(table: Table, one: str, other: str) -> bool:
    """Whether the ranges of two columns overlap, so that their order says something of each row."""
    a, b = quoted(one), quoted(other)
    found = table.engine.rows(
        f"SELECT MIN({a}) < MAX({b}) AND MIN({b}) < MAX({a}), "
        f"MEDIAN({a}) BETWEEN MIN({b}) AND MAX({b}) AND MEDIAN({b}) BETWEEN MIN({a}) AND MAX({a}) FROM {table.history}"
    )[0]
    return bool(found[0]) and bool(found[1])
