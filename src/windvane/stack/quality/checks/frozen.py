"""A delivery with the numbers of the one before under new dates, in tables where single rows are alike anyway."""

from __future__ import annotations

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, KNOWN, counted
from windvane.stack.quality.surge import ALPHA
from windvane.stack.quality.table import Share, Table, Wish, check_of, literal, quoted

SAME = 0.95  # share of rows, per thing, that has the number of the time before
USUAL = 0.5  # tables in which so many numbers stay as they are say nothing
FEWEST = 5


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check over the measures of a table of series whose numbers move."""
    if table.role != "whole" or not table.is_panel or not table.entities or not table.rows:
        return ()
    columns = tuple(c.name for c in table.measures if _still(table, c.name) < USUAL)
    return (Wish("frozen", columns, fixed=ALPHA),) if columns else ()


def render(table: Table, share: Share) -> Check:
    """Counts arriving numbers that equal the last known ones of the same things, in the same order."""
    sql = "\nUNION ALL\n".join(_repeats(table, c) for c in share.wish.columns)
    listed = ", ".join(f"`{c}`" for c in share.wish.columns)
    why = f"{listed} moves from one time to the next; a delivery in which nothing moved repeats the one before it."
    return check_of(table, share, sql=sql, why=why)


def _still(table: Table, column: str) -> float:
    things = ", ".join(quoted(c) for c in table.entities)
    found = table.engine.rows(
        f"SELECT AVG(CASE WHEN value = before THEN 1.0 ELSE 0.0 END) FROM (SELECT {quoted(column)} AS value, "
        f"LAG({quoted(column)}) OVER (PARTITION BY {things} ORDER BY {quoted(table.contract.time_column)}) AS before "
        f"FROM {table.history}) AS steps WHERE before IS NOT NULL"
    )[0][0]
    return float(found) if isinstance(found, int | float) else 1.0


def _repeats(table: Table, column: str) -> str:
    name, time = quoted(column), quoted(table.contract.time_column)
    things = ", ".join(quoted(c) for c in table.entities)
    same = " AND ".join(f"old.{quoted(c)} = fresh.{quoted(c)}" for c in table.entities)
    aged = f"ROW_NUMBER() OVER (PARTITION BY {things} ORDER BY {time} DESC) AS age"
    return f"""SELECT broken FROM (
WITH fresh AS (
  SELECT {things}, {name} AS value, {aged} FROM {table.relation} WHERE {ARRIVES} AND {name} IS NOT NULL
), old AS (
  SELECT {things}, {name} AS value, {aged} FROM {table.relation} WHERE {KNOWN} AND {name} IS NOT NULL
), pairs AS (
  SELECT CASE WHEN old.value = fresh.value THEN 1 ELSE 0 END AS still FROM fresh JOIN old ON {same} AND old.age =
    fresh.age
)
SELECT {literal(f"column `{column}`: ")} || {counted("CAST(SUM(still) AS BIGINT)")} || ' of ' ||
  {counted("COUNT(*)")} ||
  ' arriving numbers are those of the time before' AS broken
FROM pairs HAVING COUNT(*) >= {FEWEST} AND SUM(still) >= {SAME} * COUNT(*)
) AS standing"""
