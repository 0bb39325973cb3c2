"""When idle: what no product rests on goes, every product stays as it was, and all of it can be taken back."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import shop

import windvane as wv
from windvane.app import reading, wire
from windvane.app.cli.program import run
from windvane.app.opening import opened
from windvane.app.reports import ChangeReport
from windvane.domain.batch import Batch
from windvane.domain.change import Put, Retire, Withdraw, apply
from windvane.domain.estate import Check, Contract, Estate, Model, Product, Ref, Reference, Source
from windvane.domain.goal import Goal
from windvane.domain.record import replace
from windvane.loop.deadwood import deadwood, needed


def _quiet(_: object) -> None:
    pass


def _model(name: str, reads: str) -> Model:
    return Model(name=name, text=f"MODEL (name {name}, kind FULL);\n\nSELECT a FROM {reads}\n")


def _layers(source: str) -> tuple[Source | Model, ...]:
    staging, core = f"staging.{source}", f"core.{source}"
    place = Source(name=source, connector="files", location=source)
    return place, _model(staging, f"src.{source}"), _model(core, staging)


def _check(name: str, relation: str, sql: str = "", severity: str = "block") -> Check:
    asks = sql or f"SELECT 'no a' AS broken FROM {relation} WHERE a IS NULL"
    return Check(name=name, relation=relation, rule="not_null", sql=asks, severity=severity)  # type: ignore[arg-type]


GOAL = Goal(sentence="a per day")
ESTATE = Estate(
    name="e", goals=("a per day",),
    assets=(
        *_layers("orders"), *_layers("stores"), *_layers("unused"), *_layers("also"),
        _model("mart.a", "core.orders"), _model("mart.old", "core.orders"), _model("mart.mine", "core.also"),
        Product(name="a", kind="table", relation="mart.a", goal=GOAL),
        Contract(relation="core.orders", references=(Reference(columns=("a",), to="core.stores", to_columns=("a",),
                                                               match_share=1.0),)),
        Contract(relation="core.unused"),
    ),
)  # fmt: skip
BATCH = Batch(id="u-1", source="unused", delivery="u.csv", digest="1", landed_at="", rows_read=9, accepted=9)


def test_what_products_rest_on_stays_and_what_their_checks_compare_with() -> None:
    used = needed(ESTATE, frozenset({"mart.mine"}))
    assert {"src.orders", "core.orders", "mart.a", "core.stores", "src.stores", "core.also", "src.also"} <= used
    assert not {"mart.old", "core.unused", "src.unused"} & used


def test_a_source_goes_with_its_models_contracts_and_rows() -> None:
    found = {d.title: d for d in deadwood(ESTATE, (BATCH,), theirs=frozenset({"mart.mine"}))}
    assert sorted(found) == ["Retire mart.old", "Retire source unused and 2 models"]
    gone = found["Retire source unused and 2 models"].changes
    assert Withdraw(batch=BATCH) in gone and Retire(ref=Ref(kind="contract", name="core.unused")) in gone
    left = apply(ESTATE, tuple(c for d in found.values() for c in d.changes))
    assert not deadwood(left, (), theirs=frozenset({"mart.mine"}))


def test_while_a_goal_waits_nothing_that_could_serve_it_goes() -> None:
    waiting = Estate(name="e", goals=("a per day", "b per day"), assets=ESTATE.assets)
    assert not deadwood(waiting, (), theirs=frozenset())
    assert not deadwood(Estate(name="e", assets=_layers("only")), (), theirs=frozenset()), "nothing is built yet"


def test_a_check_that_asks_what_a_harder_one_asks_goes() -> None:
    again = "SELECT 'no a' AS broken\n  FROM core.orders  WHERE a IS NULL"
    checks = (_check("soft", "core.orders", again, "warn"), _check("hard", "core.orders"),
              _check("other", "core.orders", "SELECT 'zero' AS broken FROM core.orders WHERE a = 0"))  # fmt: skip
    estate = apply(ESTATE, (Put(asset=Contract(relation="core.orders", checks=checks)),))
    (dead,) = (d for d in deadwood(estate, (), theirs=frozenset({"mart.mine"})) if "soft" in d.title)
    assert dead.evidence == ("`soft` asks what `hard` asks",)
    (put,) = dead.changes
    assert isinstance(put, Put) and isinstance(put.asset, Contract)
    assert [c.name for c in put.asset.checks] == ["hard", "other"]


EXTRAS = 2


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built shop with two tables that its goal has nothing to do with."""
    place = tmp_path_factory.mktemp("simple")
    shop.found(place / "files", days=20)
    for n in range(EXTRAS):
        dice = random.Random(n)
        rows = "".join(f"{chr(65 + n)}{i:04d},word {dice.randrange(999)},{dice.randrange(10**6)}\n" for i in range(40))
        (place / "files" / f"extra{chr(97 + n)}.csv").write_text(f"code_{n},note_{n},size_{n}\n{rows}")
    wire.init((str(place / "files"),), shop.GOAL, place / "estate", emit=_quiet, answer=None)
    wire.run(place / "estate", emit=_quiet)
    return place / "estate"


