"""How rows divide over the categories of a column: a notice, because business changes too."""

from __future__ import annotations

from dataclasses import replace

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import counted, lately, share, stretched, windows
from windvane.stack.quality.budget import LEAST as FEWEST
from windvane.stack.quality.budget import TOTAL
from windvane.stack.quality.table import Share, Table, Wish, check_of, literal, quoted

LEAST = 0.1  # share of rows that must have moved
SLICES = 400
MOST_COLUMNS = 3


def wishes(table: Table) -> tuple[Wish, ...]:
    """One warning over up to three category columns; it stops nothing, so it asks for no budget."""
    columns = tuple(name for name, _ in table.accepted if name not in table.contract.key)[:MOST_COLUMNS]
    enough = table.rows / max(1.0, table.per_batch) >= FEWEST
    return (Wish("category_share", columns),) if columns and enough and table.role == "whole" else ()


def render(table: Table, share_: Share) -> Check:
    """Compares total variation distance to the slice before with the same distance between all earlier slices."""
    alpha = TOTAL / len(share_.wish.columns)
    sql = "\nUNION ALL\n".join(_moved(table, c, alpha) for c in share_.wish.columns)
    listed = ", ".join(f"`{c}`" for c in share_.wish.columns)
    why = (
        f"shares of the categories of {listed} between slices of the size of a delivery; warns when more rows "
        f"changed category than in any step before, stretched to {TOTAL:.1%} false alarms. Business may do that, so "
        "nothing is held."
    )
    return check_of(table, replace(share_, severity="warn"), sql=sql, why=why)


def _moved(table: Table, column: str, alpha: float) -> str:
    return f"""SELECT broken FROM (
WITH {lately(table, (column,))}, odd AS (
  SELECT 1 AS _odd FROM (
{_steps("lately", column)}
  ) AS moves WHERE slice = 0 AND moved > {0.99 * LEAST}
), {windows(table, (column,), most=SLICES)}, steps AS (
{_steps("slices", column)}
), past AS (
  SELECT COUNT(*) AS n, MAX(moved) AS highest FROM steps
  WHERE slice > 0 AND slice < (SELECT MAX(_slice) FROM slices)
)
SELECT {literal(f"column `{column}`: ")} || {share("moved")} || ' of the rows changed category; in ' || {counted("n")}
  || ' steps before at most ' || {share("highest")} AS broken
FROM steps CROSS JOIN past
WHERE slice = 0 AND n >= {FEWEST} AND moved > GREATEST({LEAST}, {stretched(alpha, past="n", highest="highest")})
) AS unusual"""


def _steps(slices: str, column: str) -> str:
    """How far the shares of each slice are from those of the slice before it."""
    name = quoted(column)
    return f"""  SELECT slice, SUM(ABS(part)) / 2 AS moved FROM (
    SELECT slice, category, SUM(part) AS part FROM (
      SELECT _slice AS slice, {name} AS category, COUNT(*) / CAST(MAX(_size) AS DOUBLE PRECISION) AS part
      FROM {slices} CROSS JOIN arrived GROUP BY _slice, {name}
      UNION ALL
      SELECT _slice - 1, {name}, -COUNT(*) / CAST(MAX(_size) AS DOUBLE PRECISION)
      FROM {slices} CROSS JOIN arrived WHERE _slice > 0 GROUP BY _slice, {name}
    ) AS both_sides GROUP BY slice, category
  ) AS differences GROUP BY slice"""
