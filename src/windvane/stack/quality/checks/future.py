"""Times far behind the newest known one: a date that no row can have yet, and that makes every later row look late."""

from __future__ import annotations

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, KNOWN, counted
from windvane.stack.quality.surge import ALPHA
from windvane.stack.quality.table import Share, Table, Wish, check_of, is_moment, literal, quoted

ENOUGH = 20
LEAST = 366  # days beyond the newest known one that are asked about, also where history is short


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check over all columns of dates and times."""
    if table.role != "whole" or table.rows < ENOUGH:
        return ()
    columns = tuple(c.name for c in table.contract.columns if is_moment(c.type))
    return (Wish("future", columns, fixed=ALPHA),) if columns else ()


def render(table: Table, share: Share) -> Check:
    """Counts values later than the newest known one by more than a year and the whole length of history."""
    sql = "\nUNION ALL\n".join(_late(table, c) for c in share.wish.columns)
    listed = ", ".join(f"`{c}`" for c in share.wish.columns)
    why = (
        f"{listed} goes on from the newest known day; a year and more ahead of it, or before all history, is "
        f"a wrong date."
    )
    return check_of(table, share, sql=sql, why=why)


def _late(table: Table, column: str) -> str:
    name = f"CAST({quoted(column)} AS DATE)"
    return f"""SELECT broken FROM (
WITH fresh AS (
  SELECT {name} AS day, COUNT(*) AS n FROM {table.relation} WHERE {ARRIVES} GROUP BY {name}
), known AS (
  SELECT MAX({name}) AS newest, MIN({name}) AS oldest FROM {table.relation} WHERE {KNOWN}
)
SELECT {literal(f"column `{column}`: ")} || {counted("CAST(SUM(n) AS BIGINT)")} || ' dates lie far from all known ones'
  AS broken
FROM fresh CROSS JOIN known WHERE newest IS NOT NULL
  AND (day - newest > {LEAST} + (newest - oldest) / 10 OR oldest - day > {LEAST} + (newest - oldest) * 2)
HAVING COUNT(*) > 0
) AS late"""
