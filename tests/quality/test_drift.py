"""What changed of arriving columns, and whether one story explains it; twins and look-alikes are held."""

from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inspected import Rows, market

from windvane.adapters.warehouses.scratch import Scratch
from windvane.domain.batch import ColumnProfile, Profile
from windvane.domain.record import replace
from windvane.stack.quality.drift import (
    FACTORS,
    Seam,
    factor,
    lost_and_added,
    match_columns,
    name_likeness,
    swap,
    type_changes,
)
from windvane.stack.quality.drift.assignment import assign
from windvane.stack.quality.drift.seam import agreement, history, quantile_ratios, steps, surprise

NUMERIC = ("open", "high", "low", "close", "volume")


def profile(columns: dict[str, list[object]]) -> Profile:
    """The profile of columns as landing would make it, of what drift looks at."""
    found = []
    for name, values in columns.items():
        there = [v for v in values if v is not None]
        numbers = sorted(float(v) for v in there if isinstance(v, int | float))
        counts = {str(v): there.count(v) for v in list(dict.fromkeys(there))[:40]} if not numbers else {}
        found.append(
            ColumnProfile(
                name=name,
                type="double" if numbers else "date" if isinstance(there[0], date) else "varchar",
                grammar="decimal:point=." if numbers else "text",
                nulls=len(values) - len(there),
                distinct=len(set(there)),
                quantiles=tuple(numbers[int(q * (len(numbers) - 1))] for q in (0.05, 0.25, 0.5, 0.75, 0.95))
                if numbers
                else (),
                max_length=max(len(str(v)) for v in there),
                minimum="" if numbers else min(map(str, there)),
                maximum="" if numbers else max(map(str, there)),
                top=tuple(sorted(counts.items(), key=lambda t: -t[1])[:10]),
            )
        )
    return Profile(rows=len(next(iter(columns.values()))), columns=tuple(found))


