"""Days are those of the business zone, also in the nights when clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windvane.domain.calendar import (
    day_of,
    is_day_off,
    next_business_day,
    previous_business_day,
    span_of,
    valid_day_off,
)
from windvane.domain.errors import Usage
from windvane.domain.estate import Calendar

BERLIN = Calendar(zone="Europe/Berlin", days_off=("saturday", "sunday", "12-25", "2026-12-24"))
ZONES = st.sampled_from(
    ["Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Asia/Kolkata", "Pacific/Apia", "America/Havana", "UTC"]
)


def test_an_instant_late_at_night_belongs_to_the_next_day_further_east():
    instant = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    assert day_of(BERLIN, instant) == date(2026, 7, 1)
    assert day_of(Calendar(zone="America/New_York"), instant) == date(2026, 6, 30)


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        day_of(BERLIN, datetime(2026, 1, 1))


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("Europe/Berlin", date(2026, 7, 1), 24),
        ("America/Sao_Paulo", date(2018, 11, 4), 23),  # midnight itself was left out
        ("America/Havana", date(2024, 11, 3), 25),  # midnight came twice
        ("Pacific/Apia", date(2011, 12, 30), 0),  # the whole day was left out
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
    ],
)
def test_a_day_is_as_long_as_its_zone_makes_it(zone, day, hours):
    start, end = span_of(Calendar(zone=zone), day)
    assert (end - start) / timedelta(hours=1) == hours


@given(ZONES, st.dates(date(1975, 1, 2), date(2037, 12, 30)))
def test_days_follow_each_other_without_gap_or_overlap(zone, day):
    calendar = Calendar(zone=zone)
    start, end = span_of(calendar, day)
    assert span_of(calendar, day + timedelta(days=1))[0] == end
    if start < end:
        assert day_of(calendar, start) == day == day_of(calendar, end - timedelta(microseconds=1))
        assert day_of(calendar, start - timedelta(microseconds=1)) < day


def test_days_off_come_by_date_by_year_and_by_week():
    assert is_day_off(BERLIN, date(2026, 12, 24))
    assert not is_day_off(BERLIN, date(2025, 12, 24))
    assert is_day_off(BERLIN, date(2031, 12, 25))
    assert is_day_off(BERLIN, date(2026, 11, 22))
    assert next_business_day(BERLIN, date(2026, 12, 23)) == date(2026, 12, 28)
    assert previous_business_day(BERLIN, date(2026, 12, 28)) == date(2026, 12, 23)


def test_without_days_off_every_day_is_a_business_day():
    assert next_business_day(Calendar(), date(2026, 11, 21)) == date(2026, 11, 22)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_there_and_back_is_where_one_was_unless_that_was_a_day_off(day):
    back = previous_business_day(BERLIN, next_business_day(BERLIN, day))
    assert back == day if not is_day_off(BERLIN, day) else back < day


def test_a_calendar_without_a_business_day_is_told():
    every = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    with pytest.raises(Usage) as caught:
        next_business_day(Calendar(days_off=every), date(2026, 1, 1))
    assert caught.value.code == "calendar.no_business_day"


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("2026-12-25", True),
        ("02-29", True),
        ("sunday", True),
        ("2026-02-29", False),
        ("13-01", False),
        ("Sunday", False),
        ("2026-W01-1", False),
        ("20261225", False),
        ("", False),
    ],
)
def test_what_a_day_off_may_look_like(text, valid):
    assert valid_day_off(text) is valid
