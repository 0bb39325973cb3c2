"""Smoothing of every entity's known values in the order of time, for several settings at once, each step using the
best so far.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np

from windvane.stack.estimation.panel import Array, Mask, Panel, Steps

_MEMORY = 0.98  # weight of the past errors of a setting when a new one comes in
_PRIOR = 0.25  # weight of the mean share of all entities beside an entity's own


class Smoother(Protocol):
    """States of K settings for N entities, all arrays (K, N)."""

    def ahead(self, gap: Steps, step: int) -> Array:
        """What step `step` will be, `gap` (N,) steps after the last value learnt."""
        ...

    def learn(self, values: Array, gap: Steps, step: int) -> None:
        """Take in `values` (N,) of step `step`, `gap` steps after the one before; NaN: nothing comes for that
        entity.
        """
        ...


def smoothed(panel: Panel, smoother: Smoother) -> Array:
    """Estimates (T, N): at every step what is known by then is learnt first, then the setting with the least error so
    far is asked.

    A value that becomes known after a later one has been learnt is left out. NaN before an entity's first value.
    """
    steps, entities = panel.shape
    newest = np.full(entities, -1, dtype=np.int64)
    estimates = np.full((steps, entities), np.nan)
    errors: Array | None = None
    for now, events in enumerate(_arrivals(panel)):
        for step, values in events:
            usable = np.isfinite(values) & (step > newest)
            gap = np.where(newest >= 0, step - newest, 0)
            off = np.abs(smoother.ahead(gap, step) - values)
            off = np.where(usable & (newest >= 0), off, 0.0)
            errors = off if errors is None else np.where(usable, _MEMORY * errors, errors) + off
            smoother.learn(np.where(usable, values, np.nan), gap, step)
            newest = np.where(usable, step, newest)
        if errors is not None:
            ahead = smoother.ahead(np.maximum(now - newest, 1), now)
            best = np.argmin(_judged(errors), axis=0)
            estimates[now] = np.where(newest >= 0, np.take_along_axis(ahead, best[None], axis=0)[0], np.nan)
    return estimates


def _judged(errors: Array) -> Array:
    """Errors (K, N) as a share of the entity's, with the mean share of all beside the own."""
    usual = errors.mean(axis=0)
    share = np.divide(errors, usual, out=np.ones_like(errors), where=usual > 0)
    some = usual > 0
    everybody = np.where(some, share, 0.0).sum(axis=1, keepdims=True) / max(int(some.sum()), 1)
    judged: Array = share + _PRIOR * everybody
    return judged


def _arrivals(panel: Panel) -> Iterator[list[tuple[int, Array]]]:
    """For every step the targets that become known at it: pairs of their own step and values (N,), NaN where none,
    in order.
    """
    step, entity = np.nonzero(np.isfinite(panel.target) & (panel.known < panel.steps))
    known = panel.known[step, entity]
    order = np.lexsort((step, known))
    step, entity, known = step[order], entity[order], known[order]
    starts = np.searchsorted(known, np.arange(panel.steps + 1))
    for now in range(panel.steps):
        part = slice(starts[now], starts[now + 1])
        yield [_row(panel, s, entity[part][step[part] == s]) for s in np.unique(step[part])]


def _row(panel: Panel, step: int, entities: Steps | Mask) -> tuple[int, Array]:
    values = np.full(panel.shape[1], np.nan)
    values[entities] = panel.target[step, entities]
    return int(step), values
