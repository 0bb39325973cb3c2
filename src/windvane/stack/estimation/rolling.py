"""Sums over what is known at each step: every value enters at the step at which it became known and leaves with its
window.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from windvane.stack.estimation.panel import Array, Mask, Panel, Steps


@dataclass(frozen=True)
class Release:
    """Where values (T, N) enter and leave sums as of each step; made once for a panel and a window."""

    valid: Mask
    entering: Steps
    leaving: Steps
    shape: tuple[int, int]

    def sums(self, values: Array) -> Array:
        """(T, N): at step t the sum of `values` of steps in the window that are known by t. `values` is finite where
        valid.

        Sums run in the order of steps, so a value that enters after t cannot touch the row t in its last bit.
        """
        flat = np.broadcast_to(values, self.shape)[self.valid]
        size = self.shape[0] * self.shape[1] + 1
        moves = np.bincount(self.entering, weights=flat, minlength=size)
        if len(self.leaving):
            moves -= np.bincount(self.leaving, weights=flat, minlength=size)
        return np.cumsum(moves[:-1].reshape(self.shape), axis=0)

    def steps_known(self) -> Steps:
        """(T, 1): of how many steps at least one value has become known, as of each step."""
        steps, entities = self.shape
        known = np.full(self.shape, steps, dtype=np.int64)
        known[self.valid] = self.entering // entities
        first = np.bincount(known.min(axis=1, initial=steps), minlength=steps + 1)[:steps]
        return np.cumsum(first)[:, None]


def release(panel: Panel, valid: Mask, window: int) -> Release:
    """The release of the panel's targets where `valid`; `window` steps, 0 for all that are known."""
    steps, entities = panel.shape
    valid = valid & (panel.known < steps)
    step, entity = np.nonzero(valid)
    known = panel.known[step, entity]
    never = steps * entities
    gone = np.maximum(step + window + 1, known)
    leaving = np.where(gone < steps, gone * entities + entity, never) if window else np.empty(0, dtype=np.int64)
    return Release(valid=valid, entering=known * entities + entity, leaving=leaving, shape=(steps, entities))


def held(values: Array) -> Array:
    """Each column's last finite value, carried forward; NaN before the first."""
    step = np.arange(len(values))[:, None]
    last = np.maximum.accumulate(np.where(np.isfinite(values), step, -1), axis=0)
    return np.where(last >= 0, np.take_along_axis(values, np.maximum(last, 0), axis=0), np.nan)


def last_known(panel: Panel) -> Array:
    """(T, N): of the targets known at step t, that of the latest step."""
    steps, entities = panel.shape
    step, entity = np.nonzero(np.isfinite(panel.target) & (panel.known < steps))
    newest = np.full((steps, entities), -1, dtype=np.int64)
    np.maximum.at(newest, (panel.known[step, entity], entity), step)
    newest = np.maximum.accumulate(newest, axis=0)
    return np.where(newest >= 0, np.take_along_axis(panel.target, np.maximum(newest, 0), axis=0), np.nan)
