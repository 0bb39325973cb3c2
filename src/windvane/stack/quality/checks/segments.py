"""Parts that are always there and do not come: one shop, one country, one kind of order is missing.

A part with `m` expected rows is absent by chance with probability e^-m where rows are independent. Rows of one order
come together, and a country of ten orders is absent more often than one of fifty rows: where the shares of parts vary
between known slices by `d` times what they would, counts are negative binomial, and it is e^-(m ln d / (d - 1)).
"""

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
FLOOR = 0.5  # of the share that may be missed, which an absent part has before known rows are cut into slices
ERRORS = 2  # standard errors of its mean share, which is expected less these
SLICES = 4  # in all of which a part must have been
LOOSE = 1.01  # variance of counts over that of independent rows, from which rows of a part go together


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
        f"although chance is ruled out at {ALPHA:.3%}, counting that rows come together, was left out of the delivery."
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
WITH known AS (
  SELECT {name} AS part, COUNT(*) AS n FROM {table.relation} WHERE {KNOWN} AND {name} IS NOT NULL GROUP BY {name}
), fresh AS (
  SELECT {name} AS part, COUNT(*) AS n FROM {table.relation} WHERE {ARRIVES} GROUP BY {name}
), arriving AS (
  SELECT SUM(n) AS many FROM fresh
), gone AS (
  SELECT 1 AS _gone FROM known CROSS JOIN arriving
  WHERE n > {FLOOR} * (1 - EXP(-{number(needed)} / many)) * (SELECT SUM(n) FROM known)
    AND NOT EXISTS (SELECT 1 FROM fresh WHERE fresh.part = known.part) LIMIT 1
), arrived AS (
  SELECT many AS _size FROM gone CROSS JOIN arriving
), deliveries AS (
  SELECT _seq AS _delivery, GREATEST(1, FLOOR(MAX(_row) / CAST(GREATEST(MAX(_size), {SMALL}) AS DOUBLE PRECISION)))
    / MAX(_row) AS _per_row FROM {table.relation} CROSS JOIN arrived WHERE {KNOWN} GROUP BY _seq
), slices AS (
  SELECT _seq AS _delivery, FLOOR((_row - 1) * _per_row) AS _slice, {name} AS part, COUNT(*) AS n
  FROM {table.relation} JOIN deliveries ON _delivery = _seq WHERE {KNOWN}
  GROUP BY _seq, FLOOR((_row - 1) * _per_row), {name}
), whole AS (
  SELECT _delivery, _slice, CAST(SUM(n) AS DOUBLE PRECISION) AS rows_there FROM slices GROUP BY _delivery, _slice
), usual AS (
  SELECT part, COUNT(*) AS times, MIN(n / rows_there) AS least, SUM(n) / SUM(rows_there) AS mean,
    SUM(n * n / rows_there) AS squares, SUM(rows_there) AS total FROM slices JOIN whole
    ON whole._delivery = slices._delivery AND whole._slice = slices._slice
  CROSS JOIN arrived WHERE rows_there >= LEAST(_size, {SMALL}) AND part IS NOT NULL GROUP BY part
), counted AS (
  SELECT COUNT(*) AS times FROM whole CROSS JOIN arrived WHERE rows_there >= LEAST(_size, {SMALL})
), always AS (
  SELECT part, least, mean, total,
    (squares - mean * mean * total) / (mean * (1 - mean) * (usual.times - 1)) AS spread
  FROM usual CROSS JOIN counted WHERE counted.times >= {SLICES} AND usual.times = counted.times AND mean < 1
), spreading AS (
  SELECT *, GREATEST(spread, AVG(spread) OVER ()) AS together FROM always
), judged AS (
  SELECT part, together, GREATEST(least, {STEADY} * mean,
    mean - {ERRORS} * SQRT(mean * (1 - mean) * GREATEST(together, 1) / total)) AS expected FROM spreading
)
SELECT {literal(f"column `{column}`: ")} || CAST(COUNT(*) AS VARCHAR) || ' of its usual values do not come at all'
  AS broken
FROM judged CROSS JOIN arrived CROSS JOIN (SELECT COUNT(*) AS parts FROM usual) AS all_parts
WHERE -_size * LN(1 - expected) * CASE WHEN together > {LOOSE} THEN LN(together) / (together - 1) ELSE 1.0 END
    > {number(needed)} + LN(parts)
  AND NOT EXISTS (SELECT 1 FROM fresh WHERE fresh.part = judged.part)
HAVING COUNT(*) > 0
) AS gone"""
