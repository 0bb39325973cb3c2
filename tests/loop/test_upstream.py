"""Proposals of each layer on planted estates: the calendar, what lies in other tables, dirty values, an archive."""

from __future__ import annotations

from pathlib import Path

import pytest
import sales_world

import windvane
from windvane.app import drawing, founding, running, steering
from windvane.app.cli import program
from windvane.app.opening import opened
from windvane.domain.decision import Decision
from windvane.domain.errors import Usage
from windvane.domain.estate import Product, Source
from windvane.loop.learn import SHORTFALL
from windvane.loop.logbook import Logbook

GOAL = "Forecast tomorrow's units of each shop, mean absolute error at most"


def _found(root: Path, data: Path, most: float) -> tuple[Path, list[str]]:
    home, said = root / "estate", list[str]()
    founding.init((str(data),), f"{GOAL} {most:g}", home, emit=lambda e: said.append(e.text), answer="1")
    running.run(home, emit=lambda e: said.append(e.text))
    return home, said


def _book(home: Path) -> Logbook:
    with opened(home, emit=lambda _: None) as work:
        book = Logbook(work.crew.ledger)
        _ = book.decisions, book.scores, book.trials, book.plans, book.incidents, book.rounds, book.lessons, book.scored
        return book


def _product(home: Path) -> Product:
    with opened(home, emit=lambda _: None) as work:
        return next(a for a in work.crew.folder.read().assets if isinstance(a, Product) and a.inputs is not None)


def _placebos(book: Logbook) -> dict[str, str]:
    """What was decided of each placebo; every one has a p-value above its level."""
    fakes = [d for d in book.decisions.values() if d.title.startswith("Placebo")]
    assert all(g.p > g.level for d in fakes for g in book.trials[d.plan].gains)
    return {d.title: d.verdict.outcome for d in fakes}


def _won(book: Logbook) -> list[Decision]:
    tried = {p for r in book.rounds for p in (*r.tried, r.winner)}
    return [d for d in book.decisions.values() if d.plan in tried and d.verdict.outcome == "promote"]


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    root = tmp_path_factory.mktemp("shops")
    sales_world.make(root / "data")
    return _found(root, root / "data", 5.5)


def test_the_weekday_and_each_towns_own_rain_are_found_whatever_their_columns_are_called(
    shops: tuple[Path, list[str]],
) -> None:
    book = _book(shops[0])
    assert [d.title.partition(" of daily")[0] for d in _won(book)] == [
        "The day of the week as features",
        "Join core.weather.rain_mm by town as of each decision",
    ]
    assert book.rounds[-1].end == "met"
    inputs = _product(shops[0]).inputs
    assert inputs is not None and inputs.drivers[0].keys == (("shop", "town"),)
    turned_down = {d.title for d in book.decisions.values() if d.verdict.outcome == "reject"}
    assert any("murmur" in t for t in turned_down) and any(t.startswith("Placebo") for t in turned_down)


def test_a_driver_is_measured_against_its_own_estimator_without_it(shops: tuple[Path, list[str]]) -> None:
    book = _book(shops[0])
    first = book.rounds[0].tried
    gains = {book.plans[p].title: book.trials[p].gains[0] for p in first if p in book.trials}
    noise = next(g for t, g in gains.items() if "murmur" in t)
    own = next(g for t, g in gains.items() if t.startswith("Own values"))
    assert own.passes and noise.before == pytest.approx(own.after), "what its own past gains is no merit of the noise"
    assert noise.p > 0.05


def test_the_predicted_gain_stands_beside_the_measured_one_and_teaches(shops: tuple[Path, list[str]]) -> None:
    assert any("gain" in t and "predicted" in t and "rain_mm" in t for t in shops[1])
    book = _book(shops[0])
    rain = next(d for d in _won(book) if "rain_mm" in d.title)
    hoped = {e.measure: e.expected for e in book.plans[rain.plan].predicted}
    measured = book.trials[rain.plan].gains[0].gain
    assert hoped["gain of mean absolute error"] == pytest.approx(measured, rel=0.25)
    lesson = next(entry for entry in book.lessons if entry.decision == rain.id)
    assert lesson.hoped == hoped[SHORTFALL] > 0.5 and lesson.closed == pytest.approx(lesson.hoped, rel=0.3)
    noise = next(d for d in book.decisions.values() if "murmur" in d.title)
    failed = next(entry for entry in book.lessons if entry.decision == noise.id)
    assert failed.closed < 0.05 and not failed.helped


