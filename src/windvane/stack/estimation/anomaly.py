"""How unusual a row is: by the estimate it missed, or by how few splits set it apart from all others."""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import IsolationForest

from windvane.stack.estimation.panel import Array, Panel
from windvane.stack.estimation.robust import size
from windvane.stack.estimation.rolling import release

_TREES = 200


def surprise(panel: Panel, estimate: Array, window: int = 0) -> Array:
    """(T, N): errors in sizes that were usual for their entity before, NaN where there is no target or no size yet.

    As of each step: the size of a step's error is of errors known by then, so that a row never excuses itself.
    """
    errors = panel.target - estimate
    known = release(panel, np.isfinite(errors), window)
    sizes = size(np.where(known.valid, errors, 0.0), known)
    unusual: Array = np.divide(np.abs(errors), sizes, out=np.full(panel.shape, np.nan), where=sizes > 0)
    return unusual


def isolated(learnt: Array, asked: Array, seed: int = 0) -> Array:
    """(rows,) in 0..1: how apart each row of `asked` is from the rows `learnt`, both (rows, p) and finite.

    Isolation forest (Liu, Ting & Zhou, 2008); about 0.5 is ordinary, near 1 alone.
    """
    forest = IsolationForest(n_estimators=_TREES, random_state=seed, n_jobs=1).fit(learnt)
    return -np.asarray(forest.score_samples(asked), dtype=np.float64)
