"""Where the values of a column lie: the arriving rows against the rows just before them.

For rows that are events, not series. Five quantiles of the arriving rows are compared with those of as many rows just
before, and that step with the same step between all earlier slices of that size (differencing keeps slow trends quiet).
"""

from __future__ import annotations

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import counted, lately, rounded, stretched, windows
from windvane.stack.quality.budget import LEAST as FEWEST
from windvane.stack.quality.table import Share, Table, Wish, check_of, literal, number, quoted

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
LEAST = 0.5  # interquartile ranges; smaller shifts matter to nobody
MOST_COLUMNS = 6
SLICES = 400
ROWS = 10  # fewer arriving rows have no shape: single rows are looked at by `extremes`


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check over the measures of a table whose rows are events."""
    if table.role != "whole" or table.is_panel or not table.rows:
        return ()
    columns = tuple(c.name for c in table.measures if _spread(table, c.name) > 0)[:MOST_COLUMNS]
    past = int(min(SLICES, table.rows / max(1.0, table.per_batch)))
    return (Wish("distribution", columns, weight=2.0, past=past),) if columns else ()


def render(table: Table, share: Share) -> Check:
    """Fires when the step to the arriving rows is beyond every step before it by the stretch the bound asks for."""
    alpha = share.alpha / len(share.wish.columns)
    sql = f"""WITH {lately(table, share.wish.columns)}, odd AS (
  SELECT 1 AS _odd FROM (
{_shifts(table, "lately", share.wish.columns)}
  ) AS moves WHERE slice = 0 AND shift > {LEAST}
), {windows(table, share.wish.columns, most=SLICES)}, shifts AS (
{_shifts(table, "slices", share.wish.columns)}
), past AS (
  SELECT measure, COUNT(*) AS n, MAX(shift) AS highest FROM shifts
  WHERE slice > 0 AND shift IS NOT NULL GROUP BY measure
)
SELECT 'column `' || shifts.measure || '` moved by ' || {rounded("shift", 2)} || ' interquartile ranges (median '
  || {rounded("q2_before")} || ' before, ' || {rounded("q2")} || ' now); in ' || {counted("n")}
  || ' steps before at most ' || {rounded("highest", 2)} AS broken
FROM shifts JOIN past ON past.measure = shifts.measure
WHERE slice = 0 AND n >= {FEWEST} AND (SELECT _size FROM arrived) >= {ROWS} AND shift > GREATEST({LEAST},
  {stretched(alpha, past="n", highest="highest")})"""
    listed = ", ".join(f"`{c}`" for c in share.wish.columns)
    why = (
        f"five quantiles of {listed} move between slices of the size of a delivery; a step is stopped when it "
        f"is beyond all steps known at that moment (up to {SLICES}), stretched so that at most {share.alpha:.3%} "
        "of benign batches are."
    )
    return check_of(table, share, sql=sql, why=why)


def _shifts(table: Table, slices: str, columns: tuple[str, ...]) -> str:
    """How far the quantiles of each slice are from those of the slice before it, per measure."""
    tall = "\n      UNION ALL\n".join(
        f"      SELECT {literal(c)} AS measure, {number(_spread(table, c))} AS spread, _slice AS slice, "
        f"CAST({quoted(c)} AS DOUBLE PRECISION) AS _value FROM {slices}"
        for c in columns
    )
    quantiles = ", ".join(
        f"PERCENTILE_CONT({p}) WITHIN GROUP (ORDER BY _value) AS q{i}" for i, p in enumerate(QUANTILES)
    )
    shift = ", ".join(f"ABS(q{i} - LEAD(q{i}) OVER w)" for i in range(len(QUANTILES)))
    return f"""  SELECT measure, slice, q2, LEAD(q2) OVER w AS q2_before, GREATEST({shift}) / spread AS shift FROM (
    SELECT measure, spread, slice, {quantiles}
    FROM (
{tall}
    ) AS tall GROUP BY measure, spread, slice
  ) AS shapes WINDOW w AS (PARTITION BY measure ORDER BY slice)"""


def _spread(table: Table, column: str) -> float:
    """Interquartile range of the known values, else their standard deviation; 0 for a constant."""
    name = f"CAST({quoted(column)} AS DOUBLE PRECISION)"
    low, high, spread = table.engine.rows(
        f"SELECT PERCENTILE_CONT(0.25) WITHIN GROUP (ORDER BY {name}), "
        f"PERCENTILE_CONT(0.75) WITHIN GROUP (ORDER BY {name}), STDDEV_SAMP({name}) FROM {table.history}"
    )[0]
    if isinstance(low, float) and isinstance(high, float) and high > low:
        return high - low
    return spread if isinstance(spread, float) else 0.0
