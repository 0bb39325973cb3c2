"""When the loop may rest: nothing new, nothing that waits, and nothing that came while it worked."""

from __future__ import annotations

from pathlib import Path

import pytest
import shop

import windvane as wv
from windvane.app import rest, wire
from windvane.app.opening import Estate, opened
from windvane.app.reports import RunReport
from windvane.domain.change import Put
from windvane.domain.decision import Decision
from windvane.domain.errors import Usage
from windvane.domain.estate import Product
from windvane.domain.event import Event
from windvane.domain.plan import Plan
from windvane.loop.logbook import Logbook


def _quiet(_: object) -> None:
    pass


def _run(home: Path) -> RunReport:
    return wire.run(home, emit=_quiet)


def _rests(home: Path) -> bool:
    with opened(home, emit=_quiet) as work:
        return rest.nothing_new(work.crew, work.heading, unfinished=())


def _count(home: Path) -> int:
    return int(wv.open(home).sql("SELECT COUNT(*) AS n FROM core.orders").df().n[0])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built shop with a second delivery in it."""
    place = tmp_path_factory.mktemp("rest")
    shop.found(place / "files", days=30)
    wire.init((str(place / "files"),), shop.GOAL, place / "estate", emit=_quiet, answer=None)
    _run(place / "estate")
    shop.orders(place / "files" / "orders_2.csv", first=30, days=2)
    _run(place / "estate")
    return place / "estate"


def test_it_rests_until_something_changes(home: Path) -> None:
    assert _rests(home)
    mart = next((home / "models" / "mart").glob("*.sql"))
    text = mart.read_text()
    mart.write_text(f"{text}\n")
    assert not _rests(home), "an edit"
    mart.write_text(text)
    assert _rests(home), "taken back"
    path = shop.orders(home.parent / "files" / "orders_3.csv", first=32, days=1)
    assert not _rests(home), "a delivery"
    path.unlink()
    assert _rests(home)


def test_a_word_that_leaves_nothing_to_do_keeps_it_at_rest(home: Path) -> None:
    with pytest.raises(Usage):
        wire.undo(home, "D-99", because="", emit=_quiet)
    assert _rests(home), "a misspelt decision"
    with opened(home, emit=_quiet) as work:
        last = work.crew.ledger.recall("rest")
    wire.pause(home, because="lunch")
    wire.resume(home, because="back")
    assert _rests(home)
    admitted = _last(home)
    undone = wire.undo(home, admitted, because="to see", emit=_quiet)
    assert _rests(home), "the batch is withdrawn, and nobody will admit it unasked"
    wire.undo(home, undone.decision, because="back", emit=_quiet)
    assert _rests(home)
    with opened(home, emit=_quiet) as work:
        assert last and work.crew.ledger.recall("rest")


def test_a_word_that_leaves_a_goal_unserved_makes_it_look(home: Path) -> None:
    with opened(home, emit=_quiet) as work:
        book = Logbook(work.crew.ledger)
        served = next(d.id for d in _decisions(work) if _serves(book.plans[d.plan]))
    undone = wire.undo(home, served, because="not that one", emit=_quiet)
    assert not _rests(home)
    wire.undo(home, undone.decision, because="it was fine", emit=_quiet)
    _run(home)
    assert _rests(home)


def test_what_comes_while_it_works_is_seen_by_the_next_run(home: Path) -> None:
    rows = _count(home)
    shop.orders(home.parent / "files" / "orders_4.csv", first=33, days=1)

    def deliver(event: Event) -> None:
        if event.step == "promote":
            shop.orders(home.parent / "files" / "orders_5.csv", first=34, days=1)

    wire.run(home, emit=deliver)
    assert _count(home) == rows + shop.rows(33, 1)
    assert not _rests(home)
    _run(home)
    assert _count(home) == rows + shop.rows(33, 2)
    assert _rests(home)


def test_what_a_pause_cut_short_is_done_after_it(home: Path) -> None:
    rows = _count(home)
    shop.orders(home.parent / "files" / "orders_6.csv", first=35, days=1)

    def interrupt(event: Event) -> None:
        if event.step == "sense":
            wire.pause(home, because="stop")
        if event.step == "steer":
            wire.resume(home, because="go on")

    wire.run(home, emit=interrupt)
    assert _count(home) == rows
    assert not _rests(home), "paused and freed within one run: the batch still waits"
    _run(home)
    assert _count(home) == rows + shop.rows(35, 1)


def _serves(plan: Plan) -> bool:
    return any(isinstance(c, Put) and isinstance(c.asset, Product) for c in plan.changes)


def _decisions(work: Estate) -> list[Decision]:
    return [d for d in Logbook(work.crew.ledger).decisions.values() if d.verdict.outcome == "promote"]


def _last(home: Path) -> str:
    with opened(home, emit=_quiet) as work:
        return _decisions(work)[-1].id
