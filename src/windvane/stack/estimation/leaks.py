"""What must not help an estimate: values from after the decision, restated ones, the target itself, a universe of
survivors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from windvane.stack.estimation.measures import pooled_score
from windvane.stack.estimation.panel import Array, Mask, Panel, Times
from windvane.stack.estimation.rolling import last_known

Kind = Literal["future_stamp", "restated", "twin", "target_inside", "survivors"]

_PERFECT = 0.02  # what is left of the target beside what an honest lag leaves; honest drivers leave more
_LAGS = 24  # past targets that a feature may have been averaged with
_ENTITIES = 20  # those with most values are looked at
_LEAST = 40  # values an entity needs to be looked at


@dataclass(frozen=True)
class Leak:
    """A feature (or the universe) that knows more than could be known, and how that shows."""

    kind: Kind
    feature: str
    why: str


def leaks(panel: Panel) -> tuple[Leak, ...]:
    """What the panel itself shows: twins of the target, and features with the target inside."""
    found = (_of_target(panel, name) for name in panel.features)
    return tuple(leak for leak in found if leak)


def future_stamps(decided: Times, stamps: Mapping[str, Times]) -> tuple[Leak, ...]:
    """Features with a value that became available after its decision: per feature the times (rows,) beside `decided`
    (rows,).
    """
    found = []
    for name, times in stamps.items():
        late = np.flatnonzero(times > decided)
        if len(late):
            first = late[0]
            why = f"{len(late)} of {len(times)} values came after the decision, as at {decided[first]}: {times[first]}"
            found.append(Leak("future_stamp", name, why))
    return tuple(found)


def restated(used: Panel, then: Panel) -> tuple[Leak, ...]:
    """Features whose values are not those that were delivered by the decision, but later corrections of them.

    `then` is the same panel made from what had been delivered at each decision time.
    """
    found = []
    for name, values in used.features.items():
        other = then.features[name]
        differ = ~((values == other) | (np.isnan(values) & np.isnan(other)))
        if differ.any():
            step, entity = (int(i) for i in np.argwhere(differ)[0])
            why = (
                f"{differ.sum()} values are later corrections, as for `{used.entities[entity]}` at {used.decided[step]}"
            )
            found.append(Leak("restated", name, f"{why}: {values[step, entity]:g}, then {other[step, entity]:g}"))
    return tuple(found)


def survivors(panel: Panel, last_seen: Mapping[str, np.datetime64]) -> tuple[Leak, ...]:
    """Whether entities that ended within the panel's time are left out of it while those that live are in.

    `last_seen` names every entity of the source with the time of its last row.
    """
    end = panel.decided[-1]
    ended = {name for name, last in last_seen.items() if panel.decided[0] <= last < end - (end - panel.decided[0]) / 20}
    lost = sorted(ended - set(panel.entities))
    kept = len(set(panel.entities) & set(last_seen)) / max(len(last_seen), 1)
    if not lost or (len(ended) - len(lost)) / len(ended) >= 0.8 * kept:
        return ()
    why = f"{len(lost)} of {len(ended)} entities that ended before {end} are missing, as `{lost[0]}`"
    return (Leak("survivors", "", f"{why}; of all entities {kept:.0%} are there"),)


def _of_target(panel: Panel, name: str) -> Leak | None:
    feature = panel.features[name]
    if _is_class(panel.target):
        area = pooled_score("auc", panel.target, np.where(panel.known > _row(panel), feature, np.nan))
        why = f"it tells the classes apart without error (area under the curve {area:.4f}) before the target is known"
        return Leak("twin", name, why) if max(area, 1 - area) > 0.999 else None
    alone, inside = _left(panel, feature)
    if alone < _PERFECT:
        return Leak(
            "twin", name, f"it is the target up to scale before that is known: {alone:.2%} of its spread is left"
        )
    if inside < _PERFECT:
        why = (
            f"with its own past and the known past of the target it gives the target: {inside:.2%} of the error is left"
        )
        return Leak("target_inside", name, why)
    if _of_all(panel, feature) < _PERFECT:
        return Leak("target_inside", name, "it is the mean of the targets of all entities at the same step")
    return None


def _left(panel: Panel, feature: Array) -> tuple[float, float]:
    """Medians over entities: error left by the feature alone, and by the feature with the past, each as a share of
    the honest.
    """
    known = last_known(panel)
    shares = []
    for n in np.argsort(-np.isfinite(panel.target).sum(axis=0), kind="stable")[:_ENTITIES]:
        unknown = np.isfinite(panel.target[:, n]) & (panel.known[:, n] > _row(panel)[:, 0])
        shares.append(_shares(np.where(unknown, panel.target[:, n], np.nan), feature[:, n], known[:, n]))
    held = [s for s in shares if s is not None]
    if 2 * len(held) <= len(shares):
        return 1.0, 1.0
    alone, inside = np.median(np.array(held), axis=0)
    return float(alone), float(inside)


def _shares(target: Array, feature: Array, known: Array) -> tuple[float, float] | None:
    """Error left by the feature alone and with the past, beside that of an honest lag; None when there are too few
    values.
    """
    steps = len(target)
    lags = min(_LAGS, steps // 10)
    before = _past(feature, 1)
    past = [known, *(_past(known, k) for k in range(1, lags))]
    honest = np.column_stack([before, *past])
    changes = _logs(feature, before)
    full = np.column_stack([feature, changes, honest])
    rows = np.isfinite(target) & np.isfinite(full).all(axis=1)
    if rows.sum() < max(_LEAST, 3 * full.shape[1]):
        rows = np.isfinite(target) & np.isfinite(feature) & np.isfinite(before)
        honest, full = before[:, None], np.column_stack([feature, changes, before])
    if rows.sum() < _LEAST or not np.ptp(feature[rows]):
        return None
    y = target[rows]
    usual = _error(y, honest[rows])
    if usual <= 0:
        return None
    return _error(y, feature[rows, None]) / usual, _error(y, full[rows]) / usual


def _error(y: Array, x: Array) -> float:
    """Median absolute error of least squares on the central rows, twice again without what was far off."""
    scaled = np.column_stack([np.ones(len(y)), (x - x.mean(axis=0)) / np.maximum(x.std(axis=0), 1e-300)])
    near = _central(np.column_stack([y, x]))
    off = np.abs(y - np.median(y))
    for _ in range(3):
        off = np.abs(y - scaled @ np.linalg.lstsq(scaled[near], y[near], rcond=None)[0])
        near = off <= np.quantile(off, 0.9)
    return float(np.median(off))


def _central(values: Array) -> Mask:
    """Rows in which no column is far out; all, where that would leave out more than a fifth."""
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95], axis=0)
    near = np.all((values >= middle - 3 * (middle - low)) & (values <= middle + 3 * (high - middle)), axis=1)
    return near if near.mean() >= 0.8 else np.ones(len(values), dtype=bool)


def _of_all(panel: Panel, feature: Array) -> float:
    """Error of the mean of all targets given a feature that is common to all, as a share of its spread; 1 when it is
    not.
    """
    few = panel.shape[1] < 3 or np.isfinite(panel.target).sum(axis=1).max() < 3
    varies = np.nanmax(np.abs(feature - feature[:, :1]), initial=0.0) > 0
    if few or varies:
        return 1.0
    count = np.isfinite(panel.target).sum(axis=1)
    mean = np.nansum(panel.target, axis=1) / np.maximum(count, 1)
    rows = (count > 2) & np.isfinite(feature[:, 0])
    if rows.sum() < _LEAST:
        return 1.0
    return _error(mean[rows], feature[rows, :1]) / max(_error(mean[rows], np.zeros((int(rows.sum()), 1))), 1e-300)


def _logs(feature: Array, before: Array) -> Array:
    """The feature's log change where it is positive, else its change."""
    positive = np.nanmin(feature, initial=np.inf) > 0
    return np.log(feature / before) if positive else feature - before


def _past(values: Array, lag: int) -> Array:
    return np.concatenate([np.full(lag, np.nan), values[:-lag]])


def _row(panel: Panel) -> Array:
    return np.arange(panel.steps, dtype=np.float64)[:, None]


def _is_class(target: Array) -> bool:
    values = target[np.isfinite(target)]
    return len(values) > 0 and bool(np.isin(values, (0.0, 1.0)).all())
