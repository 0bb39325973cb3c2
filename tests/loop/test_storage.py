"""Storage is changed where a product's query needs it, by seconds measured before and after; otherwise it stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sales_world

from windvane.app import founding, running
from windvane.app.opening import Estate, opened
from windvane.domain.estate import Model, Ref
from windvane.loop import storing
from windvane.sql.parse import parse_model

SLOW = (
    "FROM staging.sales CROSS JOIN (SELECT COUNT(*) AS pairs FROM staging.sales AS a "
    "JOIN staging.sales AS b ON a.day <= b.day) AS counted WHERE counted.pairs > 0"
)


@pytest.fixture
def estate(tmp_path: Path) -> Iterator[Estate]:
    """Sales with a forecast, whose core relation a person has made a view that computes a lot at every query."""
    sales_world.make(tmp_path / "data", days=150)
    home = tmp_path / "estate"
    goal = "Forecast tomorrow's units of each shop, mean absolute error at most 90"
    founding.init((str(tmp_path / "data" / "sales.csv"),), goal, home, emit=lambda _: None, answer="1")
    running.run(home, emit=lambda _: None)
    path = home / "models" / "core" / "sales.sql"
    text = path.read_text().replace("kind FULL", "kind VIEW").replace("FROM staging.sales", SLOW)
    path.write_text(text)
    running.run(home, emit=lambda _: None)
    with opened(home, emit=lambda _: None) as work:
        yield work


def test_a_view_that_every_query_computes_anew_is_written_down_when_that_is_faster(estate: Estate) -> None:
    name = "daily_units_forecast"
    assert storing.slow(estate.crew, name, at_least=0.0) is not None
    incident = storing.slow(estate.crew, name, at_least=0.0)
    assert incident is not None
    judged = storing.tried(estate.crew, incident)
    written = next(j for j in judged if j.plan.title == "Write down core.sales")
    seconds = f"seconds mart.{name}_input"
    was, now = ({m.name: m.value or 0.0 for m in side} for side in (written.trial.before, written.trial.after))
    assert (
        was["rows core.sales"] == now["rows core.sales"] and was["sum core.sales.units"] == now["sum core.sales.units"]
    )
    assert now[seconds] < 0.8 * was[seconds]
    told = {r.rule: r for r in written.verdict.reasons}
    assert written.verdict.outcome == "promote" and told["it is faster"].held and " -> " in told["it is faster"].detail
    model = estate.crew.folder.read().find(Ref(kind="model", name="core.sales"))
    assert isinstance(model, Model) and parse_model(model.text).kind == "VIEW", "a trial changes nothing"
    storing.settled(estate.crew, name)
    assert storing.slow(estate.crew, name, at_least=0.0) is None, "each version is tried once"


def test_what_is_fast_enough_is_left_alone(estate: Estate) -> None:
    assert storing.slow(estate.crew, "daily_units_forecast", at_least=60.0) is None
    assert storing.slow(estate.crew, "daily_units_forecast", at_least=0.0) is None, "and not measured again"
