"""SQL of checks that count rows of one kind: far more of them arrive than any earlier slice of rows had.

The count of each arriving delivery is compared with the highest share in slices of known rows of that size, never
below what the rule of three allows for all known rows; it fires when a Chernoff bound rules chance out (Hoeffding,
1963). Rows that go together (all regions of a day rise or fall) bear less witness: the bound is widened by the design
effect, the variance of the shares of known slices over that of independent rows (Kish, 1965).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from windvane.stack.quality.arriving import ARRIVES, KNOWN, counted
from windvane.stack.quality.table import Table, literal, number

ALPHA = 4e-5  # what such a check takes of the budget: the counts that matter are far beyond chance
SMALL = 20  # rows of a slice that its share is taken of at least: of fewer a share says little
FEW = 8  # rows of a slice below which it does not tell how far rows go together
PRIOR = 3  # of the rule of three
PARTS = 8  # slices that tell how far rows go together
USUAL = 0.005  # a share that is never worth a question, where chance alone decides


@dataclass(frozen=True)
class Mark:
    """Rows of one kind: `told` names them, `holds` is SQL true of them, `of` of the rows they are counted among.

    `usual` is a share that is ordinary whatever was seen before.
    """

    told: str
    holds: str
    of: str = "TRUE"
    usual: float = USUAL


def surges(table: Table, marks: tuple[Mark, ...], *, alpha: float = ALPHA) -> str:
    """SELECT of one text per mark that surges in an arriving delivery; at most `alpha` of benign ones have one."""
    needed = math.log(max(1, len(marks)) / alpha)
    sums = ", ".join(
        f"SUM(CASE WHEN {m.of} THEN 1 ELSE 0 END) AS n{i}, "
        f"SUM(CASE WHEN {m.of} AND {m.holds} THEN 1 ELSE 0 END) AS k{i}"
        for i, m in enumerate(marks)
    )
    # without a delivery in which one is more than usual nothing known is counted
    odd = " OR ".join(f"k{i} > {number(0.99 * m.usual)} * n{i}" for i, m in enumerate(marks))
    counts = ", ".join(f"n{i}, k{i}" for i in range(len(marks)))
    tall = "\n  UNION ALL\n".join(
        f"  SELECT {literal(m.told)} AS told, {number(m.usual)} AS usual, _arrives, "
        f"CAST(n{i} AS DOUBLE PRECISION) AS n, CAST(k{i} AS DOUBLE PRECISION) AS k FROM slices"
        for i, m in enumerate(marks)
    )
    return f"""WITH fresh AS (
  SELECT _seq AS _delivery, COUNT(*) AS _many, {sums}
  FROM {table.relation} WHERE {ARRIVES} GROUP BY _seq
), odd AS (
  SELECT 1 AS _odd FROM fresh WHERE {odd} LIMIT 1
), arrived AS (
  SELECT GREATEST(SUM(_many) / CAST(COUNT(*) AS DOUBLE PRECISION), {SMALL}) AS _size FROM fresh CROSS JOIN odd
), slices AS (
  SELECT 1 AS _arrives, {counts} FROM fresh CROSS JOIN odd
  UNION ALL
  SELECT 0, {counts} FROM (
    SELECT _seq AS _delivery, FLOOR((_row - 1) / _size) AS _slice, {sums}
    FROM {table.relation} CROSS JOIN arrived WHERE {KNOWN} AND EXISTS (SELECT 1 FROM odd)
    GROUP BY _seq, FLOOR((_row - 1) / _size)
  ) AS known
), tall AS (
{tall}
), sides AS (
  SELECT told, SUM(n) AS past_n, SUM(k) AS past_k, MAX(k / GREATEST(n, {SMALL})) AS worst, MAX(usual) AS usual,
    SUM(CASE WHEN n >= {FEW} THEN 1.0 ELSE 0.0 END) AS parts,
    SUM(CASE WHEN n >= {FEW} THEN n ELSE 0.0 END) AS sized,
    SUM(CASE WHEN n >= {FEW} THEN k / n ELSE 0.0 END) AS shares,
    SUM(CASE WHEN n >= {FEW} THEN (k / n) * (k / n) ELSE 0.0 END) AS squares
  FROM tall WHERE _arrives = 0 GROUP BY told
), judged AS (
  SELECT tall.told, n, k, past_n, past_k,
    LEAST(0.999999, GREATEST(worst, sides.usual, (past_k + {PRIOR}) / (past_n + {PRIOR}))) AS p,
    CASE WHEN parts >= {PARTS} AND shares > 0 AND shares < parts THEN GREATEST(1.0,
    (squares / parts - (shares / parts) * (shares / parts)) / ((shares / parts) * (1 - shares / parts)) * sized / parts)
    ELSE 1.0 END AS together
  FROM tall JOIN sides ON sides.told = tall.told WHERE _arrives = 1 AND n > 0 AND k > 0 AND past_n >= {SMALL}
)
SELECT told || ': ' || {counted("CAST(k AS BIGINT)")} || ' of ' || {counted("CAST(n AS BIGINT)")} ||
  ' arriving rows, of ' || {counted("CAST(past_n AS BIGINT)")} || ' known ones ' ||
  {counted("CAST(past_k AS BIGINT)")} AS broken
FROM judged WHERE k / n > p AND k * LN(k / (n * p)) + CASE WHEN k < n
  THEN (n - k) * LN((n - k) / (n * (1 - p))) ELSE 0 END > {number(needed)} * together"""


def told_bound(table: Table) -> str:
    """In words what such a check rests on."""
    return (
        f"Counted among the arriving rows against the highest share in slices of {table.rows:,} known rows; fires only "
        f"when chance is ruled out at {ALPHA:.3%}."
    )
