"""News that stay come in unasked, as a discovery; those that were gone for a day, or were turned down, wait on."""

from __future__ import annotations

import csv
import random
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

import windvane as wv
from windvane.adapters.ledger import Ledger
from windvane.app import wire
from windvane.domain.event import Event
from windvane.loop.discovery import WHAT
from windvane.loop.gate import STAYS
from windvane.loop.logbook import Logbook

FIRST, PAST, SHOPS, MORE = date(2025, 1, 1), 30, 24, 8


def _deliver(home: Path, day: int, *, new: int = 0) -> None:
    """The visitors of one day in every shop; `new` shops of a kind that was never there come on top."""
    rng = random.Random(day)
    shops = [(f"{n:03d}", ("town", "station", "mall")[n % 3]) for n in range(SHOPS)]
    shops += [(f"9{n:02d}", "airport") for n in range(new)]
    with (home / "files" / f"visits-{FIRST + timedelta(days=day)}.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("day", "shop", "kind", "visitors"))
        writer.writerows((FIRST + timedelta(days=day), c, k, 200 + int(c) % 100 + rng.randint(0, 60)) for c, k in shops)


def _quiet(event: Event) -> None:
    """Nobody watches."""


def _run(home: Path) -> None:
    wire.run(home / "estate", emit=_quiet)


def _shown(home: Path) -> dict[str, int]:
    """How many rows of each day readers see."""
    found: dict[str, int] = {}
    for day in wv.open(home / "estate")["core.visits"].arrow().column("day").to_pylist():
        found[str(day)[:10]] = found.get(str(day)[:10], 0) + 1
    return found


def _day(number: int) -> str:
    return str(FIRST + timedelta(days=number))


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An estate on thirty days of visits, and a day with shops of a new kind, which is asked about."""
    home = tmp_path_factory.mktemp("persisting")
    (home / "files").mkdir()
    for day in range(PAST):
        _deliver(home, day)
    report = wire.init(
        (str(home / "files"),), "sum of visitors per kind and day", home / "estate", emit=_quiet, answer=None
    )
    assert report.question is None, report.question
    _run(home)
    _deliver(home, PAST, new=MORE)
    _run(home)
    assert _day(PAST - 1) in _shown(home) and _day(PAST) not in _shown(home)
    return home


@pytest.fixture
def home(asked: Path, tmp_path: Path) -> Path:
    """The same, to go on from."""
    moved = tmp_path / "home"
    shutil.copytree(asked, moved)
    heading = moved / "estate" / "windvane.toml"
    heading.write_text(heading.read_text().replace(str(asked), str(moved)))
    return moved


def test_the_third_delivery_in_a_row_with_the_same_news_brings_those_in_that_waited(home: Path) -> None:
    _deliver(home, PAST + 1, new=MORE)
    _run(home)
    assert _day(PAST + 1) not in _shown(home)
    _deliver(home, PAST + 2, new=MORE)
    _run(home)
    assert [_shown(home).get(_day(PAST + n)) for n in range(3)] == [SHOPS + MORE] * 3
    ledger = Ledger(home / "estate" / ".windvane" / "ledger.sqlite")
    book = Logbook(ledger)
    assert any(r.rule == STAYS for r in list(book.decisions.values())[-1].verdict.reasons)
    assert any("`kind`" in n.detail for n in book.notes if n.what == WHAT)
    assert not book.waiting()
    ledger.close()


def test_a_day_without_them_between_news_makes_them_a_question_again(home: Path) -> None:
    _deliver(home, PAST + 1)
    _run(home)
    assert _day(PAST + 1) in _shown(home)
    _deliver(home, PAST + 2, new=MORE)
    _run(home)
    _deliver(home, PAST + 3, new=MORE)
    _run(home)
    assert not {_day(PAST), _day(PAST + 2), _day(PAST + 3)} & _shown(home).keys()


def test_what_a_person_said_no_to_stays_out_however_often_it_comes(home: Path) -> None:
    ledger = Ledger(home / "estate" / ".windvane" / "ledger.sqlite")
    asked = [d.id for d in Logbook(ledger).waiting()]
    ledger.close()
    wire.reject(home / "estate", asked[0], because="these shops are not ours", emit=_quiet)
    for day in range(PAST + 1, PAST + 4):
        _deliver(home, day, new=MORE)
        _run(home)
    assert max(_shown(home)) == _day(PAST - 1)