@pytest.fixture(scope="module")
def done(home: Path) -> tuple[str, ChangeReport]:
    """The product before, and what simplifying said."""
    before = wv.open(home)["mart.daily_total_amount"].df().to_csv()
    return before, wire.simplify(home, emit=_quiet)


def test_all_dead_tables_are_removed_and_the_product_is_the_same(home: Path, done: tuple[str, ChangeReport]) -> None:
    before, report = done
    assert report.title == f"{3 * EXTRAS} assets retired, every product as good as before"
    assert wv.open(home)["mart.daily_total_amount"].df().to_csv() == before
    left = {p.stem for p in (home / "models" / "core").glob("*.sql")}
    assert left == {"orders", "stores"}
    assert not wire.plan_simplify(home).does, "nothing is left to try"


def test_each_is_a_decision_that_can_be_undone_and_is_not_repeated(home: Path, done: tuple[str, ChangeReport]) -> None:
    _, report = done
    rows = len(wv.open(home)["core.orders"].df())
    book = reading.book(home)
    assert book.decisions[report.decision].proposer == "simplifier"
    wire.undo(home, report.decision, because="I need it", emit=_quiet)
    assert len({p.stem for p in (home / "models" / "core").glob("*.sql")}) == 3
    assert not wire.plan_simplify(home).does, "what a person took back is not done again unasked"
    assert not wire.run(home, emit=_quiet).releases
    assert len(wv.open(home)["core.orders"].df()) == rows


def test_the_command_asks_first_and_says_that_nothing_is_left(
    home: Path, done: tuple[str, ChangeReport], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["simplify", "--plan", "--estate", str(home)]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "Nothing can go"
    assert run(["simplify", "--estate", str(home)]) == 2, "without a yes and without a person nothing is done"
    assert "consent.missing" in capsys.readouterr().err


def test_planted_copies_of_checks_go_and_every_other_check_stays(home: Path, done: tuple[str, ChangeReport]) -> None:
    before, _ = done
    ref = Ref(kind="contract", name="core.orders")
    with opened(home, emit=_quiet) as work:
        contract = work.crew.folder.read().find(ref)
        assert isinstance(contract, Contract)
        own = {c.name for c in contract.checks}
        planted = tuple(replace(c, name=f"{c.name} again", sql=f"  {c.sql} ") for c in contract.checks[:10])
        work.crew.folder.write((Put(asset=replace(contract, checks=(*contract.checks, *planted))),))
        work.crew.folder.settle()
    wire.simplify(home, emit=_quiet)
    with opened(home, emit=_quiet) as work:
        left = work.crew.folder.read().find(ref)
    assert isinstance(left, Contract) and len(planted) >= 5
    names = {c.name for c in left.checks}
    assert len(names) == len(own), "one of each pair is gone: all that was planted"
    assert wv.open(home)["mart.daily_total_amount"].df().to_csv() == before
