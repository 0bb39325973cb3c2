"""Days that a person called off are not missing when nothing comes, and say nothing of what is usual."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inspected import Bench

from windvane.adapters.warehouses.scratch import Scratch
from windvane.domain.calendar import is_day_off
from windvane.domain.estate import Calendar, Check, Column, Contract
from windvane.stack.quality.budget import split
from windvane.stack.quality.checks import freshness, volume
from windvane.stack.quality.table import Table
from windvane.stack.quality.worked import is_off, steps, worked_days

CALENDAR = Calendar(days_off=("saturday", "sunday", "12-25", "2026-04-03"))
CONTRACT = Contract(
    relation="core.t",
    columns=(Column(name="id", type="bigint"), Column(name="day", type="date"), Column(name="amount", type="double")),
    key=("id",),
    time_column="day",
)
FIRST = date(2026, 1, 5)
DAYS = st.dates(min_value=date(2019, 1, 1), max_value=date(2031, 1, 1))


@pytest.fixture(scope="module")
def engine() -> Scratch:
    return Scratch()


@settings(max_examples=25, deadline=None)
@given(before=DAYS, apart=st.integers(min_value=1, max_value=800))
def test_sql_and_python_count_the_same_days(engine: Scratch, before: date, apart: int) -> None:
    after = before + timedelta(days=apart)
    for calendar in (Calendar(days_off=(text,)) for text in (*CALENDAR.days_off, "02-29")):
        sql = steps(calendar, "f", "t")
        told = engine.rows(f"SELECT {sql} FROM (SELECT DATE '{before}' AS f, DATE '{after}' AS t)")[0][0]
        assert float(str(told)) == worked_days(calendar, before, after), calendar
        off = engine.rows(f"SELECT {is_off(calendar, 'd')} FROM (SELECT DATE '{after}' AS d)")[0][0]
        assert off == is_day_off(calendar, after)


def rows_of(day: date, number: int) -> list[tuple[object, ...]]:
    return [(day.toordinal() * 100 + n, day, 1.5) for n in range(number)]


@pytest.fixture(scope="module")
def bench() -> Bench:
    """A delivery of 20 rows for every working day up to Thursday, 2 April; Friday the 3rd is off."""
    made = Bench(CONTRACT)
    for day in (FIRST + timedelta(days=n) for n in range(88)):
        if not is_day_off(CALENDAR, day):
            made.admit(rows_of(day, 20))
    return made


def check(table: Table, rule: object) -> Check:
    wishes = rule.wishes(table)  # type: ignore[attr-defined]
    made = rule.render(table, split(wishes)[0])  # type: ignore[attr-defined]
    assert made is not None
    return made


def test_a_holiday_is_no_gap_and_a_missing_day_is_one(bench: Bench) -> None:
    rule = check(bench.table(calendar=CALENDAR), freshness)
    assert "besides days off" in rule.why
    monday, wednesday = date(2026, 4, 6), date(2026, 4, 8)
    assert not bench.breaks(rule, rows_of(monday, 20)), "Friday was a holiday, then came a weekend"
    assert bench.breaks(rule, rows_of(wednesday, 20)), "Monday and Tuesday are missing"


def test_without_days_off_the_weekend_hides_what_is_missing(bench: Bench) -> None:
    rule = check(bench.table(), freshness)
    assert "besides days off" not in rule.why
    assert not bench.breaks(rule, rows_of(date(2026, 4, 4), 20)), "three days were usual: a missing Friday is not seen"


def test_few_rows_on_a_day_off_are_no_trouble(bench: Bench) -> None:
    table = bench.table(calendar=CALENDAR)
    holiday, worked = date(2026, 4, 3), date(2026, 4, 6)
    assert not bench.breaks(check(table, volume), rows_of(holiday, 2))
    assert bench.breaks(check(table, volume), rows_of(worked, 2))
    assert bench.breaks(check(bench.table(), volume), rows_of(holiday, 2)), "nobody had said that it is off"


def several(start: date, rows: tuple[int, ...]) -> list[tuple[object, ...]]:
    """A delivery of some days; its first day was begun in the one before."""
    return [row for n, many in enumerate(rows) for row in rows_of(start + timedelta(days=n), many)]


def told_in_threes(middle: int) -> Bench:
    """Eleven deliveries of four days, the first and the last of them in parts; the second day has `middle` rows."""
    made = Bench(CONTRACT)
    for n in range(11):
        made.admit(several(FIRST + timedelta(days=3 * n), (50, middle, 70, 10)))
    return made


def test_a_day_left_out_right_after_one_that_was_begun_is_missing() -> None:
    bench = told_in_threes(60)
    rule, after = check(bench.table(), freshness), FIRST + timedelta(days=33)
    assert not bench.breaks(rule, several(after, (50, 60, 70, 10)))
    assert bench.breaks(rule, several(after, (50, 0, 70, 10))), "60 rows never were none"


def test_a_day_that_has_one_row_may_have_none() -> None:
    bench = told_in_threes(1)
    rule, after = check(bench.table(), freshness), FIRST + timedelta(days=33)
    assert not bench.breaks(rule, several(after, (50, 0, 70, 10)))
