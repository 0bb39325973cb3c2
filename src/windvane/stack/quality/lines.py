"""Lines through the known rows of a table: what a number is, by the others of its row, give or take what it ever was.

Least squares over the latest complete rows. A line counts when it told the later deliveries from the earlier ones:
trends that only ran together until now do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from windvane.stack.quality.table import Table, quoted

Matrix = NDArray[np.float64]

MOST_COLUMNS = 8
MOST_ROWS = 20_000
ENOUGH = 200  # rows, and
DELIVERIES = 8  # with so many of them a line has shown what it is
FILLED = 0.9  # of the rows have a value in a column that a line may run through
NEAR = 0.6  # correlation of two columns below which no line is looked for
CLOSE = 0.9  # part of the variance that a line explains, in all rows and in later ones from the earlier ones
PART = 2 / 3  # of the deliveries: the earlier ones
RARE = 0.995  # of known rows lie as near to the line as its limit, and
LEAST = 0.5  # standard deviations: what is nearer matters to nobody
STUDENT = 8.0  # standard deviations between deliveries that the middle of a delivery does not reach by chance


@dataclass(frozen=True)
class Line:
    """`target` = `start` + sum of `slopes` x `others`, up to `limit` either way for most rows of a delivery."""

    target: str
    others: tuple[str, ...]
    start: float
    slopes: tuple[float, ...]
    limit: float
    explained: float


def lines(table: Table) -> tuple[Line, ...]:
    """The lines that hold; empty when there are too few rows or deliveries to know."""
    names = candidates(table)
    if not names:
        return ()
    cells = ", ".join(f"CAST({quoted(n)} AS DOUBLE PRECISION)" for n in names)
    given = " AND ".join(f"{quoted(n)} IS NOT NULL" for n in names)
    found = table.engine.rows(
        f"SELECT _seq, {cells} FROM {table.history} WHERE {given} ORDER BY _seq DESC, _row DESC LIMIT {MOST_ROWS}"
    )
    rows = np.array([[float(str(v)) for v in row] for row in reversed(found)], dtype=np.float64)
    if len(rows) < ENOUGH or len(np.unique(rows[:, 0])) < DELIVERIES or not np.isfinite(rows).all():
        return ()
    made = (_line(rows[:, 0], rows[:, 1:], names, at) for at in range(len(names)))
    return tuple(line for line in made if line)


def candidates(table: Table) -> tuple[str, ...]:
    """Measures that are nearly always there and move, where two of them move together."""
    names = [c.name for c in table.measures][:MOST_COLUMNS]
    if len(names) < 2 or table.rows < ENOUGH or len(table.batches) < DELIVERIES:
        return ()
    pairs = list(combinations(names, 2))
    counts = ", ".join(f"COUNT({quoted(n)})" for n in names)
    near = ", ".join(
        f"CORR(CAST({quoted(a)} AS DOUBLE PRECISION), CAST({quoted(b)} AS DOUBLE PRECISION))" for a, b in pairs
    )
    told = [float(str(v or 0)) for v in table.engine.rows(f"SELECT {counts}, {near} FROM {table.history}")[0]]
    there = {n for n, many in zip(names, told[: len(names)], strict=True) if many >= FILLED * table.rows}
    close = [
        pair for pair, r in zip(pairs, told[len(names) :], strict=True) if {*pair} <= there and NEAR <= abs(r) <= 1
    ]
    joined = {n for pair in close for n in pair}
    return tuple(n for n in names if n in there) if joined else ()


def _line(deliveries: Matrix, cells: Matrix, names: Sequence[str], at: int) -> Line | None:
    """The line of one column by all others, when it holds from the earlier deliveries to the later ones."""
    target, others = cells[:, at], np.delete(cells, at, axis=1)
    known = np.unique(deliveries)
    early = deliveries < known[int(len(known) * PART)]
    fit, ahead = _fitted(others, target), _fitted(others[early], target[early])
    off, missed = target - _of(others, fit), (target - _of(others, ahead))[~early]
    explained = min(_explained(off, target), _explained(missed, target[~early]))
    if explained < CLOSE:
        return None
    middles = np.array([np.median(off[deliveries == d]) for d in known])
    later = np.array([np.median(missed[deliveries[~early] == d]) for d in known if d >= deliveries[~early].min()])
    limit = max(
        float(np.quantile(np.abs(off), RARE)),
        STUDENT * float(np.sqrt(np.mean(middles**2))),
        2 * float(np.abs(later).max()),
        LEAST * float(target.std()),
    )
    left = tuple(n for n in names if n != names[at])
    return Line(names[at], left, float(fit[0]), tuple(float(b) for b in fit[1:]), limit, explained)


def _fitted(others: Matrix, target: Matrix) -> Matrix:
    """Start and slopes; columns are scaled before, so that none is lost beside a larger one."""
    middle, spread = others.mean(axis=0), others.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    scaled = np.column_stack((np.ones(len(others)), (others - middle) / spread))
    found: Matrix = np.linalg.lstsq(scaled, target, rcond=1e-9)[0]
    slopes = found[1:] / spread
    return np.concatenate(([found[0] - float(slopes @ middle)], slopes))


def _of(others: Matrix, fit: Matrix) -> Matrix:
    made: Matrix = fit[0] + others @ fit[1:]
    return made


def _explained(off: Matrix, target: Matrix) -> float:
    """The part of the variance that a line explains."""
    spread = float(np.var(target))
    return 1.0 - float(np.mean(off**2)) / spread if spread > 0 else 0.0
