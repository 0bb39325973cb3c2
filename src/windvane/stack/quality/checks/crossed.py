"""Values of one column that come in another: known values give way to unknown ones, which the other column knows."""

from __future__ import annotations

import math
from itertools import permutations

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, KNOWN, counted, some
from windvane.stack.quality.novelty import novelty
from windvane.stack.quality.surge import ALPHA
from windvane.stack.quality.table import Share, Table, Wish, check_of, is_number, literal, number, quoted

MOST_COLUMNS = 6
VARIED = 3  # different values
REPEATED = 0.5  # share of known rows with a value that stands on another row too
MOST = 0.5  # share of arriving rows with texts that only the other column knows that is stopped
USUAL = 0.02  # share of new values that a column of repeated numbers may have by habit


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check over text columns and numbers whose values come again, when there are two of a kind at least."""
    if table.role != "whole" or table.rows < 20:
        return ()
    columns = (*_texts(table), *_numbers(table))
    return (Wish("crossed", columns, fixed=ALPHA),) if columns else ()


def render(table: Table, share: Share) -> Check:
    """Counts arriving values that the column never had and another always has."""
    numbers = {c.name for c in table.contract.columns if is_number(c.type)}
    texts = [c for c in share.wish.columns if c not in numbers]
    counts = [c for c in share.wish.columns if c in numbers]
    parts = [_foreign(table, a, b) for a, b in permutations(texts, 2)]
    parts += [_exchanged(table, a, b, pairs=len(counts) ** 2) for a, b in permutations(counts, 2)]
    listed = ", ".join(f"`{c}`" for c in share.wish.columns)
    why = (
        f"values of {listed} come again and again in {table.rows:,} known rows, each in its own column; most of a "
        "delivery in the values of another column, or numbers that only another column has, far more than chance "
        "brings, mean that columns were exchanged."
    )
    return check_of(table, share, sql="\nUNION ALL\n".join(parts), why=why)


def _texts(table: Table) -> tuple[str, ...]:
    names = [c.name for c in table.contract.columns if c.type.startswith("varchar")]
    columns = tuple(c for c in names if _repeats(table, c) >= REPEATED)[:MOST_COLUMNS]
    return columns if len(columns) > 1 else ()


def _numbers(table: Table) -> tuple[str, ...]:
    """Measures that hardly ever say a new number: rates, classes, small amounts."""
    names = [c.name for c in table.measures if _repeats(table, c.name) > 1 - USUAL]
    columns = tuple(c for c in names if novelty(table, c).rate <= USUAL)[:MOST_COLUMNS]
    return columns if len(columns) > 1 else ()


def _repeats(table: Table, column: str) -> float:
    name = quoted(column)
    found = table.engine.rows(
        f"SELECT SUM(CASE WHEN n > 1 THEN n ELSE 0 END), SUM(n), COUNT(*) FROM (SELECT COUNT(*) AS n FROM "
        f"{table.history} "
        f"WHERE {name} IS NOT NULL GROUP BY {name}) AS counts"
    )[0]
    varied = isinstance(found[2], int) and found[2] >= VARIED
    return float(str(found[0] or 0)) / float(str(found[1])) if found[1] and varied else 0.0


def _met(table: Table, mine: str, other: str, usual: str) -> str:
    """CTE `met`: arriving values of one column, whether it knew them, and whether the other knew those it did not.

    Nothing known is looked up where no more than the share `usual` of the rows can have values that it did not know.
    """
    a, b = quoted(mine), quoted(other)
    return f"""fresh AS (
  SELECT {a} AS value, COUNT(*) AS n FROM {table.relation} WHERE {ARRIVES} AND {a} IS NOT NULL GROUP BY {a}
), odd AS (
  SELECT 1 AS _odd FROM fresh LEFT JOIN (SELECT DISTINCT {a} AS _near FROM {some(table, mine)}) AS near ON _near = value
  HAVING SUM(CASE WHEN _near IS NULL THEN n ELSE 0 END) > 0.99 * {usual} * SUM(n)
), mine AS (
  SELECT value, n, own FROM fresh LEFT JOIN (
    SELECT DISTINCT {a} AS own FROM {table.relation} WHERE {KNOWN} AND EXISTS (SELECT 1 FROM odd)
  ) AS known ON known.own = fresh.value
), others AS (
  SELECT DISTINCT {b} AS far FROM {table.relation} JOIN (SELECT value AS _value FROM mine WHERE own IS NULL) AS new
  ON new._value = {b} WHERE {KNOWN} AND EXISTS (SELECT 1 FROM odd)
), met AS (
  SELECT value, n, own, far FROM mine LEFT JOIN others ON others.far = mine.value
)"""


def _foreign(table: Table, mine: str, other: str) -> str:
    return f"""SELECT broken FROM (
WITH {_met(table, mine, other, number(MOST))}
SELECT {literal(f"column `{mine}` holds values of `{other}`: ")} || {counted("SUM(n)")} || ' arriving rows' AS broken
FROM met HAVING SUM(n) >= 5
  AND SUM(CASE WHEN own IS NULL AND far IS NOT NULL THEN n ELSE 0 END) > {number(MOST)} * SUM(n)
) AS foreign_values"""


def _exchanged(table: Table, mine: str, other: str, *, pairs: int) -> str:
    """Several numbers that are new to one column and known of the other, on more rows than chance brings new ones."""
    rate = number(novelty(table, mine).rate)
    needed = math.log(pairs / ALPHA)
    return f"""SELECT broken FROM (
WITH {_met(table, mine, other, rate)}
SELECT {literal(f"column `{mine}` holds values of `{other}`: ")} || {counted("CAST(k AS BIGINT)")} || ' arriving rows'
  AS broken
FROM (SELECT CAST(SUM(n) AS DOUBLE PRECISION) AS n,
  CAST(SUM(CASE WHEN own IS NULL AND far IS NOT NULL THEN n ELSE 0 END) AS DOUBLE PRECISION) AS k,
  SUM(CASE WHEN own IS NULL AND far IS NOT NULL THEN 1 ELSE 0 END) AS different
FROM met) AS sides
WHERE different > 1 AND k > n * {rate} AND k * LN(k / (n * {rate})) + CASE WHEN k < n
  THEN (n - k) * LN((n - k) / (n * (1 - {rate}))) ELSE 0 END > {number(needed)}
) AS exchanged_values"""
