"""Conformal intervals: how far off past estimates were, in their entity's own size, says how far off the next may
be.
"""

from __future__ import annotations

import numpy as np

from windvane.domain.estimate import Recipe
from windvane.stack.estimation.estimator import parameter
from windvane.stack.estimation.panel import Array, Panel, Steps
from windvane.stack.estimation.robust import ROOT, size
from windvane.stack.estimation.rolling import Release, release

_EDGES = np.sinh(np.linspace(-np.arcsinh(200.0), np.arcsinh(200.0), 1601))  # errors in sizes; 0.4 % fine near one
_RECENT = 20.0  # steps that say how large errors are at present
_PRIOR = 10.0  # errors of usual size beside the recent ones: few entities say little about the present


def intervals(panel: Panel, estimate: Array, recipe: Recipe) -> tuple[Array, Array]:
    """Low and high (T, N) around `estimate`, so that the share `recipe.coverage` of the targets lies between them.

    Split conformal prediction with scaled errors (Lei et al., 2018), as of each step: errors known by then, each
    divided by the size it was expected to have when it was made; their lower and upper quantile, over all entities in
    the window of the recipe, times the size expected now. Each tail is taken alone. NaN where too few errors are known
    for a quantile.
    """
    nothing = np.full(panel.shape, np.nan)
    if not recipe.coverage:
        return nothing, nothing
    errors = panel.target - estimate
    known = release(panel, np.isfinite(errors), recipe.window)
    recent = release(panel, np.isfinite(errors), int(parameter(recipe, "recent", _RECENT)))
    sizes = expected_size(np.where(known.valid, errors, 0.0), known, recent)
    scaled = np.divide(errors, sizes, out=np.full(panel.shape, np.nan), where=sizes > 0)
    low, high = _quantiles(scaled, release(panel, np.isfinite(scaled), recipe.window), recipe.coverage)
    return estimate + low * sizes, estimate + high * sizes


def expected_size(errors: Array, known: Release, recent: Release) -> Array:
    """(T, N): the size of each entity's errors in the window, times how large everybody's are of late; 0 where
    unknown.
    """
    own = size(errors, known)
    late = recent.sums(np.sqrt(np.abs(errors)))
    relative = np.divide(late, np.sqrt(own), out=np.zeros_like(own), where=own > 0)
    count = recent.sums(np.ones((1, 1))).sum(axis=1, keepdims=True)
    now = (relative.sum(axis=1, keepdims=True) + _PRIOR * ROOT) / (count + _PRIOR)
    present: Array = np.square(now / ROOT)
    return own * present


def _quantiles(scaled: Array, known: Release, coverage: float) -> tuple[Array, Array]:
    """Lower and upper quantile (T, 1) of the scaled errors known as of each step."""
    counts = _histogram(scaled, known)
    total = counts[:, -1:]
    tail = (1.0 - coverage) / 2.0
    rank = np.ceil((total + 1) * (1.0 - tail))  # of n + 1 exchangeable values
    high = np.argmax(counts >= rank, axis=1)[:, None] + 1
    low = np.argmax(counts > total - rank, axis=1)[:, None]
    enough = rank <= total
    return np.where(enough, _EDGES[low], np.nan), np.where(enough, _EDGES[high], np.nan)


def _histogram(scaled: Array, known: Release) -> Steps:
    """(T, bins): how many known scaled errors lie in each bin or below, as of each step."""
    steps, entities = known.shape
    bins = len(_EDGES) - 1
    place = np.clip(np.searchsorted(_EDGES, scaled[known.valid]) - 1, 0, bins - 1)
    moves = np.zeros((steps + 1) * bins, dtype=np.int64)
    moves += np.bincount(known.entering // entities * bins + place, minlength=len(moves))
    if len(known.leaving):
        moves -= np.bincount(known.leaving // entities * bins + place, minlength=len(moves))
    return moves.reshape(-1, bins)[:-1].cumsum(axis=0).cumsum(axis=1)
