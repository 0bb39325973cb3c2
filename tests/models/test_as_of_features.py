"""What the calendar, tables of the same entity and cleaning make of input relations, asked of an engine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windvane.adapters.warehouses.scratch import Scratch
from windvane.domain.calendar import next_business_day
from windvane.domain.estate import Calendar
from windvane.domain.estimate import Cleaning, Driver, Inputs
from windvane.domain.record import replace
from windvane.sql.portable import objections
from windvane.stack.transform.asof import features_of, input_model, input_query
from windvane.stack.transform.calendar import EDGES, OFF, SEASON, WEEKDAYS, day_ahead

SALES = Inputs(
    relation="core.sales", entities=("shop",), time="day", value="units", quantity="value", horizon=1,
    delivery="same day 21:00", cadence="business_day",
)  # fmt: skip
RAIN = Driver(
    name="rain", relation="core.rain", column="mm", time="day", delivery="next day 09:00", form="level",
    keys=(("shop", "town"),),
)  # fmt: skip


@pytest.fixture(scope="module")
def engine() -> Iterator[Scratch]:
    """Two shops on business days of January 2020, one value far out, and the rain of two towns."""
    made = Scratch()
    made.execute("CREATE SCHEMA core")
    made.execute(
        "CREATE TABLE core.sales AS SELECT day, shop, CASE WHEN day = DATE '2020-01-15' THEN 9000 ELSE 100 + n END "
        "AS units, CASE WHEN day = DATE '2020-01-20' THEN 'no' ELSE 'yes' END AS checked, 1 AS _seq, n AS _row FROM "
        "(SELECT CAST(DATE '2020-01-01' + n * INTERVAL 1 DAY AS DATE) AS day, n FROM range(31) AS t(n)), "
        "(VALUES ('a'), ('b')) AS s(shop) WHERE dayofweek(day) BETWEEN 1 AND 5"
    )
    made.execute(
        "CREATE TABLE core.rain AS SELECT day, shop AS town, CASE shop WHEN 'a' THEN 1.0 ELSE 2.0 END + _row AS mm "
        "FROM core.sales"
    )
    yield made


def _with(**changes: object) -> Inputs:
    return replace(SALES, **changes)


def _asked(engine: Scratch, inputs: Inputs) -> list[dict[str, Any]]:
    """Rows of an input relation by column."""
    names = ("shop", "decided_at", "target_at", "target", "known_at", *features_of(inputs))
    found = engine.rows(f"SELECT {', '.join(names)} FROM ({input_query(inputs)}) AS asked")
    return [dict(zip(names, row, strict=True)) for row in found]


@given(st.dates(date(1990, 1, 1), date(2060, 1, 1)), st.integers(1, 12))
def test_the_day_ahead_is_the_business_day_that_the_calendar_names(engine: Scratch, day: date, rows: int) -> None:
    calendar, wanted = Calendar(days_off=("saturday", "sunday")), day
    for _ in range(rows):
        wanted = next_business_day(calendar, wanted)
    said = f"DATE '{day.isoformat()}'"
    sql = f"SELECT {day_ahead(said, rows, 'business_day')}, {day_ahead(said, rows, 'day')}"
    assert engine.rows(sql) == [(wanted, day + timedelta(rows))]


def test_parts_of_the_calendar_are_those_of_the_day_that_is_estimated_also_of_the_newest(engine: Scratch) -> None:
    inputs = _with(calendar=(*WEEKDAYS, *EDGES, *SEASON, *OFF), days_off=("01-06", "2020-01-14"))
    rows = _asked(engine, inputs)
    friday = next(r for r in rows if str(r["decided_at"]).startswith("2020-01-03"))
    assert friday["monday"] == 1.0 and friday["friday"] == 0.0 and friday["day_off"] == 1.0
    before = next(r for r in rows if str(r["decided_at"]).startswith("2020-01-10"))
    assert before["day_before_off"] == 1.0 and before["day_off"] == before["day_after_off"] == 0.0
    newest = max(rows, key=lambda r: r["decided_at"])
    assert newest["target"] is None and newest["monday"] == 1.0 and newest["month_start"] == 1.0
    assert all(abs(r["year_sine"] ** 2 + r["year_cosine"] ** 2 - 1) < 1e-9 for r in rows)


def test_a_driver_of_the_same_entity_is_the_last_one_available_there_and_never_that_of_another(engine: Scratch) -> None:
    rows = _asked(engine, _with(drivers=(RAIN,)))
    seen = {(r["shop"], str(r["decided_at"])[:10]): r["rain"] for r in rows}
    assert seen["a", "2020-01-02"] == 1.0 and seen["b", "2020-01-02"] == 2.0, "of the first: the second comes tomorrow"
    assert seen["a", "2020-01-01"] is None
    assert seen["b", "2020-01-08"] == seen["a", "2020-01-08"] + 1.0


def test_values_that_are_none_are_no_targets_and_in_no_feature(engine: Scratch) -> None:
    inputs = _with(windows=(1, 5), cleaning=Cleaning(spike=5.0, unsound=("checked = 'no'",)))
    rows = _asked(engine, inputs)
    assert max(r["own_5"] for r in rows) < 200.0 and max(r["target"] or 0.0 for r in rows) < 200.0
    missing = {str(r["target_at"])[:10] for r in rows if r["target"] is None and r["target_at"] is not None}
    assert missing == {"2020-01-15", "2020-01-20"}
    raw = _asked(engine, _with(windows=(1, 5)))
    assert len(raw) == len(rows) and max(r["own_5"] for r in raw) > 1000.0


def test_a_nowcast_looks_back_no_further_than_what_was_delivered(engine: Scratch) -> None:
    late = _with(horizon=0, decided="16:00", delivery="next day 18:00", windows=(1,))
    rows = _asked(engine, late)
    seen = {(r["shop"], str(r["target_at"])[:10]): r["own_1"] for r in rows}
    assert seen["a", "2020-01-08"] == 105.0, "of the 6th: that of the 7th comes on the 8th at 18:00"
    timely = _asked(engine, _with(horizon=0, decided="16:00", windows=(1,)))
    assert (
        next(r["own_1"] for r in timely if r["shop"] == "a" and str(r["target_at"]).startswith("2020-01-08")) == 106.0
    )


def test_every_feature_is_a_column_and_the_model_travels() -> None:
    inputs = _with(
        calendar=(*WEEKDAYS, *EDGES, *SEASON, *OFF), days_off=("12-25",), drivers=(RAIN,), windows=(1, 7),
        cleaning=Cleaning(spike=5.0, unsound=("checked = 'no'",)),
    )  # fmt: skip
    model = input_model("daily_units", inputs)
    assert not objections(model.text)
    assert all(f" AS {name}" in model.text or f".{name}" in model.text for name in features_of(inputs))
