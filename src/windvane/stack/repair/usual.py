"""Whether the numbers of a column are, for themselves, what they always were: digits, sign, and values that repeat."""

from __future__ import annotations

import math

from windvane.sql.alias import quote
from windvane.stack.quality.table import is_number
from windvane.stack.repair.case import Case
from windvane.stack.repair.numbers import MOST_DIGITS, digits_of

SURE = 1e-4  # chance of as many new numbers, at the share of new ones until now
REPEATS = 0.5  # share of known rows whose number stands on another one too
PRIOR = 3  # of the rule of three


def unusual(case: Case, column: str) -> str:
    """How the arriving numbers of a column differ in kind from the known ones, in words; empty when they do not."""
    cast = case.cast(column)
    if cast is None or not is_number(cast.type):
        return ""
    return _more_digits(case, column) or _below(case, column) or _never_seen(case, column)


def _more_digits(case: Case, column: str) -> str:
    known, now = (digits_of(case, column, side) for side in (case.known, case.arriving()))
    if now <= known or known >= MOST_DIGITS:
        return ""
    return f"`{column}` has {now} digits behind the point, never more than {known} until now"


def _below(case: Case, column: str) -> str:
    least, now = (case.rows(f"SELECT MIN({quote(column)}) FROM {side}")[0][0] for side in (case.known, case.arriving()))
    fits = least is None or now is None or float(str(now)) >= 0 or float(str(least)) < 0
    return "" if fits else f"`{column}` is negative, and never was"


def _never_seen(case: Case, column: str) -> str:
    """New numbers in a column whose numbers come again and again, by Chernoff's bound on the share of new ones."""
    name = quote(column)
    counts = f"SELECT {name} AS value, COUNT(*) AS n FROM {case.known} WHERE {name} IS NOT NULL GROUP BY {name}"
    rows, once = (
        float(str(v or 0))
        for v in case.rows(f"SELECT SUM(n), SUM(CASE WHEN n = 1 THEN 1 ELSE 0 END) FROM ({counts}) AS known")[0]
    )
    if not rows or 1 - once / rows < REPEATS:
        return ""
    many, new = (
        float(str(v or 0))
        for v in case.rows(
            f"SELECT COUNT(*), SUM(CASE WHEN known.value IS NULL THEN 1 ELSE 0 END) FROM {case.arriving()} "
            f"LEFT JOIN ({counts}) AS known ON known.value = {name} WHERE {name} IS NOT NULL"
        )[0]
    )
    rate = (once + PRIOR) / (rows + PRIOR)
    if not many or new <= many * rate or _chernoff(new, many, rate) < -math.log(SURE):
        return ""
    return f"{new:,.0f} of {many:,.0f} `{column}` are numbers that it never had"


def _chernoff(seen: float, of: float, rate: float) -> float:
    """Minus the log of a bound on the chance of `seen` cases or more."""
    rest = (of - seen) * math.log((of - seen) / (of * (1 - rate))) if seen < of else 0.0
    return seen * math.log(seen / (of * rate)) + rest
