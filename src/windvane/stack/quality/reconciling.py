"""Numbers of a table that were always made from the rows of another that refer to it: totals of invoices, of orders.

A law is learnt where the rows of one thing come in one delivery: what grows over time equals nothing for long. It is
searched on some two thousand things with all their rows, and must hold on them to the digits of the number, each
product having been rounded or not. It must tell things apart: with rows exchanged among things it must mostly fail.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from windvane.stack.quality.formulas import Formula, Span, formulas
from windvane.stack.quality.table import Other, Table, quoted

THINGS, ROWS = 2_000, 40_000  # that are looked at, at most
FEW = 60  # things that most formulas fail on
ENOUGH, SEVERAL = 40, 20  # things with rows, and those with two or more, from which a law is learnt
DELIVERIES = 4  # of rows, from which it can be told that those of one thing come together
MOST_BROKEN = 0.001  # of the things known
CLOSED = 0.99  # share of things whose rows came in one delivery
CHANCE = 0.5  # share of things that may agree with the rows of another one
COLUMNS, WAYS, DIGITS = 7, 4, 6  # numbers of either side, equal formulas kept, digits behind the point
STRIDE = (7_919, 10_007)  # primes that scatter what is drawn


@dataclass(frozen=True)
class Law:
    """`total` of `other` equals one of `formulas` over the rows that refer to it.

    The formulas gave the same in all that is known. `unit`: the last digit of the total; `lined`: each row may have
    been rounded. `things` were looked at, `broken` of them broke it.
    """

    other: Other
    total: str
    formulas: tuple[Formula, ...]
    unit: float
    lined: bool
    things: int
    broken: int

    @property
    def told(self) -> str:
        """In words."""
        return f"`{self.total}` of {self.other.relation} is {self.formulas[0].told} of its rows"

    @property
    def columns(self) -> tuple[str, ...]:
        """The total and what it is made from."""
        return tuple(dict.fromkeys((self.total, *(c for f in self.formulas for c in f.columns))))

    def slack(self, formula: Formula, many: str) -> str:
        """SQL: by how much the total may differ, with `many` rows."""
        each = f" + {formula.roundings} * {many}" if self.lined and formula.roundings else ""
        return f"{self.unit:.12f} * (0.51{each})"


@dataclass(frozen=True)
class _Drawn:
    """Things with their rows: totals (T,) by column, values (R,) by column, and where the rows of each begin."""

    totals: dict[str, np.ndarray]
    values: dict[str, np.ndarray]
    starts: np.ndarray

    @property
    def sizes(self) -> np.ndarray:
        """Rows of each thing."""
        return np.diff(np.append(self.starts, len(next(iter(self.values.values())))))

    def first(self, many: int) -> _Drawn:
        """The same of the first things."""
        if many >= len(self.starts):
            return self
        end = self.starts[many]
        return _Drawn(
            {n: v[:many] for n, v in self.totals.items()},
            {n: v[:end] for n, v in self.values.items()},
            self.starts[:many],
        )


def laws(table: Table) -> tuple[Law, ...]:
    """What the relations that `table` refers to say of its rows taken together."""
    if table.role != "whole" or len(table.batches) < DELIVERIES:
        return ()
    return tuple(law for other in table.others for law in _laws(table, other))


def _laws(table: Table, other: Other) -> Iterator[Law]:
    totals = [c.name for c in other.measures][:COLUMNS]
    drawn = _drawn(table, other, totals) if totals else None
    if drawn is None:
        return
    spans = [Span(n, float(np.nanmin(v)), float(np.nanmax(v))) for n, v in drawn.values.items() if _given(v)]
    tried = [(f, f.of(drawn.first(FEW).values, drawn.first(FEW).starts)) for f in formulas(spans)]
    for total, values in drawn.totals.items():
        if len(np.unique(values[np.isfinite(values)])) < 5:
            continue
        unit = _unit(values)
        near = [
            f
            for f, made in tried
            if _share_off(drawn.first(FEW), total, made, _slack(drawn.first(FEW), f, unit)) <= 0.1
        ]
        law = _law(drawn, near, Law(other, total, (), unit, lined=False, things=0, broken=0))
        if law is not None:
            yield law


def _law(drawn: _Drawn, near: Sequence[Formula], blank: Law) -> Law | None:
    """The law with the formulas that hold, those of the simplest kind only, when there is one."""
    held: list[tuple[Formula, bool, int, int]] = []
    values = drawn.totals[blank.total]
    for formula in near:
        made = formula.of(drawn.values, drawn.starts)
        given = np.isfinite(made) & np.isfinite(values)
        for lined in (False, True) if formula.roundings else (False,):
            slack = _slack(drawn, formula, blank.unit) if lined else np.full(len(made), 0.51 * blank.unit)
            broken = int((np.abs(made - values) > slack + 1e-9 * np.abs(values))[given].sum())
            if given.sum() >= ENOUGH and broken <= MOST_BROKEN * given.sum() and _tells(made, values, slack):
                held.append((formula, lined, int(given.sum()), broken))
                break
    if not held:
        return None
    several = drawn.sizes >= 2
    if several.sum() < SEVERAL or not _of_several(drawn, held[0][0], several):
        return None
    kept = held[:WAYS]
    return Law(
        blank.other,
        blank.total,
        tuple(f for f, *_ in kept),
        blank.unit,
        lined=any(lined for _, lined, *_ in kept),
        things=min(n for *_, n, _ in kept),
        broken=max(b for *_, b in kept),
    )


def _of_several(drawn: _Drawn, formula: Formula, several: np.ndarray) -> bool:
    """Whether the rows of one thing differ where the largest or smallest is meant: else it is only a copy."""
    if formula.kind not in ("max", "min"):
        return True
    low, high = (Formula(kind, formula.factors).of(drawn.values, drawn.starts) for kind in ("min", "max"))
    return bool((low != high)[several].sum() >= SEVERAL)


def _tells(made: np.ndarray, values: np.ndarray, slack: np.ndarray) -> bool:
    """Whether the rows of another thing would mostly not fit."""
    moved = np.roll(made, len(made) // 2 + 1)
    given = np.isfinite(moved) & np.isfinite(values)
    return bool((np.abs(moved - values) <= slack)[given].mean() <= CHANCE) if given.any() else False


def _slack(drawn: _Drawn, formula: Formula, unit: float) -> np.ndarray:
    slack: np.ndarray = unit * (0.51 + formula.roundings * drawn.sizes)
    return slack


def _share_off(drawn: _Drawn, total: str, made: np.ndarray, slack: np.ndarray) -> float:
    values = drawn.totals[total]
    given = np.isfinite(made) & np.isfinite(values)
    off = np.abs(made - values) > slack + 1e-9 * np.abs(values)
    return float(off[given].mean()) if given.any() else 1.0


def _unit(values: np.ndarray) -> float:
    """The last digit that the numbers use; a billionth of their size where they use all."""
    given = values[np.isfinite(values)]
    size = max(1.0, float(np.abs(given).max()))
    for digits in range(DIGITS + 1):
        scaled = given * 10.0**digits
        if np.all(np.abs(scaled - np.round(scaled)) <= 1e-9 * size * 10.0**digits + 1e-9):
            return 10.0**-digits
    return 1e-9 * size


def _given(values: np.ndarray) -> bool:
    return bool(np.isfinite(values).any())


def _drawn(table: Table, other: Other, totals: Sequence[str]) -> _Drawn | None:
    """Some things with all their rows; `None` where they are few, are no single things, or get rows again and again."""
    names = [c.name for c in table.measures][:COLUMNS]
    chosen = _chosen(table, other, totals)
    groups = f"SELECT _thing, COUNT(*) AS n, COUNT(DISTINCT _seq) AS times FROM ({chosen}) AS lines GROUP BY _thing"
    things, several, rows, closed = (
        float(str(v or 0))
        for v in table.engine.rows(
            "SELECT COUNT(*), SUM(CASE WHEN n > 1 THEN 1 ELSE 0 END), SUM(n), "
            f"SUM(CASE WHEN n > 1 AND times = 1 THEN 1 ELSE 0 END) FROM ({groups}) AS things"
        )[0]
    )
    if things < ENOUGH or several < SEVERAL or closed < CLOSED * several or not _single(table, other):
        return None
    some = f" WHERE _thing <= {int(THINGS * ROWS / rows)}" if rows > ROWS else ""
    cells = ", ".join(["_thing", *(f"_t{i}" for i in range(len(totals))), *(_real(n) for n in names)])
    found = table.engine.rows(f"SELECT {cells} FROM ({chosen}) AS lines{some} ORDER BY _thing")
    numbers = np.array([[np.nan if v is None else v for v in row] for row in found], dtype=float)
    _, starts = np.unique(numbers[:, 0], return_index=True)
    if len(starts) < ENOUGH:
        return None
    at = 1 + len(totals)
    return _Drawn(
        {n: numbers[starts, 1 + i] for i, n in enumerate(totals)},
        {n: numbers[:, at + i] for i, n in enumerate(names)} or {"": numbers[:, 0]},
        starts,
    )


def _chosen(table: Table, other: Other, totals: Sequence[str]) -> str:
    """SELECT of the rows of some things: `_thing` counts them, `_t0`, `_t1`, ... are their totals."""
    keys = ", ".join(f"{quoted(c)} AS _k{i}" for i, c in enumerate(other.reference.to_columns))
    sums = ", ".join(f"{_real(n)} AS _t{i}" for i, n in enumerate(totals))
    order = ", ".join(quoted(c) for c in other.reference.to_columns)
    same = " AND ".join(f"drawn._k{i} = child.{quoted(c)}" for i, c in enumerate(other.reference.columns))
    listed = ", ".join(f"drawn._t{i}" for i in range(len(totals)))
    return (
        f"SELECT drawn._thing, {listed}, child.* FROM (SELECT ROW_NUMBER() OVER (ORDER BY {order}) AS _thing, {keys}, "
        f"{sums} FROM {other.history} CROSS JOIN (SELECT GREATEST(1.0, COUNT(*) / {THINGS}.0) AS _every FROM "
        f"{other.history}) AS sampling WHERE MOD(_row * {STRIDE[0]}, {STRIDE[1]}) * _every < {STRIDE[1]}) AS drawn "
        f"JOIN {table.history} AS child ON {same}"
    )


def _single(table: Table, other: Other) -> bool:
    """Whether each of the things is one row."""
    keys = ", ".join(quoted(c) for c in other.reference.to_columns)
    return not table.engine.rows(f"SELECT 1 FROM {other.history} GROUP BY {keys} HAVING COUNT(*) > 1 LIMIT 1")


def _real(column: str) -> str:
    return f"CAST({quoted(column)} AS DOUBLE PRECISION)"
