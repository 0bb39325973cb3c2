"""An input relation becomes a panel and back: rows keep their places, and what may be seen at a step was known then."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimation.worlds import DAY, START, market, scattered
from windvane.domain.errors import Failed
from windvane.stack.estimation.panel import panel_of


def _rows(seed: int, steps: int = 12, entities: int = 3) -> dict[str, np.ndarray]:
    """Rows of an input relation in no order, with gaps."""
    chance = np.random.default_rng(seed)
    step, entity = (i.ravel() for i in np.indices((steps, entities)))
    kept = chance.permutation(len(step))[: int(0.8 * len(step))]
    decided = START + step[kept] * DAY
    return {
        "decided_at": decided,
        "house": np.array(["h1", "h2", "h1"])[entity[kept]],
        "fund": np.array(["a", "b", "c"])[entity[kept]],
        "target": np.where(chance.random(len(kept)) < 0.2, np.nan, chance.standard_normal(len(kept))),
        "known_at": decided + np.timedelta64(5, "h"),
        "index": step[kept].astype(float),
    }


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000))
def test_rows_find_their_place_and_come_back_in_their_order(seed: int) -> None:
    rows = _rows(seed)
    panel = panel_of(pa.table(rows), ["house", "fund"], ["index"])
    assert np.array_equal(panel.column(panel.target), rows["target"], equal_nan=True)
    assert np.array_equal(panel.column(panel.features["index"]), rows["index"])
    assert set(panel.entities) <= {"h1 | a", "h2 | b", "h1 | c"}
    named = [panel.entities[n] for n in panel.places[:, 1]]
    assert named == [f"{h} | {f}" for h, f in zip(rows["house"], rows["fund"], strict=True)]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000))
def test_a_target_known_after_its_decision_is_used_from_the_next_one(seed: int) -> None:
    panel = panel_of(_rows(seed), ["fund"], [])
    some = np.isfinite(panel.target)
    step = np.arange(panel.steps)[:, None] + np.zeros(panel.shape, dtype=int)
    assert np.array_equal(panel.known[some], step[some] + 1)
    assert np.all(panel.known[~some] == panel.steps)


def test_a_target_without_a_time_is_never_known() -> None:
    rows = _rows(0)
    rows["known_at"] = np.full(len(rows["fund"]), np.datetime64("NaT"), dtype="datetime64[us]")
    panel = panel_of(rows, ["fund"], [])
    assert np.all(panel.known == panel.steps)
    assert np.isfinite(panel.target).any()


def test_integers_and_nulls_of_arrow_become_numbers_and_gaps() -> None:
    rows = {"decided_at": pa.array(list(START + np.arange(3) * DAY)), "known_at": pa.array([START] * 3)}
    table = pa.table(
        rows | {"target": pa.array([1, None, 3]), "x": pa.array([None, 2.5, 0.0]), "id": pa.array([7] * 3)}
    )
    panel = panel_of(table, ["id"], ["x"])
    assert panel.entities == ("7",)
    assert np.array_equal(panel.target[:, 0], [1.0, np.nan, 3.0], equal_nan=True)
    assert np.array_equal(panel.features["x"][:, 0], [np.nan, 2.5, 0.0], equal_nan=True)


def test_a_single_series_needs_no_entity_column() -> None:
    rows = {k: v[:1] for k, v in _rows(1).items()}
    assert panel_of(rows, [], ["index"]).shape == (1, 1)


def test_two_rows_of_one_entity_and_time_are_refused() -> None:
    rows = {name: np.concatenate([values, values[:1]]) for name, values in _rows(2).items()}
    with pytest.raises(Failed) as refused:
        panel_of(rows, ["fund"], [])
    assert refused.value.code == "estimate.repeated_row"
    assert rows["fund"][0] in refused.value.message


@pytest.mark.parametrize(("missing", "code"), [("known_at", "estimate.no_column"), ("index", "estimate.no_column")])
def test_a_missing_column_is_named(missing: str, code: str) -> None:
    rows = {name: values for name, values in _rows(3).items() if name != missing}
    with pytest.raises(Failed, match=f"`{missing}`") as refused:
        panel_of(rows, ["fund"], ["index"])
    assert refused.value.code == code


def test_a_feature_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(Failed, match="`rate`") as refused:
        market(steps=10).panel.only(["rate"])
    assert "f0, f1" in refused.value.why


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.integers(0, 59))
def test_what_may_be_seen_at_a_step_is_what_was_known(seed: int, step: int) -> None:
    panel = scattered(seed)
    seen = panel.until(step)
    assert seen.steps == step + 1
    visible = np.isfinite(seen.target)
    assert np.array_equal(visible, np.isfinite(panel.target[: step + 1]) & (panel.known[: step + 1] <= step))
    assert np.all(seen.known[visible] == panel.known[: step + 1][visible])


def test_a_part_keeps_the_places_of_its_rows() -> None:
    panel = panel_of(_rows(4), ["fund"], ["index"])
    part = panel.between(3, 9)
    assert np.array_equal(part.column(part.features["index"]), np.sort(part.places[:, 0]) * 0 + part.places[:, 0] + 3.0)
    assert part.of([0]).shape == (6, 1)
