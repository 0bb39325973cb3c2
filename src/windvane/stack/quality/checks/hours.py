"""At which hours rows come: the whole day's rhythm moved, as it does when a time zone changes.

Rows of one moment bear witness once: a file whose rows all say 17:00 is one time of day, not a thousand.
"""

from __future__ import annotations

import math

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, KNOWN, rounded
from windvane.stack.quality.surge import ALPHA
from windvane.stack.quality.table import Share, Table, Wish, check_of, literal, number, quoted

ENOUGH = 100
MOST_COLUMNS = 3
FLOOR = 0.002  # share of an hour without any row


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check over columns of times with a rhythm: some hours have far more rows than others."""
    if table.role != "whole" or table.rows < ENOUGH:
        return ()
    columns = tuple(c.name for c in table.contract.columns if c.type.startswith("timestamp") and _rhythm(table, c.name))
    return (Wish("hours", columns[:MOST_COLUMNS], fixed=ALPHA),) if columns else ()


def render(table: Table, share: Share) -> Check:
    """Fires when the hours of the known rows, turned by whole hours, explain the arriving rows far better."""
    sql = "\nUNION ALL\n".join(
        _turned(table, c, math.log(24 * len(share.wish.columns) / share.alpha)) for c in share.wish.columns
    )
    listed = ", ".join(f"`{c}`" for c in share.wish.columns)
    why = (
        f"hours of the day in {listed} over {table.rows:,} known rows; a likelihood that is higher by more than "
        f"1 / {share.alpha:.0e} when these hours are turned says that another time zone came."
    )
    return check_of(table, share, sql=sql, why=why)


def _rhythm(table: Table, column: str) -> bool:
    name = quoted(column)
    found = table.engine.rows(
        f"SELECT COUNT(*) FROM {table.history} WHERE {name} IS NOT NULL GROUP BY EXTRACT(HOUR FROM {name}) ORDER BY 1"
    )
    counts = [int(str(r[0])) for r in found]
    counts = [0] * (24 - len(counts)) + counts
    return sum(counts) >= ENOUGH and len(found) > 1 and counts[23] >= 3 * max(1, counts[6])


def _turned(table: Table, column: str, needed: float) -> str:
    name = quoted(column)
    hour = f"CAST(EXTRACT(HOUR FROM {name}) AS INTEGER)"
    hours = " UNION ALL ".join(f"SELECT {h} AS turn" for h in range(24))
    return f"""SELECT broken FROM (
WITH known AS (
  SELECT {hour} AS _at, COUNT(*) AS n FROM {table.relation} WHERE {KNOWN} AND {name} IS NOT NULL GROUP BY {hour}
), hours AS (
  {hours}
), usual AS (
  SELECT turn AS _at, LN({FLOOR} + COALESCE(n, 0) / CAST((SELECT SUM(n) FROM known) AS DOUBLE PRECISION)) AS weight
  FROM hours LEFT JOIN known ON known._at = hours.turn WHERE EXISTS (SELECT 1 FROM known)
), fresh AS (
  SELECT {hour} AS _at, COUNT(DISTINCT {name}) AS n FROM {table.relation}
  WHERE {ARRIVES} AND {name} IS NOT NULL GROUP BY {hour}
), likely AS (
  SELECT turn, SUM(fresh.n * weight) AS weight FROM fresh CROSS JOIN hours JOIN usual
    ON usual._at = MOD(fresh._at - turn + 24, 24) GROUP BY turn
)
SELECT {literal(f"column `{column}`: ")} || 'the hours are turned by ' || CAST(best.turn AS VARCHAR) ||
  ', which is likelier by exp(' || {rounded("best.weight - still.weight", 1)} || ')' AS broken
FROM likely AS best CROSS JOIN likely AS still WHERE still.turn = 0 AND best.weight - still.weight > {number(needed)}
ORDER BY best.weight DESC LIMIT 1
) AS turned"""
