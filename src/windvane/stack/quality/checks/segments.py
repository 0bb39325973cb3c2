"""Parts that are always there and do not come: one shop, one country, one kind of order is missing."""

from __future__ import annotations

import math

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, KNOWN
from windvane.stack.quality.surge import ALPHA, SMALL
from windvane.stack.quality.table import Share, Table, Wish, check_of, literal, number, quoted

MOST_COLUMNS = 8
MOST_PARTS = 60
FEWEST_ROWS = 20  # per part
STEADY = 0.7  # of its mean share, which a part that was in every slice has at least
SLICES = 4  # in all of which a part must have been


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check over columns that divide the rows into a few parts."""
    if table.role != "whole" or not table.rows:
        return ()
    apart = {table.contract.time_column, table.segment}
    open_columns = [
        c for c in table.contract.columns if c.name not in apart and c.type.startswith(("varchar", "bigint", "boolean"))
    ]
    single = table.contract.key if len(table.contract.key) == 1 else ()
    columns = tuple(c.name for c in open_columns if c.name not in single and _divides(table, c.name))[:MOST_COLUMNS]
    return (Wish("segments", columns, fixed=ALPHA),) if columns else ()


def render(table: Table, share: Share) -> Check:
    """Fires when a part that was in every slice before is in none of the arriving rows, and chance does not do that."""
    sql = "\nUNION ALL\n".join(_absent(table, c, len(share.wish.columns)) for c in share.wish.columns)
    listed = ", ".join(f"`{c}`" for c in share.wish.columns)
    why = (
        f"each value of {listed} was in every slice of known rows of the size of a delivery; one that is missing, "
        f"although chance is ruled out at {ALPHA:.3%}, was left out of the delivery."
    )
    return check_of(table, share, sql=sql, why=why)


def _divides(table: Table, column: str) -> bool:
    name = quoted(column)
    parts, rows = table.engine.rows(f"SELECT COUNT(DISTINCT {name}), COUNT({name}) FROM {table.history}")[0]
    return isinstance(parts, int) and isinstance(rows, int) and 1 < parts <= MOST_PARTS and rows >= FEWEST_ROWS * parts


def _absent(table: Table, column: str, columns: int) -> str:
    name = quoted(column)
    needed = math.log(columns / ALPHA)
    return f"""SELECT broken FROM (
WITH arrived AS (
  SELECT COUNT(*) AS _size FROM {table.relation} WHERE {ARRIVES}
), slices AS (
  SELECT _seq AS _delivery, FLOOR(_row / CAST(GREATEST(_size, {SMALL}) AS DOUBLE PRECISION)) AS _slice, {name} AS part,
    COUNT(*) AS n FROM {table.relation} CROSS JOIN arrived WHERE {KNOWN} GROUP BY _seq, _slice, {name}
), whole AS (
  SELECT _delivery, _slice, CAST(SUM(n) AS DOUBLE PRECISION) AS rows_there FROM slices GROUP BY _delivery, _slice
), usual AS (
  SELECT part, COUNT(*) AS times, MIN(n / rows_there) AS least,
    SUM(n) / SUM(rows_there) AS mean FROM slices JOIN whole
    ON whole._delivery = slices._delivery AND whole._slice = slices._slice
  CROSS JOIN arrived WHERE rows_there >= LEAST(_size, {SMALL}) AND part IS NOT NULL GROUP BY part
), counted AS (
  SELECT COUNT(*) AS times FROM whole CROSS JOIN arrived WHERE rows_there >= LEAST(_size, {SMALL})
)
SELECT {literal(f"column `{column}`: ")} || CAST(COUNT(*) AS VARCHAR) || ' of its usual values do not come at all'
  AS broken
FROM usual CROSS JOIN counted CROSS JOIN arrived CROSS JOIN (SELECT COUNT(*) AS parts FROM usual) AS all_parts
WHERE counted.times >= {SLICES} AND usual.times = counted.times AND mean < 1
  AND -_size * LN(1 - GREATEST(least, {STEADY} * mean)) > {number(needed)} + LN(parts)
  AND NOT EXISTS (SELECT 1 FROM {table.relation} AS fresh WHERE fresh.{name} = part AND fresh.{ARRIVES})
HAVING COUNT(*) > 0
) AS gone"""
