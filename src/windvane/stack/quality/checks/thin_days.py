"""Days that are over and have far too few rows: the part of a day that one delivery owed to the one before is missing.

How many rows a day has by chance is a Poisson number, its variance multiplied by what days varied more (quasi-Poisson,
Wedderburn, "Quasi-likelihood functions", Biometrika 1974); the chance of so few is bounded by Chernoff.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from statistics import fmean, pvariance

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, KNOWN, counted
from windvane.stack.quality.surge import ALPHA
from windvane.stack.quality.table import Share, Table, Wish, check_of, is_moment, literal, quoted

ENOUGH = 20  # days that are over, from which it is known how many rows one has
SEVERAL = 1.5  # days per delivery: where each is one day, the volume of the delivery tells
SCATTER = 3.0  # variance of the rows of a day over their mean, beyond which days have a rhythm of their own


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check where deliveries bring several days with about as many rows each."""
    return (Wish("thin_days", (table.contract.time_column,), fixed=ALPHA),) if _least(table) else ()


def render(table: Table, share: Share) -> Check | None:
    """Fires when a day between the newest known one and the last arriving one has fewer rows than chance allows."""
    least, day = _least(table), f"CAST({quoted(table.contract.time_column)} AS DATE)"
    if not least:
        return None
    sql = f"""WITH newest AS (SELECT MAX({day}) AS _newest FROM {table.relation} WHERE {KNOWN}),
last AS (SELECT MAX({day}) AS _last FROM {table.relation} WHERE {ARRIVES})
SELECT {counted("COUNT(*)")} || ' days are over with fewer than {least} rows' AS broken FROM (
  SELECT {day} AS day FROM {table.relation} CROSS JOIN newest CROSS JOIN last
  WHERE {day} >= _newest AND {day} < _last{_not_waiting(table, day)}
  GROUP BY {day} HAVING COUNT(*) < {least}
) AS thin HAVING COUNT(*) > 0"""
    why = (
        f"days in `{table.contract.time_column}` that are over had about as many rows each; fewer than {least} come by "
        f"chance once in {1 / ALPHA:,.0f} days: rows are missing."
    )
    return check_of(table, share, sql=sql, why=why)


def _not_waiting(table: Table, day: str) -> str:
    """SQL that leaves out days of which rows wait for a person."""
    if len(table.upstream) != 1 or not table.upstream[0].startswith("staging."):
        return ""
    source = literal(table.upstream[0].partition(".")[2])
    return (
        f"\n    AND {day} NOT IN (SELECT day FROM windvane.waiting WHERE source = {source} "
        f"AND col = {literal(table.contract.time_column)} AND day IS NOT NULL)"
    )


def _least(table: Table) -> int:
    """Rows that a day has at least; 0 where nothing can be said."""
    time = table.contract.time_column
    timed = any(c.name == time and is_moment(c.type) for c in table.contract.columns)
    if table.role != "whole" or not timed or not table.batches:
        return 0
    rows = table.engine.rows(
        f"SELECT COUNT(*) FROM {table.history} WHERE {quoted(time)} IS NOT NULL "
        f"GROUP BY CAST({quoted(time)} AS DATE) ORDER BY CAST({quoted(time)} AS DATE)"
    )
    days = [int(str(r[0])) for r in rows][1:-1]
    if len(days) < max(ENOUGH, SEVERAL * len(table.batches)):
        return 0
    usual, over = fmean(days), max(1.0, pvariance(days) / fmean(days))
    return 0 if over > SCATTER else bisect_right(range(int(usual)), ALPHA, key=lambda n: _chance(n, usual, over))


def _chance(rows: int, usual: float, over: float) -> float:
    """The bound of Chernoff on the chance of so few."""
    few, mean = rows / over, usual / over
    return math.exp(few - mean + few * math.log(mean / few)) if few else math.exp(-mean)
