"""Texts that all end at one length, or are shorter than any before: longer ones were cut off."""

from __future__ import annotations

import math

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, KNOWN, counted, some
from windvane.stack.quality.surge import ALPHA
from windvane.stack.quality.table import Share, Table, Wish, check_of, literal, number, quoted

ENOUGH = 50
MOST_COLUMNS = 12
SPREAD = 5  # different lengths in the known rows, or a pile at one says nothing
SHORT = 1 / 6  # share of texts shorter than any known one that is asked about, when chance is ruled out


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check over text columns that have something to lose: more than one letter, always."""
    if table.role != "whole" or table.rows < ENOUGH:
        return ()
    texts = [c.name for c in table.contract.columns if c.type.startswith("varchar")]
    columns = tuple(c for c in texts if _lengths(table, c)[1] > 1 or _lengths(table, c)[0] >= SPREAD)[:MOST_COLUMNS]
    return (Wish("cut_texts", columns, fixed=ALPHA),) if columns else ()


def render(table: Table, share: Share) -> Check:
    """Fires when no arriving text is longer than one length, many have it, and known ones went on beyond it; and when
    many are shorter than all known ones."""
    needed = math.log(2 * len(share.wish.columns) / share.alpha)
    lengths = {c: _lengths(table, c) for c in share.wish.columns}
    parts = [_cut(table, c, needed) for c, (different, _) in lengths.items() if different >= SPREAD]
    parts += [_short(table, c, needed) for c, (_, least) in lengths.items() if least > 1]
    sql = "\nUNION ALL\n".join(parts)
    listed = ", ".join(f"`{c}`" for c in share.wish.columns)
    why = (
        f"lengths of {listed} in {table.rows:,} known rows; a pile of texts at one length, and none beyond it although "
        f"chance is ruled out at {share.alpha:.2%}, is where they were cut; so are many texts shorter than any before."
    )
    return check_of(table, share, sql=sql, why=why)


def _lengths(table: Table, column: str) -> tuple[int, int]:
    """How many different lengths the known texts have, and the least of them."""
    length = f"LENGTH({quoted(column)})"
    found = table.engine.rows(f"SELECT COUNT(DISTINCT {length}), COALESCE(MIN({length}), 0) FROM {table.history}")[0]
    return int(str(found[0])), int(str(found[1]))


def _short(table: Table, column: str, needed: float) -> str:
    """All k shorter ones of past + n texts are among the last n, in any order, with chance (n / (past + n)) ** k."""
    name = quoted(column)
    return f"""SELECT broken FROM (
WITH fresh AS (
  SELECT LENGTH({name}) AS size, COUNT({name}) AS n FROM {table.relation} WHERE {ARRIVES} GROUP BY LENGTH({name})
), odd AS (
  SELECT 1 AS _odd FROM fresh CROSS JOIN (SELECT MIN(LENGTH({name})) AS near FROM {some(table, column)}) AS nearby
  HAVING SUM(CASE WHEN size < near THEN n ELSE 0 END) > {number(0.99 * SHORT)} * SUM(n)
), known AS (
  SELECT MIN(LENGTH({name})) AS least, COUNT({name}) AS past FROM {table.relation} WHERE {KNOWN}
    AND EXISTS (SELECT 1 FROM odd)
), counts AS (
  SELECT CAST(SUM(n) AS BIGINT) AS n, CAST(SUM(CASE WHEN size < least THEN n ELSE 0 END) AS BIGINT) AS k,
    MAX(least) AS least, CAST(MAX(past) AS DOUBLE PRECISION) AS past FROM fresh CROSS JOIN known
)
SELECT {literal(f"column `{column}`: ")} || {counted("k")} || ' of ' || {counted("n")} ||
  ' texts are shorter than any known one, of ' || {counted("least")} || ' letters' AS broken
FROM counts WHERE past >= {ENOUGH} AND k > {number(SHORT)} * n AND k * LN((past + n) / n) > {number(needed)}
) AS short"""


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
