"""From a folder and a sentence to a published, explained product; then the days after."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shop

import windvane as wv
from windvane.app import wire
from windvane.domain.event import Event


def _quiet(_: Event) -> None:
    pass


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop's estate after `init` and the first `run`."""
    home = tmp_path_factory.mktemp("shop")
    shop.found(home / "files")
    report = wire.init((str(home / "files"),), shop.GOAL, home / "estate", emit=_quiet, answer=None)
    assert report.question is None, report.question
    wire.run(home / "estate", emit=_quiet)
    return home


def test_the_first_run_publishes_every_row(built: Path) -> None:
    estate = wv.open(built / "estate")
    assert any(r.startswith("mart.") for r in estate.relations)
    staged = estate.sql("SELECT COUNT(*) AS n FROM core.orders").df()
    assert staged.n[0] == shop.rows(0, 60)
    mart = next(r for r in estate.relations if r.startswith("mart."))
    assert len(estate[mart].df()) > 0


def test_a_second_run_with_nothing_new_does_nothing(built: Path) -> None:
    before = (built / "estate" / ".windvane" / "published" / "manifest.json").read_bytes()
    report = wire.run(built / "estate", emit=_quiet)
    assert not report.releases
    assert (built / "estate" / ".windvane" / "published" / "manifest.json").read_bytes() == before


def test_new_rows_then_a_rename_then_a_factor(built: Path) -> None:
    home = built / "estate"
    shop.orders(built / "files" / "orders_2.csv", first=60, days=10)
    report = wire.run(home, emit=_quiet)
    assert [i.title for i in report.releases] and report.rows_accepted == shop.rows(60, 10)
    assert _count(home) == shop.rows(0, 70)

    renamed = "order_id,ordered_on,store_id,amount_chf"
    shop.orders(built / "files" / "orders_3.csv", first=70, days=10, header=renamed)
    report = wire.run(home, emit=_quiet)
    assert report.healed and not report.asks, report
    assert _count(home) == shop.rows(0, 80)
    assert "amount_chf" in (home / "models" / "staging" / "orders.sql").read_text()

    healing = report.healed[0].id
    undone = wire.undo(home, healing, because="a test", emit=_quiet)
    assert _count(home) == shop.rows(0, 70)
    assert "amount_chf" not in (home / "models" / "staging" / "orders.sql").read_text()
    assert not wire.run(home, emit=_quiet).releases, "what a person took back is not done again unasked"
    wire.undo(home, undone.decision, because="the test is over", emit=_quiet)
    assert _count(home) == shop.rows(0, 80)


def _count(home: Path) -> int:
    return int(wv.open(home).sql("SELECT COUNT(*) AS n FROM core.orders").df().n[0])


def test_the_manifest_names_a_release(built: Path) -> None:
    manifest = json.loads((built / "estate" / ".windvane" / "published" / "manifest.json").read_text())
    assert manifest["release"].startswith("R-")
