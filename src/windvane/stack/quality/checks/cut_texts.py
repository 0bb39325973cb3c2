"""Texts that all end at one length: longer ones were cut off."""

from __future__ import annotations

import math

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, KNOWN, counted
from windvane.stack.quality.surge import ALPHA
from windvane.stack.quality.table import Share, Table, Wish, check_of, literal, number, quoted

ENOUGH = 50
MOST_COLUMNS = 12
SPREAD = 5  # different lengths in the known rows, or lengths say nothing


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check over text columns whose values have many lengths."""
    if table.role != "whole" or table.rows < ENOUGH:
        return ()
    texts = [c.name for c in table.contract.columns if c.type.startswith("varchar")]
    columns = tuple(c for c in texts if _spread(table, c) >= SPREAD)[:MOST_COLUMNS]
    return (Wish("cut_texts", columns, fixed=ALPHA),) if columns else ()


def render(table: Table, share: Share) -> Check:
    """Fires when no arriving text is longer than one length, many have it, and known ones went on beyond it."""
    needed = math.log(len(share.wish.columns) / share.alpha)
    sql = "\nUNION ALL\n".join(_cut(table, c, needed) for c in share.wish.columns)
    listed = ", ".join(f"`{c}`" for c in share.wish.columns)
    why = (
        f"lengths of {listed} in {table.rows:,} known rows; a pile of texts at one length, and none beyond it although "
        f"chance is ruled out at {share.alpha:.2%}, is where they were cut."
    )
    return check_of(table, share, sql=sql, why=why)


def _spread(table: Table, column: str) -> int:
    found = table.engine.rows(f"SELECT COUNT(DISTINCT LENGTH({quoted(column)})) FROM {table.history}")[0][0]
    return found if isinstance(found, int) else 0


def _cut(table: Table, column: str, needed: float) -> str:
    name = quoted(column)
    return f"""SELECT broken FROM (
WITH longest AS (
  SELECT MAX(LENGTH({name})) AS size FROM {table.relation} WHERE {ARRIVES}
), sides AS (
  SELECT MAX(size) AS size,
    SUM(CASE WHEN {ARRIVES} THEN 1.0 ELSE 0 END) AS n, SUM(CASE WHEN {ARRIVES} AND LENGTH({name}) = size THEN 1.0
      ELSE 0 END) AS k,
    SUM(CASE WHEN {KNOWN} THEN 1.0 ELSE 0 END) AS past_n, SUM(CASE WHEN {KNOWN} AND LENGTH({name}) = size THEN 1.0
      ELSE 0 END) AS past_k,
    SUM(CASE WHEN {KNOWN} AND LENGTH({name}) > size THEN 1.0 ELSE 0 END) AS longer
  FROM {table.relation} CROSS JOIN longest WHERE {name} IS NOT NULL
), judged AS (
  SELECT size, n, k, past_n, longer, LEAST(0.999, (past_k + 3) / (past_n + 3)) AS p FROM sides
  WHERE n > 0 AND past_n >= {ENOUGH} AND longer > 3
)
SELECT {literal(f"column `{column}`: ")} || {counted("CAST(k AS BIGINT)")} || ' of ' ||
  {counted("CAST(n AS BIGINT)")} ||
  ' texts end at ' || {counted("size")} || ' letters, known ones go on' AS broken
FROM judged WHERE k >= 2 AND k / n > p
  AND k * LN(k / (n * p)) + CASE WHEN k < n THEN (n - k) * LN((n - k) / (n * (1 - p))) ELSE 0 END
  - n * LN(1 - LEAST(0.999, GREATEST(0, longer - 3 * SQRT(longer)) / past_n)) > {number(2 * needed)}
) AS cut"""
