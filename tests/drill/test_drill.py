"""The drill scores what was done against the truth: right outcomes as right, wrong ones as wrong, to the cell."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from drill_worlds import given

from windvane.app.drill.base import Base, build
from windvane.app.drill.case import Outcome, played
from windvane.app.drill.judging import Score, judge
from windvane.app.drill.oracle import Oracle
from windvane.app.drill.playing import Case, drawn, load, play
from windvane.app.drill.tally import bound, rows, summary, told
from windvane.domain.fault import Injection
from windvane.domain.record import replace
from windvane.domain.table import Table

CASES = ("renamed_column", "unit_factor", "empty_file", "null_key", "exact_duplicates", "same_file_again")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    """The shop, built once."""
    return build(given(days=12, rows=110), tmp_path_factory.mktemp("drill"))


@pytest.fixture(scope="module")
def oracle(base: Base) -> Iterator[Oracle]:
    made = Oracle(base)
    yield made
    made.close()


def plain(base: Base) -> Injection:
    found = drawn(Case(("plain_day",), base.name, 0), (load("plain_day"),), base)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def clean(base: Base) -> Iterator[Outcome]:
    """What is done with a day like any other."""
    with played(base, plain(base)) as outcome:
        yield outcome


def scored(base: Base, oracle: Oracle, injection: Injection, outcome: Outcome) -> Score:
    return judge(("plain_day", load("plain_day")), injection, outcome, base=base, oracle=oracle, seed=0)


def truth_of(injection: Injection, table: Table) -> Injection:
    return replace(injection, truth=replace(injection.truth, tables=(table,)))


def test_a_clean_day_shown_is_right(base: Base, oracle: Oracle, clean: Outcome) -> None:
    score = scored(base, oracle, plain(base), clean)
    assert score.right and score.got == "publish" and (score.corrupted, score.lost, score.harmed) == (0, 0, 0)
    assert score.checks > 0 and score.fired == 0


def test_cells_that_should_be_others_are_counted(base: Base, oracle: Oracle, clean: Outcome) -> None:
    """Had the truth been another amount in two rows, two cells of core would be wrong, and the months made of them."""
    injection = plain(base)
    table = injection.truth.tables[0]
    other = table.changed("amount", (3, 50), lambda v: f"{float(v) + 100:.2f}")
    score = scored(base, oracle, truth_of(injection, other), clean)
    assert not score.right and score.corrupted > 2
    assert "core.orders: 2 wrong cells in amount" in score.why and "mart." in score.why


def test_a_row_that_should_not_be_there_is_corruption(base: Base, oracle: Oracle, clean: Outcome) -> None:
    injection = plain(base)
    score = scored(base, oracle, truth_of(injection, injection.truth.tables[0].dropped((7,))), clean)
    assert not score.right and score.corrupted >= len(injection.truth.tables[0].columns)
    assert "core.orders: 1 rows too many" in score.why


def test_a_row_that_is_missing_without_a_reason_is_corruption(base: Base, oracle: Oracle, clean: Outcome) -> None:
    injection = plain(base)
    table = injection.truth.tables[0]
    more = table.more((("999999", *table.rows[0][1:]),))
    score = scored(base, oracle, truth_of(injection, more), clean)
    assert not score.right and score.corrupted > 0 and "core.orders: 1 rows missing" in score.why


def test_a_delivery_that_should_have_waited_is_corruption(base: Base, oracle: Oracle, clean: Outcome) -> None:
    injection = plain(base)
    hold = replace(injection, truth=replace(injection.truth, rights=("hold",), tables=()))
    score = scored(base, oracle, hold, clean)
    assert not score.right and score.corrupted >= len(injection.truth.tables or plain(base).truth.tables[0].rows)


def test_rows_that_were_sent_and_never_read_are_lost(base: Base, oracle: Oracle, clean: Outcome) -> None:
    injection = plain(base)
    wave = tuple(replace(s, rows=s.rows + 5) for s in injection.waves[0])
    score = scored(base, oracle, replace(injection, waves=(wave,)), clean)
    assert not score.right and score.lost == 5


def test_what_no_one_could_know_is_counted_apart(base: Base, oracle: Oracle, clean: Outcome) -> None:
    injection = truth_of(plain(base), plain(base).truth.tables[0].dropped((7,)))
    blind = replace(injection, truth=replace(injection.truth, unseeable=True))
    score = scored(base, oracle, blind, clean)
    assert score.right and score.corrupted == 0 and score.unseeable > 0


def test_a_small_drill_shows_nothing_wrong_and_leaves_the_base_as_it_was(base: Base) -> None:
    before = sorted((p.name, p.stat().st_size) for p in (base.root / "files").iterdir())
    found = tuple(play(tuple(Case((name,), base.name, 1) for name in CASES), base))
    assert [s.fault for s in found] == list(CASES)
    assert [(s.fault, s.corrupted, s.lost) for s in found if s.corrupted or s.lost] == []
    assert {s.fault for s in found if s.right} >= {"empty_file", "unit_factor", "same_file_again", "exact_duplicates"}
    assert sorted((p.name, p.stat().st_size) for p in (base.root / "files").iterdir()) == before
    assert sum(r.cases for r in rows(found)) == len(CASES)
    assert any("faults with a corrupted cell: 0 of 6 (at most 50.0%)" in text for text in told(found))
    assert summary(found).startswith("cases=6 corrupted=0 lost=0 harmed=0 right=")


def test_a_zero_is_only_as_good_as_its_cases() -> None:
    assert (bound(0, 500), bound(0, 0), bound(3, 60)) == ("at most 0.6%", "none played", "5.0%")
