"""What windvane learns from how its decisions turned out: repairs taken back, remedies that ask, checks made anew."""

from __future__ import annotations

import math
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest

import windvane as wv
from windvane.app import wire
from windvane.app.opening import opened
from windvane.app.reports import RunReport
from windvane.domain.change import Put
from windvane.domain.decision import Reason, Verdict
from windvane.domain.estate import Model, Ref
from windvane.domain.plan import Plan
from windvane.domain.record import replace
from windvane.loop import diagnose, experience, learn, promote, propose, sense, trial, trust
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook
from windvane.sql.repair import Way, read_otherwise

TICKERS = tuple(f"{a}{b}X" for a in "ABCDEF" for b in "KLMN")
BEFORE = 40


def day(number: int, change: Callable[[float], float] = lambda v: v, *, digits: int = 2) -> str:
    """One trading day: each price a small step from the day before."""
    when = date(2025, 1, 1) + timedelta(days=number)
    lines = [f"{when},{t},{change(round(price(t, number), 2)):.{digits}f}" for t in TICKERS]
    return "\n".join(["on_day,ticker,close", *lines]) + "\n"


def cents(number: int) -> str:
    """The same day with its prices in hundredths."""
    return day(number, lambda v: v * 100, digits=0)


def price(ticker: str, number: int) -> float:
    """The price of that day, by its own random walk."""
    rng = random.Random(ticker)
    steps = [rng.gauss(0, 0.008) for _ in range(number + 1)]
    return (20 + 5 * TICKERS.index(ticker)) * math.exp(sum(steps))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty days of prices, day by day, published."""
    home = tmp_path_factory.mktemp("learning")
    (home / "files").mkdir()
    for number in range(BEFORE):
        (home / "files" / f"prices_{number:03d}.csv").write_text(day(number))
    report = wire.init((str(home / "files"),), "Daily closing price of every ticker", home / "estate",
                       emit=_quiet, answer="1")  # fmt: skip
    assert report.question is None, report.question
    wire.run(home / "estate", emit=_quiet)
    return home


@pytest.fixture
def home(built: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may break."""
    shutil.copytree(built, tmp_path / "here")
    heading = tmp_path / "here" / "estate" / "windvane.toml"
    heading.write_text(heading.read_text().replace(str(built), str(tmp_path / "here")))
    return tmp_path / "here"


def _quiet(_: object) -> None:
    pass


def _arrives(home: Path, number: int, text: str) -> RunReport:
    (home / "files" / f"prices_{number:03d}.csv").write_text(text)
    return wire.run(home / "estate", emit=_quiet)


def _closes(home: Path, number: int) -> dict[str, float]:
    when = date(2025, 1, 1) + timedelta(days=number)
    sql = f"SELECT ticker, close FROM core.prices WHERE on_day = DATE '{when}'"
    return {str(t): float(str(c)) for t, c in wv.open(home / "estate").sql(sql).rows()}


@contextmanager
def _crew(home: Path) -> Iterator[Crew]:
    with opened(home / "estate", emit=_quiet) as work:
        yield work.crew


def _bad_repair(home: Path, number: int, text: str, *, times: str) -> str:
    """Fault C8, injected: a healer that multiplies by what is wrong, and a gate that let it; the decision."""
    (home / "files" / f"prices_{number:03d}.csv").write_text(text)
    with _crew(home) as crew:
        sense.look(crew)
        (batch,) = Logbook(crew.ledger).pending()
        incident, estate = diagnose.alone(crew, (batch,)), crew.folder.read()
        model = estate.find(Ref(kind="model", name="staging.prices"))
        assert isinstance(model, Model)
        way = Way((batch.id,), f"CAST(CAST(CAST(close AS DOUBLE) * {times} AS DECIMAL(18, 2)) AS VARCHAR)")
        bad = read_otherwise(model.text, "close", way, because="a bad rule")
        draft = Plan(
            incident=incident.id, proposer="unit_factor", title="Multiply `close` in prices", base="",
            changes=(Put(asset=replace(model, text=bad)),), rationale="wrong", serves=f"repair {batch.id}",
        )  # fmt: skip
        plan = propose.admit(crew, estate, draft, (batch,))
        propose.write(crew, plan)
        good = Verdict(outcome="promote", reasons=(Reason(rule="a bad healer", held=True, detail="says so"),))
        number_ = promote.number(crew, plan)
        measured, verdict = crew.warehouse().transition(plan, decision=number_, judge=lambda _: good)
        trial.record(crew, measured)
        done = promote.decide(crew, plan, verdict, incident=incident.id)
        promote.derive(crew, done, plan)
        learn.keep(crew, done, plan, measured, incident)
        return done.id


