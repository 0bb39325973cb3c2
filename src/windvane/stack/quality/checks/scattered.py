"""Rows scattered over more days than any delivery told before, with few on each: dates that were counted on by row."""

from __future__ import annotations

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import FRESH, counted, rounded
from windvane.stack.quality.surge import ALPHA
from windvane.stack.quality.table import FEW_BATCHES, Share, Table, Wish, check_of, is_moment, quoted

LEAST = 3  # days of a delivery from which its rows can lie scattered
THINNER = 4  # times fewer rows on a day than usual: days that come late all at once are as full as others


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check where each thing has its row for each day."""
    column = next((c for c in table.contract.columns if c.name == table.contract.time_column), None)
    if table.role != "whole" or not table.rows or not table.is_panel or column is None or not is_moment(column.type):
        return ()
    return (Wish("scattered", (column.name,), fixed=ALPHA),)


def render(table: Table, share: Share) -> Check:
    """Counts the days of each arriving delivery, and its rows on a day, against those of the deliveries known then."""
    day = f"CAST({quoted(share.wish.columns[0])} AS DATE)"
    sql = f"""WITH told AS (
  SELECT _seq, COUNT(*) AS n, COUNT(DISTINCT {day}) AS days, COUNT(_fresh) AS arrives
  FROM {table.relation} LEFT JOIN {FRESH} WHERE {day} IS NOT NULL GROUP BY _seq
), usual AS (
  SELECT MAX(days) AS most, PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY n / CAST(days AS DOUBLE PRECISION)) AS dense
  FROM told WHERE arrives = 0 HAVING COUNT(*) >= {FEW_BATCHES}
)
SELECT {counted("n")} || ' rows of one delivery lie on ' || {counted("days")} || ' days, usual are ' ||
  {rounded("dense", 0)} || ' on one' AS broken
FROM told CROSS JOIN usual WHERE arrives > 0 AND days > most AND days >= {LEAST} AND {THINNER} * n < dense * days"""
    why = (
        f"every delivery known when it is asked, {FEW_BATCHES} or more, told fewer days; one that tells more of them "
        f"with less than a quarter of the usual rows on each has wrong dates, or a few rows of many days."
    )
    return check_of(table, share, sql=sql, why=why)
