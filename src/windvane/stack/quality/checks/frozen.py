"""A delivery with the numbers of the one before under new dates, in tables where single rows are alike anyway."""

from __future__ import annotations

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import FRESH, counted
from windvane.stack.quality.surge import ALPHA
from windvane.stack.quality.table import Share, Table, Wish, check_of, literal, quoted

SAME = 0.95  # share of rows, per thing, that has the number of the time before
USUAL = 0.5  # tables in which so many numbers stay as they are say nothing
FEWEST = 5
RECENT, TWICE = 8, 2  # newest known steps, and those among them with so many numbers that one more is ordinary


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check over the measures of a table of series whose numbers move."""
    if table.role != "whole" or not table.is_panel or not table.entities or not table.rows:
        return ()
    columns = tuple(c.name for c in table.measures if _still(table, c.name) < USUAL)
    return (Wish("frozen", columns, fixed=ALPHA),) if columns else ()


def render(table: Table, share: Share) -> Check:
    """Counts arriving numbers that equal the last known ones of the same things, in the same order."""
    sql = _repeats(table, share.wish.columns)
    listed = ", ".join(f"`{c}`" for c in share.wish.columns)
    why = f"{listed} moves from one time to the next; a delivery in which nothing moved repeats the one before it, "
    why += f"unless half the numbers stood still twice within the last {RECENT} times known when it is asked."
    return check_of(table, share, sql=sql, why=why)


def _still(table: Table, column: str) -> float:
    things = ", ".join(quoted(c) for c in table.entities)
    found = table.engine.rows(
        f"SELECT AVG(CASE WHEN value = before THEN 1.0 ELSE 0.0 END) FROM (SELECT {quoted(column)} AS value, "
        f"LAG({quoted(column)}) OVER (PARTITION BY {things} ORDER BY {quoted(table.contract.time_column)}) AS before "
        f"FROM {table.history}) AS steps WHERE before IS NOT NULL"
    )[0][0]
    return float(found) if isinstance(found, int | float) else 1.0


def _repeats(table: Table, columns: tuple[str, ...]) -> str:
    """SELECT of one text per column; all of them are counted in one pass over the newest times of each thing."""
    time, things = quoted(table.contract.time_column), ", ".join(quoted(c) for c in table.entities)
    named = [(f"c{i}", c) for i, c in enumerate(columns)]
    cells = ", ".join(f"{quoted(c)} AS {n}" for n, c in named)
    rows = f"""SELECT {things}, _arrives, {", ".join(n for n, _ in named)},
    ROW_NUMBER() OVER (PARTITION BY _arrives, {things} ORDER BY _when DESC) AS age
  FROM (
    SELECT {things}, {time} AS _when, {cells}, CASE WHEN _fresh IS NULL THEN 0 ELSE 1 END AS _arrives
    FROM {table.relation} LEFT JOIN {FRESH}
  ) AS told"""
    same = " AND ".join(f"was.{quoted(c)} = now.{quoted(c)}" for c in table.entities)
    still = ", ".join(f"AVG({_equal(n)}) AS {n}" for n, _ in named)
    counts = ", ".join(f"SUM({_equal(n)}) AS k{n}, COUNT({_equal(n)}) AS n{n}" for n, _ in named)
    tall = "\nUNION ALL\n".join(
        f"SELECT {literal(f'column `{c}`: ')} AS told, k{n} AS k, n{n} AS n, "
        f"(SELECT COUNT(*) FROM steps WHERE {n} >= {USUAL}) AS quiet FROM counts"
        for n, c in named
    )
    return f"""WITH aged AS (
  {rows}
), steps AS (
  SELECT now.age, {still} FROM aged AS now JOIN aged AS was ON {same} AND was.age = now.age + 1
  WHERE now._arrives = 0 AND was._arrives = 0 AND now.age <= {RECENT} GROUP BY now.age
), counts AS (
  SELECT {counts} FROM aged AS now JOIN aged AS was ON {same} AND was.age = now.age
  WHERE now._arrives = 1 AND was._arrives = 0
), tall AS (
{tall}
)
SELECT told || {counted("CAST(k AS BIGINT)")} || ' of ' || {counted("n")} ||
  ' arriving numbers are those of the time before' AS broken
FROM tall WHERE n >= {FEWEST} AND k >= {SAME} * n AND quiet < {TWICE}"""


def _equal(name: str) -> str:
    """SQL of 1 where a number is that of the time before, 0 where it is another one, empty where one of them is."""
    return f"CASE WHEN now.{name} = was.{name} THEN 1.0 WHEN now.{name} <> was.{name} THEN 0.0 END"