def test_a_repair_that_was_wrong_is_taken_back_by_the_next_sound_delivery(home: Path) -> None:
    wrong = _bad_repair(home, BEFORE, day(BEFORE), times="1.3")
    assert _closes(home, BEFORE)["AKX"] > 1.2 * price("AKX", BEFORE)
    report = _arrives(home, BEFORE + 1, day(BEFORE + 1))
    for number in (BEFORE, BEFORE + 1):
        assert _closes(home, number) == {t: pytest.approx(price(t, number), abs=0.006) for t in TICKERS}
    assert not report.asks
    with _crew(home) as crew:
        book = Logbook(crew.ledger)
        assert wrong in book.undone()
        assert [x.decision for x in book.lessons if x.regretted] == [wrong]
        model = book.assets()["staging.prices"]
        assert "1.3" not in model.text


def test_a_delivery_that_goes_with_its_repair_is_asked_about_and_not_lost(home: Path) -> None:
    """It came in cents, and the repair was wrong too: neither repaired nor as it came may readers see it."""
    _bad_repair(home, BEFORE, cents(BEFORE), times="0.013")
    report = _arrives(home, BEFORE + 1, day(BEFORE + 1))
    assert _closes(home, BEFORE) == {} and len(_closes(home, BEFORE + 1)) == len(TICKERS)
    assert [i.title for i in report.asks] == ["Admit prices as delivered"], report


def test_a_known_look_is_recognised_and_a_remedy_that_was_regretted_asks(home: Path) -> None:
    _arrives(home, BEFORE, cents(BEFORE))
    said: list[str] = []
    (home / "files" / f"prices_{BEFORE + 1:03d}.csv").write_text(cents(BEFORE + 1))
    report = wire.run(home / "estate", emit=lambda e: said.append(e.text))
    assert [i.title for i in report.healed] == ["Divide `close` by 100 in prices"], report
    assert [s for s in said if s.startswith("seen before: Divide `close` by 100")], said
    with _crew(home) as crew:
        book = Logbook(crew.ledger)
        decision = book.decisions[report.healed[0].id]
        assert any("healed by `unit_factor` (D-" in e for e in book.plans[decision.plan].evidence)
        other = replace(book.incidents[decision.incident], signals=(), id="I-999")
        assert experience.known(book, other) is None, "another look is none that is known"
    wire.undo(home / "estate", decision.id, because="they really are worth that", emit=_quiet)
    report = _arrives(home, BEFORE + 2, cents(BEFORE + 2))
    assert not report.healed and [i.title for i in report.asks] == ["Divide `close` by 100 in prices"], report
    assert f"`unit_factor` was taken back in {decision.id}; it asks until 3 more" in report.asks[0].detail
    wire.approve(home / "estate", report.asks[0].id, because="cents", option="", emit=_quiet)
    assert _closes(home, BEFORE + 2)["AKX"] == pytest.approx(price("AKX", BEFORE + 2), abs=0.006)
    with _crew(home) as crew:
        book = Logbook(crew.ledger)
        assert "until 2 more" in trust.lost(book, book.plans[decision.plan])


def test_what_people_confirm_three_times_is_news_and_its_check_is_made_anew(home: Path) -> None:
    """Fault C9: each share is listed twice from now on, with its twin: asked thrice, and then no more."""
    asked = []
    for number in range(BEFORE, BEFORE + 4):
        twins = [line.replace("X,", "Y,") for line in day(number).splitlines()[1:]]
        report = _arrives(home, number, day(number) + "\n".join(twins) + "\n")
        asked.append(len(report.asks))
        for item in report.asks:
            wire.approve(home / "estate", item.id, because="twins are listed too", option="", emit=_quiet)
    with _crew(home) as crew:
        notes = Logbook(crew.ledger).notes
    assert asked == [1, 1, 1, 0], asked
    assert [n.detail for n in notes if n.what == "refitted"]
    (told,) = [n.detail for n in notes if n.what == "discovery"]
    assert told.startswith("a new regime in prices: it stayed over 3 deliveries"), told
