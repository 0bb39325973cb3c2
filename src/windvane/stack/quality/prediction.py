"""How far a count may lie from the few that are known: Student's prediction interval of their logarithms.

Of n normal values the next lies within t(n - 1) * s * sqrt(1 + 1 / n) of their mean (Student, 1908; Hahn, "Factors for
calculating two-sided prediction intervals", 1969). Logarithms of counts scatter at least as much as chance makes them
(Poisson: one over the root of the count), and their tails may be heavier than normal: no limit is nearer than twice
the largest departure known, nor than few counts rule out: five times with four known, 1.8 times with twenty.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

ALPHA = 3e-4  # share of benign counts beyond the limit, both sides together
FEWEST = 4  # known counts
LOOSE = 16  # with n counts known, no limit is nearer than 1 + LOOSE / n times the usual one; departures begin with 4
STUDENT = (
    (3, 19.38), (4, 11.75), (5, 8.89), (6, 7.46), (7, 6.62), (8, 6.07), (9, 5.68), (10, 5.40), (12, 5.02), (15, 4.67),
    (20, 4.36), (30, 4.09), (60, 3.84),
)  # fmt: skip
"""Degrees of freedom with the quantile of Student's distribution that `ALPHA` leaves beyond, both sides together."""


def reach(departures: Sequence[float], usual: float) -> float:
    """How far the logarithm of a count may be from its usual one, by `departures` known; infinite for fewer than 4."""
    n = len(departures)
    if n < FEWEST:
        return math.inf
    scatter = max(math.sqrt(sum(d * d for d in departures) / n), 1 / math.sqrt(max(usual, 1.0)))
    return max(
        math.log(1 + LOOSE / (n + FEWEST)), 2 * max(departures), _student(n - 1) * scatter * math.sqrt(1 + 1 / n)
    )


def reach_sql(counts: str, *, usual: str) -> str:
    """SQL aggregate of the same for known `counts` (at least 4) whose usual value is `usual`."""
    spread = f"(MAX(LN({counts})) - MIN(LN({counts})))"
    scatter = f"GREATEST(STDDEV_SAMP(LN({counts})), 1 / SQRT({usual}))"
    whens = " ".join(
        f"WHEN COUNT({counts}) <= {df} THEN {t}" for (df, _), (_, t) in zip(STUDENT[1:], STUDENT, strict=False)
    )
    student = f"CASE {whens} ELSE {STUDENT[-1][1]} END"
    loose, n = f"LN(1 + {LOOSE}.0 / COUNT({counts}))", f"SQRT(1 + 1.0 / COUNT({counts}))"
    return f"GREATEST({loose}, 2 * {spread}, ({student}) * {scatter} * {n})"


def _student(freedom: int) -> float:
    """The quantile of the next smaller degrees in the table, so that no limit is too near."""
    return min(t for df, t in STUDENT if df <= freedom)
