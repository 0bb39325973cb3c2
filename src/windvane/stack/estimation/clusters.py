"""Segments of entities: as many as come out again on other halves of them, described in words, and how membership
drifts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score
from threadpoolctl import threadpool_limits

from windvane.stack.estimation.panel import Array, Mask, Steps

STABLE = 0.8  # adjusted Rand index of two halves from which segments are the same
_SILHOUETTE = 2000  # entities that the width of the gaps is measured on
_ROUNDS = 5  # pairs of halves
_WORDS = 3  # features that describe a segment


@dataclass(frozen=True)
class Segments:
    """Segments of N entities by p features, the largest first.

    `labels` (N,), `centres` (k, p) on the scale of `scaled`; `middle`, `spread` (p,) and `skewed` (p,) make that
    scale, so that newcomers are put on it; `stability` how well they come out again (1 is perfectly); `words` one
    sentence each.
    """

    labels: Steps
    centres: Array
    features: tuple[str, ...]
    middle: Array
    spread: Array
    skewed: Mask
    stability: float
    words: tuple[str, ...]

    def of(self, values: Array) -> Steps:
        """The segment (N,) of each row of `values` (N, p): that of the nearest centre."""
        scaled = _on_scale(values, self.middle, self.spread, self.skewed)
        away = np.square(scaled[:, None, :] - self.centres).sum(axis=2)
        return np.asarray(np.argmin(away, axis=1), dtype=np.int64)


@dataclass(frozen=True)
class Drift:
    """How membership moved between two times: `moved` the share of entities that changed segment, `shares` before and
    after (k, 2), `shift` the population stability index of the shares (below 0.1: none; above 0.25: large).
    """

    moved: float
    shares: Array
    shift: float


def segmented(values: Array, features: Sequence[str], most: int = 8, seed: int = 0) -> Segments:
    """Segments of the rows of `values` (N, p), finite: k-means, k of those that are stable the one with the widest
    gaps.

    Stability as in Ben-Hur, Elisseeff & Guyon (2002): two halves are clustered, each labels all, and the labels agree.
    Where no number of segments is stable, one segment is the answer.
    """
    skewed = _skewed(values)
    middle, spread = _scale(np.where(skewed, _logs(values), values))
    scaled = _on_scale(values, middle, spread, skewed)
    with threadpool_limits(1):  # threads that wait for each other on busy cores cost twenty times the work
        judged = {k: _stability(scaled, k, seed) for k in range(2, min(most, len(values) // 10) + 1)}
        stable = [k for k, agreement in judged.items() if agreement >= STABLE]
        best = max(stable, key=lambda k: _gaps(scaled, _labels(scaled, k, seed), seed), default=1)
        labels = _ordered(_labels(scaled, best, seed)) if best > 1 else np.zeros(len(values), dtype=np.int64)
    return Segments(
        labels=labels,
        centres=np.array([scaled[labels == k].mean(axis=0) for k in range(best)]),
        features=tuple(features),
        middle=middle,
        spread=spread,
        skewed=skewed,
        stability=judged.get(best, 1.0),
        words=tuple(_described(values, scaled, labels, k, features) for k in range(best)),
    )


def drift(segments: Segments, before: Array, after: Array) -> Drift:
    """How the membership of the same entities moved from `before` to `after`, both (N, p)."""
    old, new = segments.of(before), segments.of(after)
    count = len(segments.centres)
    shares = np.column_stack([np.bincount(x, minlength=count) / max(len(x), 1) for x in (old, new)])
    sure = np.maximum(shares, 0.5 / max(len(old), 1))
    shift = float(((sure[:, 1] - sure[:, 0]) * np.log(sure[:, 1] / sure[:, 0])).sum())
    return Drift(moved=float(np.mean(old != new)), shares=shares, shift=shift)


def gaps(segments: Segments, values: Array, labels: Steps | None = None, seed: int = 0) -> float:
    """How wide the gaps between segments are: the mean silhouette of `values` (N, p), or of other `labels` (N,)."""
    scaled = _on_scale(values, segments.middle, segments.spread, segments.skewed)
    return _gaps(scaled, segments.of(values) if labels is None else labels, seed)


def _described(values: Array, scaled: Array, labels: Steps, segment: int, features: Sequence[str]) -> str:
    """`31 % of all: orders high (7 against 1), recency low (12 against 200)`, the features furthest from the others
    first.
    """
    inside = labels == segment
    share = f"{inside.mean():.0%} of all"
    if inside.all():
        return f"{share}: no segments that come out again"
    away = np.median(scaled[inside], axis=0) - np.median(scaled[~inside], axis=0)
    told = []
    for i in np.argsort(-np.abs(away), kind="stable")[:_WORDS]:
        if abs(away[i]) >= 0.3:
            here, there = np.median(values[inside, i]), np.median(values[~inside, i])
            told.append(f"{features[i]} {'high' if away[i] > 0 else 'low'} ({here:.4g} against {there:.4g})")
    return f"{share}: {', '.join(told) or 'near the middle in everything'}"


def _stability(scaled: Array, k: int, seed: int) -> float:
    chance = np.random.default_rng([seed, k])
    found = []
    for _ in range(_ROUNDS):
        order = chance.permutation(len(scaled))
        halves = (order[: len(order) // 2], order[len(order) // 2 :])
        a, b = (_fit(scaled[half], k, seed).predict(scaled) for half in halves)
        found.append(adjusted_rand_score(a, b))
    return float(np.median(found))


def _gaps(scaled: Array, labels: Steps, seed: int) -> float:
    few = min(len(scaled), _SILHOUETTE)
    return float(silhouette_score(scaled, labels, sample_size=few, random_state=seed))


def _labels(scaled: Array, k: int, seed: int) -> Steps:
    return np.asarray(_fit(scaled, k, seed).labels_, dtype=np.int64)


def _fit(scaled: Array, k: int, seed: int) -> KMeans:
    return KMeans(n_clusters=k, n_init=2, random_state=seed).fit(scaled)


def _ordered(labels: Steps) -> Steps:
    """Numbered by size, the largest 0."""
    order = np.argsort(-np.bincount(labels), kind="stable")
    return np.argsort(order)[labels]


def _skewed(values: Array) -> Mask:
    """Features (p,) that are never negative and whose upper tail is much longer than the lower."""
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95], axis=0)
    return np.asarray((values.min(axis=0) >= 0) & (high - middle > 3 * (middle - low)) & (high > low), dtype=np.bool_)


def _logs(values: Array) -> Array:
    logs: Array = np.log1p(np.maximum(values, 0.0))
    return logs


def _scale(values: Array) -> tuple[Array, Array]:
    spread = values.std(axis=0)
    return values.mean(axis=0), np.where(spread > 0, spread, 1.0)


def _on_scale(values: Array, middle: Array, spread: Array, skewed: Mask) -> Array:
    plain: Array = np.where(skewed, _logs(values), values)
    scaled: Array = np.clip((plain - middle) / spread, -4.0, 4.0)
    return scaled
