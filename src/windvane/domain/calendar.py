"""Business days: which day an instant belongs to in the business zone, and which days are worked."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from windvane.domain.errors import Usage
from windvane.domain.estate import Calendar

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FURTHEST = 3660  # days looked through for a business day: ten years


def day_of(calendar: Calendar, instant: datetime) -> date:
    """The business day of an instant. Raises `ValueError` for an instant without a zone: its day is not known."""
    if instant.tzinfo is None:
        raise ValueError("an instant without a time zone belongs to no business day")
    return instant.astimezone(ZoneInfo(calendar.zone)).date()


def span_of(calendar: Calendar, day: date) -> tuple[datetime, datetime]:
    """First instant of a business day and of the next, in UTC: mostly 23 to 25 hours apart."""
    return _start(calendar, day), _start(calendar, day + timedelta(days=1))


def is_day_off(calendar: Calendar, day: date) -> bool:
    """Whether `day` is off by its date (`2026-12-25`), every year (`12-25`), or every week (`sunday`)."""
    spelled = {day.isoformat(), day.isoformat()[5:], WEEKDAYS[day.weekday()]}
    return not spelled.isdisjoint(calendar.days_off)


def next_business_day(calendar: Calendar, day: date) -> date:
    """The first business day after `day`. Raises `Usage` (`calendar.no_business_day`) when ten years have none."""
    return _step(calendar, day, timedelta(days=1))


def previous_business_day(calendar: Calendar, day: date) -> date:
    """The last business day before `day`. Raises `Usage` (`calendar.no_business_day`) when ten years have none."""
    return _step(calendar, day, timedelta(days=-1))


def valid_day_off(text: str) -> bool:
    """Whether `text` is a date, a month and day, or the English name of a weekday, as `days_off` holds them."""
    if text in WEEKDAYS:
        return True
    whole = f"2000-{text}" if len(text) == 5 else text  # 2000 has a 29th of February
    try:
        return date.fromisoformat(whole).isoformat() == whole
    except ValueError:
        return False


def _start(calendar: Calendar, day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(calendar.zone)).astimezone(UTC)


def _step(calendar: Calendar, day: date, by: timedelta) -> date:
    for _ in range(_FURTHEST):
        day += by
        if not is_day_off(calendar, day):
            return day
    raise Usage(
        "the calendar has no business day",
        code="calendar.no_business_day",
        why=f"every day of ten years around {day.isoformat()} is a day off",
        fix="take days out of `days_off` in `windvane.toml`",
    )
