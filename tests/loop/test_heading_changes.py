"""What a person writes into `windvane.toml` after the build is planned by the next run, on the ordinary road."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import shop

import windvane as wv
from windvane.app import reading, rest, wire
from windvane.app.opening import opened
from windvane.app.reports import RunReport
from windvane.app.story.status import status
from windvane.domain.entry import Steering


def _quiet(_: object) -> None:
    pass


def _run(home: Path) -> RunReport:
    return wire.run(home, emit=_quiet)


def _rests(home: Path) -> bool:
    with opened(home, emit=_quiet) as work:
        return rest.nothing_new(work.crew, work.heading, unfinished=())


def write(home: Path, old: str, new: str) -> None:
    toml = home / "windvane.toml"
    assert old in toml.read_text(), toml.read_text()
    toml.write_text(toml.read_text().replace(old, new))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("heading")
    shop.found(place / "files", days=20)
    wire.init((str(place / "files"),), shop.GOAL, place / "estate", emit=_quiet, answer=None)
    _run(place / "estate")
    return place / "estate"


def test_another_sentence_is_another_product(home: Path) -> None:
    write(home, shop.GOAL, "Average amount per store and week")
    report = _run(home)
    assert any("average" in name for name in report.products) and len(report.releases) == 1, report
    assert "mart.weekly_average_amount" in " ".join(wv.open(home).relations)
    assert "total" in " ".join(wv.open(home).relations), "what was built stays until somebody retires it"
    assert not _run(home).releases and _rests(home)


def test_a_sentence_that_nothing_serves_is_a_question_until_it_is_said_otherwise(home: Path) -> None:
    write(home, "Average amount per store and week", "Average temperature per store")
    for report in (_run(home), _run(home)):
        assert [i.id for i in report.asks] == ["goal"] and "temperature" in report.asks[0].title, report
        assert not report.releases
    asks = status(reading.book(home)).asks
    assert len(asks) == 1 and asks[0].answer == "say it in other words in `windvane.toml`"
    assert len([e for e in reading.book(home).entries if e.key.endswith(":asked")]) == 1
    write(home, "Average temperature per store", "Average amount per store and week")
    report = _run(home)
    assert not report.asks and not status(reading.book(home)).asks


@pytest.fixture(scope="module")
def clocks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Payments by the minute in UTC, some of them in the last hours of a day."""
    place = tmp_path_factory.mktemp("clocks")
    (place / "files").mkdir()
    first = datetime(2026, 1, 1)
    moments = [first + timedelta(minutes=97 * n) for n in range(900)]
    lines = [f"{n},{m:%Y-%m-%dT%H:%M:%SZ},{n % 7 + 1}.50" for n, m in enumerate(moments)]
    (place / "files" / "payments.csv").write_text("payment_id,paid_at,amount\n" + "\n".join(lines) + "\n")
    goal = "Total amount per day"
    wire.init((str(place / "files"),), goal, place / "estate", emit=_quiet, answer=None)
    _run(place / "estate")
    return place / "estate"


def totals(home: Path) -> list[tuple[object, ...]]:
    relation = next(r for r in wv.open(home).relations if r.startswith("mart."))
    return wv.open(home).sql(f"SELECT * FROM {relation} ORDER BY 1").rows()


def test_another_zone_builds_the_days_anew(clocks: Path) -> None:
    utc = totals(clocks)
    toml = clocks / "windvane.toml"
    text = toml.read_text()
    toml.write_text(text + '\n[calendar]\nzone = "Asia/Tokyo"\n' if "[calendar]" not in text else text)
    report = _run(clocks)
    assert len(report.releases) == 1, report
    tokyo = totals(clocks)
    assert tokyo != utc and sum(float(str(r[1])) for r in tokyo) == sum(float(str(r[1])) for r in utc)
    said = [e.body for e in reading.book(clocks).entries if isinstance(e.body, Steering) and e.body.about == "calendar"]
    assert [s.detail for s in said] == ["Asia/Tokyo"]
    assert not _run(clocks).releases and _rests(clocks)
    wire.undo(clocks, report.releases[0].detail, because="we stay in London", emit=_quiet)
    assert totals(clocks) == utc and not _run(clocks).releases, "what a person took back is not built again unasked"
