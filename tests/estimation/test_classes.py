"""Classes whose labels come late, segments, anomaly scores: right where the truth is planted, never ahead of time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimation.worlds import market, panel, recipe
from windvane.domain.record import replace as changed
from windvane.stack.estimation.anomaly import isolated, surprise
from windvane.stack.estimation.calibration import (
    alarmed,
    calibration_error,
    cost,
    fitted,
    recalibrated,
    reliability,
    threshold,
)
from windvane.stack.estimation.canary import canary
from windvane.stack.estimation.clusters import drift, segmented
from windvane.stack.estimation.estimator import predict
from windvane.stack.estimation.keyed import Online, Window, offline
from windvane.stack.estimation.measures import pooled_score
from windvane.stack.estimation.panel import Panel
from windvane.stack.estimation.trees import Growth, Rows, crossed


def _failures(lag: int = 10, steps: int = 240, entities: int = 40) -> tuple[Panel, np.ndarray]:
    """Machines that fail more often when hot and worn, labels `lag` steps late; the true probabilities."""
    chance = np.random.default_rng(1)
    heat, wear = chance.standard_normal((2, steps, entities))
    truth = 1 / (1 + np.exp(4.0 - 1.5 * heat - 1.5 * wear))
    label = (chance.random(truth.shape) < truth).astype(float)
    return panel(label, {"heat": heat, "wear": wear}, lag), truth


SETTINGS = changed(recipe("classifier", "heat", "wear", trees=40.0), refit=60)


def test_late_labels_are_learnt_and_probabilities_mean_what_they_say() -> None:
    made, truth = _failures()
    found = predict(made, SETTINGS)[120:]
    best = pooled_score("auc", made.target[120:], truth[120:])
    assert pooled_score("auc", made.target[120:], found) > best - 0.04
    groups = reliability(made.target[120:].ravel(), found.ravel(), bins=8)
    assert np.all(np.abs(groups[:, 0] - groups[:, 1]) < 0.06)
    assert groups[-1, 1] > 0.2 > groups[0, 1]


@pytest.mark.parametrize("step", [60, 120, 180])  # when models are made
def test_labels_that_are_not_known_yet_change_nothing(step: int) -> None:
    assert canary(_failures()[0], SETTINGS, [step]) == 0.0


def test_the_classifier_says_how_often_it_happened_until_it_has_learnt() -> None:
    made, _ = _failures(lag=5)
    early = predict(made, SETTINGS)[:60]
    assert np.isnan(early[:5]).all()
    assert np.allclose(early[30], np.nanmean(made.target[:26])), "of all: few labels of one entity say less"


def test_probabilities_that_exaggerate_are_corrected_by_what_came_true() -> None:
    chance = np.random.default_rng(2)
    truth = chance.beta(1, 6, 6000)
    labels = (chance.random(6000) < truth).astype(float)
    bold = 1 / (1 + ((1 - truth) / truth) ** 2 * np.e)
    step = np.repeat(np.arange(60), 100)
    right = recalibrated(bold, Rows(x=truth[:, None], y=labels, step=step, known=step + 3), 20)
    late = step >= 40
    assert pooled_score("brier", labels[late], right[late]) < pooled_score("brier", labels[late], bold[late])
    assert pooled_score("auc", labels[late], right[late]) == pytest.approx(
        pooled_score("auc", labels[late], bold[late]), abs=0.005
    )
    assert np.array_equal(right[step < 20], bold[step < 20])
    slope, shift = fitted(bold, labels)
    assert slope == pytest.approx(0.5, abs=0.06) and shift == pytest.approx(0.5, abs=0.15)


def test_the_threshold_from_cost_is_the_cheapest() -> None:
    chance = np.random.default_rng(3)
    truth = chance.beta(1, 5, 20_000)
    labels = (chance.random(20_000) < truth).astype(float)
    at = threshold(alarm=1.0, miss=9.0)
    assert at == pytest.approx(0.1)
    costs = {t: cost(labels, truth, t, alarm=1.0, miss=9.0) for t in (0.02, 0.05, at, 0.2, 0.4)}
    assert min(costs, key=lambda t: costs[t]) == at


def test_crossed_estimates_have_not_seen_their_row() -> None:
    """Labels by chance: whoever had seen them would know them."""
    chance = np.random.default_rng(4)
    x, y = chance.standard_normal((400, 3)), (chance.random(400) < 0.2).astype(float)
    found = crossed(x, y, Growth(objective="binary", trees=30))
    assert 0.3 < pooled_score("auc", y, found) < 0.7


@settings(max_examples=50, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40), st.integers(0, 9)), min_size=1, max_size=60),
    length=st.integers(1, 15),
    delay=st.integers(0, 10),
)
def test_windows_online_are_those_offline(rows: list[tuple[int, int, int]], length: int, delay: int) -> None:
    rows = sorted(rows, key=lambda r: r[1])
    key, time, value = (np.array(column) for column in zip(*rows, strict=True))
    window = Window(length, delay)
    counts, sums = offline(key, time, value, window)
    online = Online(window)
    assert [online.seen(*row) for row in rows] == list(zip(counts.tolist(), sums.tolist(), strict=True))
    if not delay:
        last = (key == key[-1]) & (time > time[-1] - length)
        assert (counts[-1], sums[-1]) == (last.sum(), value[last].sum())


def _customers(seed: int, count: int = 300) -> np.ndarray:
    """Three kinds: many small orders, few large ones, gone."""
    chance = np.random.default_rng(seed)
    centres = np.array([[20.0, 30.0, 5.0], [3.0, 400.0, 20.0], [1.0, 40.0, 300.0]])
    kind = np.arange(count) % 6 % 4 % 3
    return centres[kind] * np.exp(0.25 * chance.standard_normal((count, 3)))


NAMES = ("orders", "amount", "days_since")


def test_segments_come_out_again_and_are_told_in_words() -> None:
    found = segmented(_customers(0), NAMES)
    assert len(found.centres) == 3
    assert found.stability > 0.95
    assert np.all(np.diff(np.bincount(found.labels)) <= 0)
    gone = [w for w in found.words if "of all: days_since high" in w]
    assert len(gone) == 1 and gone[0].startswith("17% of all")
    assert any("amount high" in w for w in found.words)


def test_what_has_no_segments_gets_one() -> None:
    found = segmented(np.random.default_rng(5).standard_normal((300, 3)), NAMES, most=5)
    assert len(found.centres) == 1
    assert "no segments" in found.words[0]


def test_the_same_segments_whatever_the_seed() -> None:
    a, b = (segmented(_customers(0), NAMES, most=4, seed=seed) for seed in (1, 2))
    assert np.array_equal(a.labels, b.labels)


def test_drift_of_membership_is_measured() -> None:
    before = _customers(0)
    found = segmented(before, NAMES, most=4)
    again = before * np.exp(0.05 * np.random.default_rng(9).standard_normal(before.shape))
    calm = drift(found, before, again)
    assert calm.moved < 0.02 and calm.shift < 0.1
    lost = before.copy()
    lost[:150] = np.array([1.0, 40.0, 300.0])
    moved = drift(found, before, lost)
    assert moved.moved > 0.3 and moved.shift > 0.25
    assert np.allclose(moved.shares.sum(axis=0), 1.0)


def test_a_surprise_is_measured_in_what_was_usual_before() -> None:
    made = market(steps=200, entities=10).panel
    target = made.target.copy()
    target[150, 3] += 8.0
    broken = replace(made, target=target)
    found = surprise(broken, predict(broken, recipe("exposures", "f0", "f1")), window=100)
    assert np.unravel_index(np.nanargmax(found[50:]), found[50:].shape) == (100, 3)
    assert np.nanmedian(found[50:]) < 1.0


def test_a_row_apart_is_isolated() -> None:
    chance = np.random.default_rng(6)
    usual = chance.standard_normal((300, 4))
    asked = np.vstack([usual[:50], [[6.0, -6.0, 6.0, 6.0]]])
    found = isolated(usual, asked)
    assert np.argmax(found) == 50
    assert np.all((found > 0) & (found < 1))


def test_the_calibration_error_is_nothing_for_the_truth_and_the_shift_of_what_is_shifted() -> None:
    chance = np.random.default_rng(5)
    truth = chance.uniform(0.05, 0.6, 40_000)
    labels = (chance.random(40_000) < truth).astype(float)
    assert calibration_error(labels, truth) < 0.01
    assert calibration_error(labels, truth + 0.2) == pytest.approx(0.2, abs=0.01)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), min_size=1, max_size=40),
    st.integers(0, 5),
    st.integers(0, 4),
)
def test_alarms_are_the_most_probable_of_each_period_and_none_below_the_threshold(
    rows: list[tuple[int, int]], least: int, most: int
) -> None:
    period, value = (np.array(c) for c in zip(*rows, strict=True))
    raised = alarmed(value / 5, period, least=least / 5, most=most)
    for one in set(period.tolist()):
        here = period == one
        enough = int((value[here] >= least).sum())
        assert raised[here].sum() == (min(most, enough) if most else enough)
        if raised[here].any() and not raised[here].all():
            left = value[here][~raised[here]].max()
            assert value[here][raised[here]].min() >= left or left < least
    assert not (raised & (value < least)).any()
