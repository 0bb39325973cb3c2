"""The stage on which a first build is killed, and what must be true after every kill: also used by `benchmarks`."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import dbos  # noqa: F401  # heavy imports before the forks
import shop
import sqlmesh  # noqa: F401

import windvane as wv
from harness.killing import child
from windvane.adapters.ledger import Ledger
from windvane.app import wire
from windvane.domain.entry import Decided, Promoted

DAYS = 20


def found(place: Path) -> Path:
    """A shop in `place/here` that is founded and not yet built, and a copy of it to begin anew from."""
    shop.found(place / "here" / "files", days=DAYS)

    def init() -> None:
        report = wire.init((str(place / "here" / "files"),), shop.GOAL, place / "here" / "estate",
                           emit=lambda _: None, answer=None)  # fmt: skip
        assert report.question is None

    child(init)
    shutil.copytree(place / "here", place / "template")
    return place


def fresh(place: Path) -> None:
    """The stage as it was before anything was built."""
    shutil.rmtree(place / "here" / "estate")
    shutil.copytree(place / "template" / "estate", place / "here" / "estate")


def run(place: Path) -> None:
    """One pass of the loop."""
    wire.run(place / "here" / "estate", emit=lambda _: None)


def check(place: Path) -> None:
    """Every row once, every decision and promotion once, an unbroken chain, no half-written file."""
    home, rows = place / "here" / "estate", shop.rows(0, DAYS)
    estate = wv.open(home)
    assert estate.sql("SELECT COUNT(*) AS n FROM core.orders").df().n[0] == rows
    assert estate.sql("SELECT COUNT(*) AS n, COUNT(DISTINCT order_id) AS d FROM core.orders").df().d[0] == rows
    ledger = Ledger(home / ".windvane" / "ledger.sqlite")
    assert ledger.verify() == ()
    entries = list(ledger.entries())
    promoted = Counter(e.body.release.plan for e in entries if isinstance(e.body, Promoted))
    decided = Counter(e.body.decision.plan for e in entries if isinstance(e.body, Decided))
    assert set(promoted.values()) == {1} and set(decided.values()) == {1}, (promoted, decided)
    assert len(promoted) == 2, "layers and product, once each"
    assert not list(home.glob("*/**/.*.windvane")), "no half-written file is left"
