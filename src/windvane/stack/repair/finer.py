"""Whether numbers that came with more digits are the old ones told finer, or others: multiplied, or of another kind."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from windvane.sql.alias import quote
from windvane.stack.quality.drift import FACTORS
from windvane.stack.repair.case import Case

FEWEST = 10  # different numbers with more digits from which it can be told
MOST = 2_000  # that are looked at
STRANGE = 3.0  # standard errors by which their ranks may differ from those of known numbers
CHANCE = 0.001  # that all of them, rounded, are known ones
KNOWN = 0.9  # share of them that, rounded, were known
FINE = 9  # digits behind the point up to which numbers are looked at


class _Number(NamedTuple):
    value: float
    digits: int  # behind the point, zeros at the end left out


def doubt(case: Case, column: str, *, before: int) -> str:
    """Why the numbers of a column with more than `before` digits behind the point may be others than until now.

    Empty when all, rounded to as many digits, are known ones and chance does not do that. Else they have to lie among
    the known ones as chance would have it, on no grid that a factor makes, and mostly be known ones when rounded.
    """
    fresh, known = _fresh(case, column, before), _known(case, column)
    if known and before and _met(fresh, known, before) == 1.0 and _by_chance(known, before) ** len(fresh) <= CHANCE:
        return ""
    if len(fresh) < FEWEST:
        return f"only {len(fresh)} different numbers of `{column}` have more digits"
    ranked = _ranked([n.value for n in fresh], known) if known else 0.0
    if abs(ranked) > STRANGE:
        return f"those of `{column}` with more digits are {'lower' if ranked < 0 else 'higher'} than usual"
    times = _factor(fresh, before) if max(n.digits for n in fresh) <= FINE else ""
    if times:
        return f"those of `{column}` with more digits are what {times} makes of numbers with {before}"
    if before and _met(fresh, known, before) < KNOWN:
        return f"those of `{column}` with more digits, rounded to {before}, are no numbers that it had"
    return ""


def _fresh(case: Case, column: str, before: int) -> list[_Number]:
    """Some of the different numbers that have more digits than `before`."""
    raw = f"TRIM({case.raw(column)})"
    behind = f"LENGTH(RTRIM(regexp_extract({raw}, '[.]([0-9]+)', 1), '0'))"
    rows = case.rows(
        f"SELECT _v, MAX(_d) FROM (SELECT CAST({raw} AS DOUBLE) AS _v, {behind} AS _d FROM {case.landed}) AS numbers "
        f"WHERE _d > {before} GROUP BY _v ORDER BY hash(_v), _v LIMIT {MOST}"
    )
    return [_Number(float(str(v)), int(str(d))) for v, d in rows]


def _known(case: Case, column: str) -> list[float]:
    """Some of the known numbers, in order."""
    name = quote(column)
    rows = case.rows(
        f"SELECT CAST(_v AS DOUBLE) FROM (SELECT {name} AS _v FROM {case.known} WHERE {name} IS NOT NULL "
        f"ORDER BY hash(_row, _batch) LIMIT {5 * MOST}) AS drawn ORDER BY 1"
    )
    return [float(str(v)) for (v,) in rows]


def _ranked(fresh: Sequence[float], known: Sequence[float]) -> float:
    """By how many standard errors the mean rank among `known` differs from chance (Mann and Whitney, 1947)."""
    ranks = [(bisect_left(known, v) + bisect_right(known, v)) / (2 * len(known)) for v in fresh]
    error = math.sqrt((1 + len(fresh) / len(known)) / (12 * len(fresh)))
    return (sum(ranks) / len(ranks) - 0.5) / error


def _factor(fresh: Sequence[_Number], before: int) -> str:
    """The factor that gives all these numbers from such with `before` digits; empty when none does."""
    digits = max(n.digits for n in fresh)
    step = odd = math.gcd(*(round(n.value * 10**digits) for n in fresh))
    for prime in (2, 5):
        while odd and odd % prime == 0:
            odd //= prime
    if odd > 1:
        return f"a factor of {step / 10 ** (digits - before):.6g}"
    for name, exact in FACTORS:
        for factor in _written(exact):
            power = math.log10(factor)
            whole = abs(power - round(power)) < 1e-9
            if not whole and all(_on(n, factor, before) for n in fresh) and _rare(fresh, factor, before):
                return f"the factor {factor:.6g} ({name})"
    return ""


def _written(factor: float) -> list[float]:
    """A factor and its inverse, and how people write them: with two digits behind the point up to eight."""
    both = (factor, 1 / factor)
    return list(dict.fromkeys(f for x in both for f in (x, *(round(x, d) for d in range(8, 1, -1))) if f > 0))


def _met(fresh: Sequence[_Number], known: Sequence[float], before: int) -> float:
    there = {round(v, before) for v in known}
    return sum(round(n.value, before) in there for n in fresh) / len(fresh)


def _by_chance(known: Sequence[float], before: int) -> float:
    """Share of the numbers with so many digits, between the least and the largest known, that are known."""
    possible = (known[-1] - known[0]) * 10.0**before + 1
    return min(1.0, len({round(v, before) for v in known}) / possible)


def _on(number: _Number, factor: float, before: int) -> bool:
    """Whether a number of `before` digits becomes this one, rounded to its digits."""
    made = round(number.value / factor, before) * factor
    return abs(made - number.value) <= 0.51 * 10.0**-number.digits


def _rare(fresh: Sequence[_Number], factor: float, before: int) -> bool:
    """Whether chance does not put as many numbers of their digits on the grid."""
    chance = (min(1.0, 10.0 ** (before - n.digits) * 1.02 / factor) for n in fresh)
    return sum(-math.log(c) for c in chance if c > 0) > STRANGE * STRANGE
