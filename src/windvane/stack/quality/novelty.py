"""How often a column says what it never said before: the share of rows with values that are new when they come.

The share of what stands on one row only estimates the share of what was not seen yet (Good, 1953: "The population
frequencies of species"); slices of the later rows tell whether new values come in clumps.
"""

from __future__ import annotations

from typing import NamedTuple

from windvane.stack.quality.table import Table, quoted

SLICES = 20  # of the known rows in order; the first half is where a column is learnt
PRIOR = 3  # of the rule of three


class Novelty(NamedTuple):
    """`rate`: the largest share of new values that is ordinary; `never`: whether none came in the later half."""

    rate: float
    never: bool
    values: int
    rows: int


def novelty(table: Table, column: str) -> Novelty:
    """What the known rows of `table` say of one column."""
    name = quoted(column)
    found = table.engine.rows(
        f"WITH sliced AS (SELECT {name} AS value, NTILE({SLICES}) OVER (ORDER BY _seq, _row) AS slice "
        f"FROM {table.history} WHERE {name} IS NOT NULL), "
        "firsts AS (SELECT value, MIN(slice) AS slice, COUNT(*) AS n FROM sliced GROUP BY value), "
        "sizes AS (SELECT slice, COUNT(*) AS n FROM sliced GROUP BY slice), "
        "late AS (SELECT sliced.slice, COUNT(*) AS n FROM sliced JOIN firsts ON firsts.value = sliced.value "
        f"AND firsts.slice = sliced.slice WHERE sliced.slice > {SLICES // 2} GROUP BY sliced.slice) "
        "SELECT (SELECT COUNT(*) FROM firsts), (SELECT COALESCE(SUM(n), 0) FROM firsts), "
        "(SELECT COUNT(*) FROM firsts WHERE n = 1), "
        "(SELECT MAX(late.n / CAST(sizes.n AS DOUBLE PRECISION)) FROM late JOIN sizes ON sizes.slice = late.slice)"
    )[0]
    values, rows, once = (int(str(v)) for v in found[:3])
    worst = float(str(found[3] or 0))
    return Novelty(
        rate=min(1.0, max(worst, (once + PRIOR) / (rows + PRIOR))), never=not once and not worst, values=values,
        rows=rows,
    )  # fmt: skip
