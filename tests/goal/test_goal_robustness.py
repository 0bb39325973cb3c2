"""Whatever is typed ends in a goal, a question or a clear refusal, and every name in it is of the catalog."""

from __future__ import annotations

import random
import re
import tomllib
from pathlib import Path

import pytest
from goal_worlds import made_of
from hypothesis import given, settings
from hypothesis import strategies as st

from windvane.agents.analyst import understand
from windvane.agents.analyst.catalog import Catalog, CatalogColumn, CatalogTable
from windvane.agents.analyst.serving import steps
from windvane.domain.entry import Understood
from windvane.domain.errors import NeedsPerson, Usage
from windvane.domain.goal import Goal, Target, read_target, write_target

CASES = tomllib.loads((Path(__file__).parent / "cases.toml").read_text("utf-8"))["case"]
WORDS = sorted({w for c in CASES for w in str(c["sentence"]).split()})
WORLD = made_of("shop")
LABELS = {c.label for t in WORLD.tables for c in t.columns} | {f"{t.name}.*" for t in WORLD.tables}


def test_the_rows_of_a_table_are_not_counted_for_each_value_of_its_own_key() -> None:
    months = tuple(CatalogColumn(table="sales", name=f"2024-{m:02}", type="bigint") for m in range(1, 4))
    store = CatalogColumn(table="sales", name="store", type="varchar", meaning="name")
    pivoted = Catalog(tables=(CatalogTable(name="sales", columns=(store, *months), key=("store",)),))
    with pytest.raises(NeedsPerson, match="one row for each"):
        understand("total sales per store", pivoted, None)


def goals(sentence: str) -> tuple[Goal, ...]:
    try:
        result = understand(sentence, WORLD, None)
    except (NeedsPerson, Usage) as refusal:
        assert refusal.code in ("goal.unserved", "goal.empty")
        assert refusal.why and refusal.fix
        return ()
    return (result.goal,) if isinstance(result, Understood) else tuple(o.goal for o in result.options)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join) | st.text(max_size=60))
def test_nothing_typed_breaks_it_or_names_what_is_not_there(sentence):
    for goal in goals(sentence):
        assert goal.sentence == sentence.strip()
        assert goal.measure == "" or goal.measure in LABELS
        assert set(goal.entities) <= LABELS
        for constraint in goal.constraints:
            column = re.match(r"([a-z_]+\.[a-z_]+) ", constraint)
            assert column is None or column[1] in LABELS


@pytest.mark.parametrize(
    "sentence",
    [
        "'; DROP TABLE orders; --",
        "revenue where city = '' OR 1=1",
        "🚲🚲🚲",
        "revenue " * 400,
        "per per per by by each of of the",
        'orders from "Robert\'); DROP TABLE"',
    ],
)
def test_hostile_sentences_end_well(sentence):
    for goal in goals(sentence):
        assert set(goal.entities) <= LABELS


def test_a_quote_in_a_value_stays_inside_its_text():
    found = goals("number of orders of store \"O'Neil's\"")
    assert found and all("'O''Neil''s'" in g.constraints[0] for g in found)


def test_one_slip_of_the_finger_in_a_long_word_changes_nothing():
    plain = goals("Forecast revenue per customer for 14 days")
    dice = random.Random(7)
    for _ in range(25):
        words = ["Forecast", "revenue", "per", "customer", "for", "14", "days"]
        place = dice.choice([0, 1, 3])
        word = words[place]
        cut = dice.randrange(2, len(word) - 1)
        words[place] = word[:cut] + word[cut + 1 :] if dice.random() < 0.5 else word[:cut] + word[cut] + word[cut:]
        slipped = goals(" ".join(words))
        assert [(g.measure, g.entities, g.horizon) for g in slipped] == [
            (g.measure, g.entities, g.horizon) for g in plain
        ], words


@given(
    st.sampled_from(["error", "mean absolute error", "recall"]),
    st.sampled_from(["<=", ">=", "="]),
    st.floats(-1e6, 1e6, allow_nan=False),
    st.sampled_from(["", "%", "basis points", "points"]),
)
def test_a_target_is_read_as_it_was_written(measure, op, value, unit):
    target = Target(measure=measure, op=op, value=value, unit=unit)
    assert read_target(write_target(target)) == target


@pytest.mark.parametrize(
    ("number", "unit", "grain", "days", "expected"),
    [
        (2, "week", "day", 7, 14),
        (2, "week", "day", 5, 10),
        (1, "day", "hour", 7, 24),
        (1, "quarter", "month", 7, 3),
        (1, "month", "day", 5, 21),
        (3, "day", "week", 7, 1),
        (1, "year", "quarter", 5, 4),
        (90, "minute", "hour", 7, 2),
        (5, "", "day", 7, 5),
    ],
)
def test_a_horizon_is_counted_in_steps_of_the_grain(number, unit, grain, days, expected):
    assert steps(number, unit, grain, per_day=days) == expected
