"""Days off in SQL and in Python: what is missing on them is not missing, what comes on them is no measure."""

from __future__ import annotations

from datetime import date, timedelta

from windvane.domain.calendar import WEEKDAYS, is_day_off
from windvane.domain.estate import Calendar

_MONDAY = date(1970, 1, 5)


def worked_days(calendar: Calendar, before: date, after: date) -> int:
    """Steps from one day to a later one that are worked: days between them that are off do not count."""
    between = (before + timedelta(days=n) for n in range(1, (after - before).days))
    return (after - before).days - sum(is_day_off(calendar, day) for day in between)


def steps(calendar: Calendar, before: str, after: str) -> str:
    """SQL of `worked_days`; a day that is off by its date and by its weekday counts twice, so it may say less."""
    parts = [f"{after} - {before}", *(f" - ({_one(text, before, after)})" for text in calendar.days_off)]
    return "".join(parts)


def is_off(calendar: Calendar, day: str) -> str:
    """SQL that is true on days off; empty when there are none."""
    return " OR ".join(_is(text, day) for text in calendar.days_off)


def _one(text: str, before: str, after: str) -> str:
    """How many days of one entry lie between two days, neither of them included."""
    if text in WEEKDAYS:
        anchor = f"DATE '{_MONDAY + timedelta(days=WEEKDAYS.index(text))}'"
        return f"FLOOR(({after} - 1 - {anchor}) / 7.0) - FLOOR(({before} - {anchor}) / 7.0)"
    if text == "02-29":
        return " + ".join(_one(f"{year}-{text}", before, after) for year in range(2000, 2100, 4))
    if len(text) == 5:
        place = int(text[:2]) * 100 + int(text[3:])
        last = f"EXTRACT(YEAR FROM {after}) - CASE WHEN {_place(after)} <= {place} THEN 1 ELSE 0 END"
        first = f"EXTRACT(YEAR FROM {before}) - CASE WHEN {_place(before)} < {place} THEN 1 ELSE 0 END"
        return f"({last}) - ({first})"
    return f"CASE WHEN {before} < DATE '{text}' AND DATE '{text}' < {after} THEN 1 ELSE 0 END"


def _is(text: str, day: str) -> str:
    if text in WEEKDAYS:
        return f"EXTRACT(DOW FROM {day}) = {(WEEKDAYS.index(text) + 1) % 7}"
    if len(text) == 5:
        return f"{_place(day)} = {int(text[:2]) * 100 + int(text[3:])}"
    return f"{day} = DATE '{text}'"


def _place(day: str) -> str:
    """A day within its year: 1225 for 25 December."""
    return f"(EXTRACT(MONTH FROM {day}) * 100 + EXTRACT(DAY FROM {day}))"