class Feed:
    """Daily open, high, low, close and volume of six tickers; the last `fresh` days arrive."""

    def __init__(self, *, fresh: int = 1, shared: int = 0, seed: int = 1) -> None:
        rng = random.Random(seed)
        days = market(tickers=6, days=400, seed=seed)
        self.rows: Rows = []
        for day, values in days:
            for i, v in enumerate(values):
                o, h, lo = (
                    v * (1 + rng.gauss(0, 0.003)),
                    v * (1 + abs(rng.gauss(0, 0.004))),
                    v * (1 - abs(rng.gauss(0, 0.004))),
                )
                self.rows.append((f"T{i}", day, o, h, lo, v, float(int(rng.lognormvariate(13, 0.3)))))
        cut = len(self.rows) - 6 * fresh
        self.known, self.arriving = self.rows[:cut], self.rows[cut - 6 * shared :]
        self.engine = Scratch()

    def seam(self, names: dict[str, str], *, times: float = 1.0, only: tuple[str, ...] = ()) -> Seam:
        """The seam with columns of arriving rows under new names, prices times a factor (on some tickers only)."""
        scaled = [
            tuple(v * times if 2 <= k <= 5 and (not only or r[0] in only) else v for k, v in enumerate(r))
            for r in self.arriving  # type: ignore[operator]
        ]
        for table, rows, renamed in (("known", self.known, {}), ("arriving", scaled, names)):
            listed = ", ".join(f"'{renamed.get(n, n)}': 'DOUBLE'" for n in NUMERIC)
            path = f"{self.engine._spill}/{table}.csv"
            Path(path).write_text("".join(",".join(str(v) for v in r) + "\n" for r in rows))
            self.engine.execute(
                f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM read_csv('{path}', header := false, "
                f"columns := {{'ticker': 'VARCHAR', 'day': 'DATE', {listed}}})"
            )
        self.scaled = scaled
        return Seam(self.engine, "known", "arriving", entities=("ticker",), time="day")

    def profiles(self, names: dict[str, str], without: tuple[str, ...] = ()) -> tuple[Profile, Profile]:
        """Profiles of both sides; `without` leaves columns of the arriving side out."""
        columns = ("ticker", "day", *NUMERIC)
        recent = self.known[-600:]
        known = profile({n: [r[i] for r in recent] for i, n in enumerate(columns)})
        new = profile(
            {names.get(n, n): [r[i] for r in self.arriving] for i, n in enumerate(columns) if n not in without}
        )
        return known, new


@pytest.mark.parametrize("new", ["Close", "close_price", "clsprice", "CLS", "close px"])
def test_a_rename_that_the_name_supports_is_identified(new: str) -> None:
    feed = Feed(fresh=40)
    names = {"close": new}
    found = match_columns(*feed.profiles(names), seam=feed.seam(names))
    assert [(m.lost, m.new) for m in found] == [("close", new)]
    if new != "clsprice":
        assert found[0].identifiable, found[0].held_by
    assert found[0].continuity is not None
    assert found[0].continuity > 0.01


@pytest.mark.parametrize("new", ["c4", "adj_close", "vwap", "px"])
def test_look_alikes_are_held_unless_equal_values_decide(new: str) -> None:
    """Open, high and low look like the lost close, so neither shape nor continuity can say what an opaque name is."""
    feed, names = Feed(fresh=40), {"close": new}
    (held,) = match_columns(*feed.profiles(names), seam=feed.seam(names))
    assert not held.identifiable
    assert "neither the name nor equal values" in held.held_by
    assert "looks the same" in held.held_by

    again = Feed(fresh=40, shared=20)
    (proven,) = match_columns(*again.profiles(names), seam=again.seam(names))
    assert proven.identifiable, proven.held_by
    assert proven.equal == 1.0
    assert any("on shared keys are equal" in e for e in proven.evidence)


def test_two_lost_look_alikes_with_opaque_names_are_held() -> None:
    feed, names = Feed(fresh=40), {"open": "a1", "close": "b1"}
    found = match_columns(*feed.profiles(names), seam=feed.seam(names))
    assert len(found) == 2
    assert not any(m.identifiable for m in found)
    assert found[0].runner_up in ("a1", "b1", "open", "close")


def test_two_renames_at_once_are_told_apart_by_name() -> None:
    feed, names = Feed(fresh=40), {"open": "open_price", "close": "close_price"}
    found = match_columns(*feed.profiles(names), seam=feed.seam(names))
    assert sorted((m.lost, m.new, m.identifiable) for m in found) == [
        ("close", "close_price", True),
        ("open", "open_price", True),
    ]


def test_a_new_column_with_the_right_name_and_other_values_is_held() -> None:
    feed, names = Feed(fresh=40), {"close": "close_price"}
    (found,) = match_columns(*feed.profiles(names), seam=feed.seam(names, times=1.5))
    assert not found.identifiable
    assert "do not go on" in found.held_by


def test_two_candidates_for_one_lost_column_are_held() -> None:
    known = profile({"close": [float(i) for i in range(50)]})
    new = profile({"close_price": [float(i) for i in range(50)], "close_value": [float(i) for i in range(50)]})
    (found,) = match_columns(known, new)
    assert not found.identifiable
    assert "another pairing fits nearly as well" in found.held_by
    assert found.runner_up == {"close_price": "close_value", "close_value": "close_price"}[found.new]


def test_a_header_in_other_letters_is_the_same_header() -> None:
    """Carrier and origin look alike and a day of other values does not go on, but no name is another one."""
    rng = random.Random(7)
    letters = {n: [rng.choice("ABCD") * 2 for _ in range(300)] for n in ("carrier", "origin", "dest")}
    known = profile({**letters, "dep_delay": [rng.gauss(10, 2) for _ in range(300)]})
    day = {n.title(): [rng.choice("EFGH") * 2 for _ in range(40)] for n in letters}
    new = profile({**day, "Dep-Delay": [rng.gauss(90, 2) for _ in range(40)]})
    found = match_columns(known, new)
    assert {(m.lost, m.new) for m in found} == {(n.lower().replace("-", "_"), n) for n in (*day, "Dep-Delay")}
    assert all(m.identifiable for m in found), [m.held_by for m in found]


def test_blanks_around_some_texts_make_no_other_column() -> None:
    feed, names = Feed(fresh=40), {"ticker": "Ticker"}
    known, new = feed.profiles(names)
    trimmed = replace(
        known, columns=tuple(replace(c, grammar="text:trim") if c.name == "ticker" else c for c in known.columns)
    )
    (found,) = match_columns(trimmed, new)
    assert (found.lost, found.new, found.identifiable) == ("ticker", "Ticker", True)


def test_one_name_in_two_spellings_at_once_is_held() -> None:
    known = profile({"close": [float(i) for i in range(50)]})
    new = profile({"Close": [float(i) for i in range(50)], "CLOSE": [float(i) for i in range(50)]})
    (found,) = match_columns(known, new)
    assert "another pairing fits nearly as well" in found.held_by


@pytest.mark.parametrize(("days_later", "goes_on"), [(1, True), (400, False)])
def test_a_renamed_day_goes_on_where_the_known_ones_end(days_later: int, goes_on: bool) -> None:
    """A delivery of two days has few days of its own: what their shape does not say, their order does."""
    last = date(2026, 3, 2)
    known = [last - timedelta(days=n // 25) for n in range(50)]
    new = [last + timedelta(days=days_later + n // 20) for n in range(25)]
    others = {"amount": [float(n) for n in range(50)]}
    before = profile({"ordered_on": known, **others})
    after = profile({"orderd_on": new, "amount": [float(n) for n in range(25)]})
    (found,) = match_columns(before, after)
    assert found.identifiable is goes_on, found.held_by


def test_another_type_is_never_matched() -> None:
    known = profile({"close": [1.0, 2.0]})
    new = profile({"close_price": ["a", "b"]})
    assert match_columns(known, new) == ()
    assert lost_and_added(known, new) == (("close",), ("close_price",))


def test_known_texts_decide_where_the_name_does_not() -> None:
    engine, texts = Scratch(), [f"city {i}" for i in range(60)]
    engine.execute("CREATE TABLE known AS SELECT UNNEST(?) AS town", (texts,))  # type: ignore[arg-type]
    engine.execute("CREATE TABLE arriving AS SELECT UNNEST(?) AS x7", ([*texts[5:], "city new"],))  # type: ignore[arg-type]
    (found,) = match_columns(
        profile({"town": texts}), profile({"x7": [*texts[5:], "city new"]}), seam=Seam(engine, "known", "arriving")
    )
    assert found.identifiable, found.held_by
    assert found.shared is not None
    assert found.shared > 0.98


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ("Close Price", "close_price", 1.0, 1.0),
        ("qty", "quantity", 0.8, 0.8),
        ("prévision", "PREVISION", 1.0, 1.0),
        ("close", "close_price", 0.8, 0.9),
        ("close", "adj_close", 0.0, 0.0),
        ("amount", "net_amount", 0.0, 0.0),
        ("open", "high", 0.0, 0.0),
        ("price", "weather", 0.0, 0.5),
    ],
)
def test_names(one: str, other: str, low: float, high: float) -> None:
    assert low <= name_likeness(one, other) <= high
    assert name_likeness(one, other) == name_likeness(other, one)


@given(
    st.integers(1, 5).flatmap(
        lambda n: st.lists(st.lists(st.floats(0, 1), min_size=n, max_size=n), min_size=1, max_size=5)
    )
)
def test_the_assignment_is_the_best_of_all(scores: list[list[float]]) -> None:
    rows, columns = len(scores), len(scores[0])
    size = max(rows, columns)
    best = max(sum(scores[i][p[i]] for i in range(rows) if p[i] < columns) for p in permutations(range(size)))
    found = assign(scores)
    assert sum(scores[i][j] for i, j in found) == pytest.approx(best)
    assert len({i for i, _ in found}) == len({j for _, j in found}) == len(found)


@pytest.mark.parametrize(("times", "unit"), [(100.0, "hundred"), (0.001, "thousand")])
def test_a_power_of_ten_on_prices_is_identified(times: float, unit: str) -> None:
    found = factor(Feed().seam({}, times=times), column="close", meaning="price")
    assert found.identifiable, found
    assert found.cause == "unit_change"
    assert found.unit.startswith(unit)
    assert found.exact == pytest.approx(times)
    assert found.agreeing == 1.0


def test_eight_percent_fits_a_move_and_a_currency() -> None:
    found = factor(Feed().seam({}, times=1.08), column="close", meaning="price")
    assert not found.identifiable
    assert found.cause == ""
    assert {h.cause for h in found.hypotheses if not h.ruled_out_by} == {"real_move", "currency"}
    assert found.low < 1.08 < found.high


def test_pounds_for_kilograms_need_a_column_that_is_not_money() -> None:
    seam = Feed().seam({}, times=2.2046226218)
    assert factor(seam, column="close", meaning="quantity").unit == "kilogram to pound"
    money = factor(seam, column="close", meaning="price")
    assert not money.identifiable
    assert any("money is not measured" in h.ruled_out_by for h in money.hypotheses)
    unknown = factor(seam, column="close")
    assert not unknown.identifiable, "a number without a meaning may be money"


def test_a_factor_on_some_series_only_is_not_identified() -> None:
    found = factor(Feed().seam({}, times=100.0, only=("T0", "T1", "T2", "T3")), column="close", meaning="quantity")
    assert not found.identifiable
    assert found.agreeing < 0.9


def test_an_ordinary_day_is_a_real_move() -> None:
    assert factor(Feed().seam({}), column="close", meaning="price").cause == "real_move"


def test_a_whole_column_of_the_other_sign() -> None:
    found = factor(Feed(fresh=5).seam({}, times=-1.0), column="close", meaning="price")
    assert (found.cause, found.exact) == ("sign_flip", -1.0)


def test_a_correction_that_waits_is_no_evidence_against_a_rename() -> None:
    engine = Scratch()
    days = "SELECT DATE '2026-01-01' + CAST(i AS INTEGER) AS day, 'A' AS shop"
    engine.execute(f"CREATE TABLE known AS {days}, i AS sold FROM range(100) AS t(i)")
    engine.execute(f"CREATE TABLE waits AS {days}, i + 1000 AS sold FROM range(10) AS t(i)")
    engine.execute(
        f"CREATE TABLE arriving AS {days}, CASE WHEN i < 10 THEN i + 1000 ELSE i END AS x7 FROM range(100) AS t(i)"
    )
    plain = Seam(engine, "known", "arriving", entities=("shop",), time="day")
    assert agreement(plain, "sold", "x7") == (100, 0.9)
    told = Seam(engine, "known", "arriving", entities=("shop",), time="day", beside="waits")
    assert agreement(told, "sold", "x7") == (90, 1.0), "of ten days nobody knows which version holds"


def test_rows_without_series_are_judged_by_their_quantiles() -> None:
    engine, rng = Scratch(), random.Random(3)
    weights = [rng.lognormvariate(2, 0.5) for _ in range(4000)]
    engine.execute("CREATE TABLE known AS SELECT UNNEST(?) AS weight", (weights[:2000],))  # type: ignore[arg-type]
    engine.execute("CREATE TABLE arriving AS SELECT UNNEST(?) AS weight", ([w * 1000 for w in weights[2000:]],))  # type: ignore[arg-type]
    found = factor(Seam(engine, "known", "arriving"), column="weight", meaning="quantity")
    assert found.identifiable, found
    assert found.unit.startswith("thousand")


def test_no_unit_of_the_catalogue_is_taken_for_another() -> None:
    feed = Feed()
    for name, exact in FACTORS:
        found = factor(feed.seam({}, times=exact), column="close", meaning="quantity")
        assert not found.identifiable or found.unit == name, (name, found.unit)


def test_swapped_columns_are_seen_by_profile_and_not_imagined() -> None:
    rng = random.Random(2)
    known = profile(
        {"weight": [rng.gauss(70, 8) for _ in range(500)], "height": [rng.gauss(175, 9) for _ in range(500)]}
    )
    new = profile({"weight": [rng.gauss(175, 9) for _ in range(200)], "height": [rng.gauss(70, 8) for _ in range(200)]})
    (found,) = swap(known, new)
    assert (found.one, found.other, found.identifiable) == ("weight", "height", True)
    assert swap(known, known) == ()
    feed = Feed(fresh=40)
    assert swap(*feed.profiles({}), seam=feed.seam({})) == (), "look-alikes always fit each other, and also themselves"


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("bigint", "double", "widened"),
        ("bigint", "decimal(18,2)", "widened"),
        ("decimal(18,2)", "decimal(18,6)", "widened"),
        ("decimal(18,6)", "decimal(18,2)", "widened"),
        ("decimal(18,6)", "decimal(9,2)", "narrowed"),
        ("double", "bigint", "narrowed"),
        ("double", "varchar", "other"),
        ("date", "timestamp", "widened"),
    ],
)
def test_types(before: str, after: str, kind: str) -> None:
    one = Profile(rows=3, columns=(ColumnProfile(name="x", type=before),))
    other = Profile(rows=2, columns=(ColumnProfile(name="x", type=after),))
    assert [c.kind for c in type_changes(one, other)] == [kind]
    assert type_changes(one, one) == ()


def test_another_spelling_and_an_empty_column() -> None:
    one = Profile(rows=3, columns=(ColumnProfile(name="x", type="double", grammar="decimal:point=."),))
    other = Profile(rows=2, columns=(ColumnProfile(name="x", type="double", grammar="decimal:point=,"),))
    assert [c.kind for c in type_changes(one, other)] == ["respelled"]
    empty = Profile(rows=2, columns=(ColumnProfile(name="x", type="varchar", nulls=2),))
    assert type_changes(one, empty) == ()


def test_without_entities_moments_of_many_rows_are_no_series() -> None:
    """Which of today's rows goes on from which of yesterday's is not known: no step, and no order of ties is used."""
    feed = Feed(fresh=3)
    one = feed.seam({})
    for table in ("known", "arriving"):
        feed.engine.execute(f"CREATE TABLE turned_{table} AS SELECT * FROM {table} ORDER BY day, ticker DESC")
    blind = Seam(one.engine, "known", "arriving", time="day")
    turned = Seam(one.engine, "turned_known", "turned_arriving", time="day")
    assert steps(one, "close", "close") and history(one, "close")
    assert steps(blind, "close", "close") == history(blind, "close") == ()
    assert surprise(blind, "close", "close") is None
    assert quantile_ratios(blind, "close") == pytest.approx(quantile_ratios(turned, "close"), abs=1e-12)
    assert factor(blind, column="close").cause == "real_move"


def test_versions_of_a_row_count_as_their_median() -> None:
    """Restated rows come twice into the known side; what a step is does not depend on which is read first."""
    feed = Feed(fresh=2)
    seam = feed.seam({})
    again = "SELECT * REPLACE (close * 1.1 AS close) FROM known WHERE ticker = 'T0'"
    feed.engine.execute(f"CREATE TABLE first AS SELECT * FROM known UNION ALL {again}")
    feed.engine.execute(f"CREATE TABLE second AS {again} UNION ALL SELECT * FROM known")
    told = [Seam(seam.engine, side, "arriving", entities=("ticker",), time="day") for side in ("first", "second")]
    assert history(told[0], "close") == pytest.approx(history(told[1], "close"), abs=1e-12)
    assert steps(told[0], "close", "close") == pytest.approx(steps(told[1], "close", "close"), abs=1e-12)
    assert history(told[0], "close") == pytest.approx(history(seam, "close"), abs=1e-9)
