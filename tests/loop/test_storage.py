"""Storage is changed where a product's query needs it, by seconds measured before and after; otherwise it stays."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import sales_world

import windvane
from windvane.app import founding, reading, running, steering
from windvane.app.opening import Estate, opened
from windvane.app.story.book import Book
from windvane.domain.decision import Decision
from windvane.domain.estate import Model, Ref
from windvane.domain.run import Measurement
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


@pytest.fixture
def reached(tmp_path: Path) -> Path:
    """Sales whose relation a person has made such a view; then the weather comes within reach, and helps."""
    data, home = tmp_path / "data", tmp_path / "estate"
    sales_world.write(data / "sales.csv", "day,shop,units", sales_world.sales(60, weekly=0.0))
    goal = "Forecast tomorrow's units of each shop, mean absolute error at most 6"
    founding.init((str(data / "sales.csv"),), goal, home, emit=lambda _: None, answer="1")
    running.run(home, emit=lambda _: None)
    path = home / "models" / "core" / "sales.sql"
    slower = SLOW.replace("ON a.day <= b.day)", "ON a.day <= b.day JOIN staging.sales AS c ON a.shop = c.shop)")
    path.write_text(path.read_text().replace("kind FULL", "kind VIEW").replace("FROM staging.sales", slower))
    sales_world.write(data / "weather.csv", "date,town,rain_mm", sales_world.rain(60))
    heading = home / "windvane.toml"
    source = f'\n[sources.weather]\nconnector = "files"\nlocation = "{data / "weather.csv"}"\n'
    heading.write_text(heading.read_text() + source + "\n[policy]\nslow_query_s = 0.001\n")
    return home


def test_the_query_of_a_new_feature_leads_to_other_storage_that_is_promoted_and_can_be_undone(reached: Path) -> None:
    said: list[str] = []
    running.run(reached, emit=lambda e: said.append(e.text))
    book = reading.book(reached)
    won = [d for d in book.decisions.values() if d.verdict.outcome == "promote"]
    joined, stored = won[-2:]
    assert joined.title.startswith("Join core.weather.rain_mm") and stored.title == "Write down core.sales"
    seconds = "seconds mart.daily_units_forecast_input"
    was, now = ({m.name: m.value or 0.0 for m in side} for side in _sides(book, stored))
    assert now[seconds] < 0.8 * was[seconds] and was["rows core.sales"] == now["rows core.sales"]
    assert book.incidents[stored.incident].signals[0].kind == "slow"
    path = reached / "models" / "core" / "sales.sql"
    assert "kind FULL" in path.read_text() and _commits(reached, "models/core/sales.sql") >= 2
    asked = "SELECT COUNT(*), SUM(estimate) FROM mart.daily_units_forecast"
    before = windvane.open(reached).sql(asked).rows()
    report = steering.undo(reached, stored.id, because="the disk is full", emit=lambda _: None)
    assert "kind VIEW" in path.read_text() and windvane.open(reached).sql(asked).rows() == before
    (told,) = [e for e in report.effects if "measured again" in e]
    again = re.search(r"([\d.]+) s to ask, ([\d.]+) s before", told)
    assert again is not None and float(again[1]) > float(again[2])
    many = len(reading.book(reached).decisions)
    running.run(reached, emit=lambda _: None)
    assert len(reading.book(reached).decisions) == many, "what a person took back is not tried again unasked"
    steering.undo(reached, report.decision, because="there is room again", emit=lambda _: None)
    assert "kind FULL" in path.read_text()


def _sides(book: Book, decision: Decision) -> tuple[tuple[Measurement, ...], tuple[Measurement, ...]]:
    measured = book.trials[decision.plan]
    return measured.before, measured.after


def _commits(home: Path, path: str) -> int:
    """How many commits of the estate touch a file."""
    log = subprocess.run(["git", "log", "--oneline", "--", path], cwd=home, capture_output=True, text=True, check=True)
    return len(log.stdout.splitlines())
