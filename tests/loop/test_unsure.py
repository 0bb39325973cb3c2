"""The same kind of folder with five rows and with five thousand: what the scout cannot be sure of, nobody builds on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

import windvane as wv
from windvane.adapters.ledger import Ledger
from windvane.app import wire
from windvane.app.reports import RunReport
from windvane.domain.entry import Found, Proposed
from windvane.loop.logbook import Logbook

GOAL = "Total sales amount per shop"


@dataclass(frozen=True)
class Built:
    """An estate and what it said."""

    home: Path
    report: RunReport

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.home / ".windvane" / "ledger.sqlite")

    def key(self) -> float:
        """How sure the scout is of the best key of the sales."""
        found = [f for e in self.ledger.entries() if isinstance(e.body, Found) for f in e.body.findings]
        return max((f.confidence for f in found if f.subject == "sales" and f.claim == "key"), default=0.0)

    def text(self, name: str) -> str:
        return (self.home / "models" / f"{name}.sql").read_text()

    def rationale(self) -> str:
        plans = [e.body.plan for e in self.ledger.entries() if isinstance(e.body, Proposed)]
        return "\n".join(p.rationale for p in plans if p.proposer in ("architect", "modeler"))


def _build(place: Path, rows: int) -> Built:
    files = place / "files"
    files.mkdir()
    shops = max(3, rows // 10)
    cities = "".join(f"{n},city {n * 7 % 50}\n" for n in range(1, shops + 1))
    (files / "shops.csv").write_text(f"shop,city\n{cities}")
    lines = [
        f"{n},{1 + n % shops},2026-{1 + n // 500 % 12:02d}-{1 + n % 28:02d},{(n * 7919 % 90000) / 100:.2f}"
        for n in range(1, rows + 1)
    ]
    (files / "sales.csv").write_text("\n".join(["ticket,shop,sold_on,amount", *lines]) + "\n")
    report = wire.init((str(files),), GOAL, place / "estate", emit=lambda _: None, answer="1")
    assert report.question is None
    return Built(place / "estate", wire.run(place / "estate", emit=lambda _: None))


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return _build(tmp_path_factory.mktemp("few"), 5)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return _build(tmp_path_factory.mktemp("many"), 5000)


def test_the_scout_says_how_sure_it_is(few: Built, many: Built) -> None:
    assert few.key() < 0.9 < many.key()


def test_the_architect_removes_no_row_by_a_key_that_is_not_sure(few: Built, many: Built) -> None:
    assert "ROW_NUMBER()" in many.text("core/sales") and "grain ticket" in many.text("core/sales")
    assert "ROW_NUMBER()" not in few.text("core/sales") and "grain" not in few.text("core/sales")
    assert "90% is needed" in few.text("core/sales"), "the model says why"


def test_the_modeler_joins_only_on_what_is_sure(few: Built, many: Built) -> None:
    for built, joins in ((few, False), (many, True)):
        detail = next(p for p in (built.home / "models" / "mart").glob("*.sql") if "total" not in p.name).read_text()
        assert ("JOIN core.shops" in detail) is joins, detail
    assert "has no sure key: nothing is joined on one" in few.rationale()


def test_alternatives_are_tried_only_where_there_is_a_choice(few: Built, many: Built) -> None:
    tried = [len([p for p in Logbook(b.ledger).plans.values() if p.proposer == "modeler"]) for b in (few, many)]
    assert tried == [1, 2], "every row kept, or only rows with a partner"
    assert not few.report.rejected and len(many.report.rejected) == 1


def test_both_publish_the_same_truth(few: Built, many: Built) -> None:
    for built, rows in ((few, 5), (many, 5000)):
        estate = wv.open(built.home)
        assert estate.sql("SELECT COUNT(*) FROM core.sales").rows() == [(rows,)]
        total = estate.sql("SELECT SUM(total_amount) FROM mart.total_amount_by_shop").rows()[0][0]
        assert round(float(str(total)), 2) == round(sum((n * 7919 % 90000) / 100 for n in range(1, rows + 1)), 2)
