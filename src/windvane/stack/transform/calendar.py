"""What the calendar says of the day that a target is about: weekday, edges of the month, season, days off; as SQL.

All of it is known long before: the day is the one that the decision time and the cadence imply, not the one that came.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from windvane.stack.transform.header import listed, literal

ABOUT = "about_day"  # column with the day that a target is expected to have
WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")  # as EXTRACT(DOW) counts
EDGES = ("month_start", "month_end")
SEASON = ("year_sine", "year_cosine", "half_year_sine", "half_year_cosine")
OFF = ("day_off", "day_before_off", "day_after_off")
_DECIDED = {"month": "MONTH", "weekday": "DOW"}
_STEPS = {"week": "'{n}' DAY", "month": "'{n}' MONTH", "quarter": "'{n}' MONTH", "year": "'{n}' YEAR"}
_TIMES = {"week": 7, "quarter": 3}


def day_ahead(day: str, rows: int, cadence: str) -> str:
    """The day `rows` steps of the cadence after `day`; of business days Saturday and Sunday are none."""
    if cadence == "business_day":
        cases = [f"WHEN {dow} THEN {_later(day, _calendar_days(dow, rows))}" for dow in range(7)]
        return f"CASE EXTRACT(DOW FROM {day}) {' '.join(cases)} END"
    step = _STEPS.get(cadence, "'{n}' DAY").format(n=rows * _TIMES.get(cadence, 1))
    return f"CAST({day} + INTERVAL {step} AS DATE)"


def _calendar_days(dow: int, rows: int) -> int:
    """Days from a day of the week (Sunday is 0) to the `rows`-th business day after it."""
    days = 0
    while rows:
        days += 1
        rows -= (dow + days) % 7 not in (0, 6)
    return days


def _later(day: str, days: int) -> str:
    return f"CAST({day} {'-' if days < 0 else '+'} INTERVAL '{abs(days)}' DAY AS DATE)" if days else day


def part_of(part: str, days_off: Sequence[str]) -> str:
    """One part of the calendar as a DOUBLE: 1 where it holds, 0 where not, or a wave between -1 and 1."""
    if part in _DECIDED:
        return f"CAST(EXTRACT({_DECIDED[part]} FROM decided.decided_at) AS DOUBLE)"
    day = f"decided.{ABOUT}"
    if part in SEASON:
        turns = 2 if part.startswith("half") else 1
        wave = "SIN" if part.endswith("_sine") else "COS"
        share = f"(EXTRACT(MONTH FROM {day}) - 1 + EXTRACT(DAY FROM {day}) / 31.0) / 12.0"
        return f"{wave}({turns * 2 * math.pi:.6f} * {share})"
    return f"CASE WHEN {_holds(part, day, days_off)} THEN 1.0 ELSE 0.0 END"


def _holds(part: str, day: str, days_off: Sequence[str]) -> str:
    if part in WEEKDAYS:
        return f"EXTRACT(DOW FROM {day}) = {WEEKDAYS.index(part)}"
    if part in EDGES:
        near = _later(day, 3 if part == "month_end" else -3)
        return f"EXTRACT(MONTH FROM {near}) <> EXTRACT(MONTH FROM {day})"
    by = {"day_off": 0, "day_before_off": 1, "day_after_off": -1}[part]
    return _is_off(_later(day, by), days_off)


def _is_off(day: str, days_off: Sequence[str]) -> str:
    dated = [f"DATE {literal(d)}" for d in days_off if len(d) == 10]
    yearly = [str(int(d[:2]) * 100 + int(d[3:])) for d in days_off if len(d) == 5]
    said = [f"{day} IN ({listed(dated)})"] if dated else []
    number = f"EXTRACT(MONTH FROM {day}) * 100 + EXTRACT(DAY FROM {day})"
    said += [f"{number} IN ({listed(yearly)})"] if yearly else []
    return f"({' OR '.join(said)})" if said else "FALSE"
