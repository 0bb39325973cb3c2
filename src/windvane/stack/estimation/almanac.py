"""Public holidays of countries and closing days of exchanges, and whose of them a daily series keeps.

The dates are those of the package `holidays`; which almanac fits is asked of the series alone: of the days that it
leaves out, or of the values that it has on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from statistics import median
from typing import NamedTuple

SATURDAY = 5
AHEAD = 5  # years after the last day of which holidays are known too
FEWEST = 6  # days left out, or holidays with a value, that tell anything
KEPT = 0.7  # F1 of days left out and holidays from which they are the same
APART = 6.0  # standard errors by which values on holidays differ: some two hundred almanacs are asked
_AROUND = (-28, -21, -14, -7, 7, 14, 21, 28)  # days whose values say what is usual on a day of the week
_FURTHEST = 6.0  # deviations that one day counts at most


class Almanac(NamedTuple):
    """Days off by the code of a country (ISO 3166) or an exchange (ISO 10383)."""

    name: str
    days: frozenset[date]


class Keeping(NamedTuple):
    """An almanac that a series keeps, with the evidence in words."""

    almanac: Almanac
    evidence: str


@lru_cache(maxsize=4)
def almanacs(first: int, last: int) -> tuple[Almanac, ...]:
    """Every almanac that has days in the years `first` to `last`; of equal ones the first by name, countries first."""
    import holidays

    years = range(first, last + 1)
    short = sorted(c for c in holidays.list_supported_countries() if len(c) == 2)
    markets = sorted(m for m in holidays.list_supported_financial() if len(m) == 4)
    made = [Almanac(c, frozenset(holidays.country_holidays(c, years=years))) for c in short]
    made += [Almanac(m, frozenset(holidays.financial_holidays(m, years=years))) for m in markets]
    found: dict[frozenset[date], Almanac] = {}
    for almanac in made:
        if almanac.days:
            found.setdefault(almanac.days, almanac)
    return tuple(found.values())


def keeping(series: Mapping[date, float], *, weekends: bool) -> Keeping | None:
    """The almanac that a daily series keeps; `None` when none stands out. `weekends`: whether it goes on at weekends.

    Days left out decide where there are enough of them, else the values on holidays against those of the same day of
    the week around.
    """
    days = sorted(series)
    if len(days) < 2 * len(_AROUND):
        return None
    span = [days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days + 1)]
    worked = frozenset(d for d in span if weekends or d.weekday() < SATURDAY)
    open_to = almanacs(days[0].year, days[-1].year + AHEAD)
    gone = worked - series.keys()
    return _left_out(gone, worked, open_to) if len(gone) >= FEWEST else _unlike(series, open_to)


def spelled(almanac: Almanac) -> tuple[str, ...]:
    """Its days as `days_off` holds them: `12-25` where it is one every year, else `2026-04-03`."""
    years = {d.year for d in almanac.days}
    by_day: dict[str, list[date]] = {}
    for day in almanac.days:
        by_day.setdefault(day.isoformat()[5:], []).append(day)
    yearly = {text for text, days in by_day.items() if len(days) == len(years) > 1}
    dated = (d.isoformat() for text, days in by_day.items() if text not in yearly for d in days)
    return (*sorted(yearly), *sorted(dated))


def _left_out(gone: frozenset[date], worked: frozenset[date], among: Iterable[Almanac]) -> Keeping | None:
    scored = [(_f1(gone, a.days & worked), a) for a in among]
    best, almanac = max(scored, key=lambda s: s[0])
    if best < KEPT:
        return None
    return Keeping(almanac, f"{len(gone & almanac.days)} of {len(gone)} days left out are holidays of {almanac.name}")


def _f1(one: frozenset[date], other: frozenset[date]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 0.0


def _unlike(series: Mapping[date, float], among: Iterable[Almanac]) -> Keeping | None:
    away = _deviations(series)
    scored = [(_standing_out([away[d] for d in a.days if d in away]), a) for a in among]
    best, almanac = max(scored, key=lambda s: s[0])
    if best < APART:
        return None
    many = sum(d in away for d in almanac.days)
    return Keeping(almanac, f"values on {many} holidays of {almanac.name} are {best:.1f} standard errors off the usual")


def _deviations(series: Mapping[date, float]) -> dict[date, float]:
    """How far each value is from the median of that day of the week around it, in robust deviations."""
    away: dict[date, float] = {}
    for day, value in series.items():
        near = [series[n] for n in (day + timedelta(days=by) for by in _AROUND) if n in series]
        if len(near) >= len(_AROUND) // 2:
            away[day] = value - median(near)
    spread = 1.4826 * median(map(abs, away.values())) if away else 0.0
    return {d: max(-_FURTHEST, min(_FURTHEST, v / spread)) for d, v in away.items()} if spread else {}


def _standing_out(away: Sequence[float]) -> float:
    return abs(sum(away)) / len(away) ** 0.5 if len(away) >= FEWEST else 0.0