def test_the_chart_of_what_is_published_is_drawn_as_pixels_too(shops: tuple[Path, list[str]], tmp_path: Path) -> None:
    asked = ["products", "daily_units_forecast", "--png", str(tmp_path / "x.png"), "--estate", str(shops[0])]
    assert program.run(asked) == 0
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(Usage, match="holds no estimates"):
        drawing.png(shops[0], "core.sales", tmp_path / "y.png")


def test_undoing_a_version_shows_readers_the_one_before_and_measures_it_again(shops: tuple[Path, list[str]]) -> None:
    home = shops[0]
    rain = next(d for d in _won(_book(home)) if "rain_mm" in d.title)

    def error() -> float:
        sql = "SELECT AVG(ABS(error)) FROM mart.daily_units_forecast"
        return float(str(windvane.open(home).sql(sql).rows()[0][0]))

    before = error()
    report = steering.undo(home, rain.id, because="to see what it is worth", emit=lambda _: None)
    assert any("measured again: mean absolute error" in e for e in report.effects)
    assert error() > 1.5 * before, "readers see the estimates of the version before"
    scored = [s for s in _book(home).scored if s.window == "development"]
    assert scored[-1].version != scored[-2].version and not scored[-1].met
    restored = steering.undo(home, report.decision, because="it was worth it", emit=lambda _: None)
    assert error() == pytest.approx(before) and _book(home).scored[-1].met and restored.effects


def test_flagged_values_are_left_out_where_errors_gather_and_the_gain_counts_elsewhere(tmp_path: Path) -> None:
    sales_world.with_flags(tmp_path / "data")
    home, _ = _found(tmp_path, tmp_path / "data", 30.0)
    book = _book(home)
    won = _won(book)[0]
    assert won.title.startswith("Leave out values with checked") and won.proposer == "curator"
    inputs = _product(home).inputs
    assert inputs is not None and inputs.cleaning.unsound == ("CAST(checked AS VARCHAR) = 'false'",)
    gain = book.trials[won.plan].gains[0]
    assert gain.passes and gain.before < 60.0, "of the sound rows alone: with the others the error was twice as large"
    assert "leave out" not in won.title and _placebos(book) == {
        f"Placebo: {won.title}, as many values left out by lot": "reject"
    }
    model = (home / "models" / "mart" / "daily_units_forecast_input.sql").read_text()
    assert "values of rows with CAST(checked AS VARCHAR) = 'false' are no values" in model


def test_values_that_are_all_sound_are_left_as_they_are(shops: tuple[Path, list[str]]) -> None:
    assert not any(d.proposer == "curator" for d in _book(shops[0]).decisions.values())


def test_an_archive_beside_the_source_is_backfilled_in_one_commit_and_goes_with_an_undo(tmp_path: Path) -> None:
    sales_world.with_archive(tmp_path, recent=130)
    home, said = _found(tmp_path, tmp_path / "inbox", 8.7)
    won = _won(_book(home))[-1]
    assert won.title.startswith("Backfill sales from ../archive/sales_old.csv: 2,320 rows since 2022-01-03")
    assert any("Backfill" in t and "predicted" in t for t in said)
    assert _placebos(_book(home))[f"Placebo: {won.title}, older values at other times and entities"] == "reject"
    count = "SELECT COUNT(*) FROM core.sales"
    assert windvane.open(home).sql(count).rows() == [(8 * sales_world.DAYS,)]
    with opened(home, emit=lambda _: None) as work:
        source = next(a for a in work.crew.folder.read().of(Source) if isinstance(a, Source) and a.name == "sales")
    assert "archive/sales_old.csv" in source.location
    scored = [s for s in _book(home).scored if s.window == "development"]
    assert {(s.begins, s.ends) for s in scored} == {(scored[0].begins, scored[0].ends)}, "what was sealed stays sealed"
    again = running.run(home, emit=lambda _: None)
    assert not again.releases, "what was backfilled is not landed again"
    steering.undo(home, won.id, because="one year is enough", emit=lambda _: None)
    assert windvane.open(home).sql(count).rows() == [(8 * 130,)]
    assert not running.run(home, emit=lambda _: None).releases


def test_the_holidays_that_the_sales_keep_are_found_and_named_by_their_country(tmp_path: Path) -> None:
    sales_world.with_holidays(tmp_path / "data")
    home, _ = _found(tmp_path, tmp_path / "data", 5.2)
    book = _book(home)
    titles = [d.title.partition(" of daily")[0] for d in _won(book)]
    assert "The holidays of IT as features" in titles, titles
    inputs = _product(home).inputs
    assert inputs is not None and {"12-25", "2023-04-10"} <= set(inputs.days_off)
    plan = next(book.plans[d.plan] for d in _won(book) if "holidays" in d.title)
    assert any("standard errors off the usual" in a for a in plan.assumptions)
