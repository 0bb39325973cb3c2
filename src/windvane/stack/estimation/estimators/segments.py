"""The segment of each entity: segments are made of one decision time, and every later one is put into them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from windvane.domain.estimate import Recipe
from windvane.stack.estimation.estimator import Estimator, parameter
from windvane.stack.estimation.panel import Array, Panel

if TYPE_CHECKING:
    from windvane.stack.estimation.clusters import Segments

MADE_AT = "made_at"  # parameter: seconds since 1970 of the decision time that segments are made of; 0: the first one

_FEWEST = 2  # entities


class BySegment:
    """Numbers of segments, 0 the largest. Nothing is estimated: the features say which segment it is at each step."""

    name = "segments"
    needs_features = True

    def predict(self, panel: Panel, recipe: Recipe) -> Array:
        """Segments (T, N), NaN before they are made and where a feature is missing."""
        first = step_of(panel, recipe)
        found = np.full(panel.shape, np.nan)
        if first < panel.steps and np.isfinite(values_at(panel, first)).all(axis=1).sum() >= _FEWEST:
            made = made_of(panel, recipe)
            for step in range(first, panel.steps):
                found[step] = labels(made, panel, step)
        return found


def step_of(panel: Panel, recipe: Recipe) -> int:
    """The step of which segments are made."""
    seconds = int(parameter(recipe, MADE_AT, 0.0))
    if not seconds:
        return 0
    return int(np.searchsorted(panel.decided, np.datetime64(seconds, "s")))


def made_of(panel: Panel, recipe: Recipe) -> Segments:
    """The segments of a recipe; asked again of the same values they are not made again."""
    values = values_at(panel, step_of(panel, recipe))
    there = values[np.isfinite(values).all(axis=1)]
    return _made(there.tobytes(), there.shape, tuple(panel.features), recipe.seed)


@lru_cache(maxsize=4)
def _made(values: bytes, shape: tuple[int, ...], features: tuple[str, ...], seed: int) -> Segments:
    from windvane.stack.estimation.clusters import segmented

    return segmented(np.frombuffer(values).reshape(shape), features, seed=seed)


def labels(made: Segments, panel: Panel, step: int) -> Array:
    """The segment (N,) of each entity at a step."""
    values = values_at(panel, step)
    there = np.isfinite(values).all(axis=1)
    found = np.full(len(values), np.nan)
    if there.any():
        found[there] = made.of(values[there])
    return found


def values_at(panel: Panel, step: int) -> Array:
    """Features (N, p) of a step."""
    return np.column_stack([grid[step] for grid in panel.features.values()])


def estimator() -> Estimator:
    """The estimator of this file."""
    return BySegment()
