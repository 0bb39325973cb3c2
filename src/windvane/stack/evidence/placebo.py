"""A feature that looks like the real one and can tell nothing: the same values at other times.

Blocks keep what the values are and how they follow each other (as in the block bootstrap of Kuensch, Annals of
Statistics 1989); their order is what a relation to the target would need. What time alone decides, as the day of the
week, stays itself within each block: it is drawn by lot for every step instead.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from windvane.stack.evidence.longrun import Array

_COLUMNS = 8  # that are looked at for a cycle
_RARELY = 0.05  # share of values that may be others after a cycle: days without a value shift it now and then


def placebo(values: Array, *, seed: int, block: int = 0) -> Array:
    """`values` (T,) or (T, N) with its blocks of time in another order, the same order for all columns."""
    return values[order(len(values), seed=seed, block=block)]


def elsewhere(features: Mapping[str, Array | None], dated: Collection[str]) -> dict[str, Array]:
    """Each feature that is there, at other times: in blocks of its own, or by lot where time alone decides it.

    `dated` names those that the calendar says; one lot for all of them, so that a day is still one day.
    """
    there = [(i, n, v) for i, (n, v) in enumerate(features.items()) if v is not None]
    return {n: by_lot(v, seed=0) if n in dated or cycle(v) else placebo(v, seed=i) for i, n, v in there}


def by_lot(values: Array, *, seed: int) -> Array:
    """`values` (T,) or (T, N) with its steps in an order drawn by lot; the same seed draws the same for any values.

    For what has a cycle: a block of Mondays to Sundays that goes elsewhere is still a week, and tells the day of it.
    """
    return values[places(len(values), seed=seed)]


def places(count: int, *, seed: int) -> NDArray[np.int64]:
    """Positions 0..count-1 in an order drawn by lot."""
    return np.random.default_rng(seed).permutation(count)


def cycle(values: Array) -> int:
    """The number of steps after which `values` (T,) or (T, N) come again, nearly all of them; 0 when there is none.

    At most a quarter of the steps. What hardly ever changes comes again after any number of steps, and has no cycle.
    """
    if values.ndim > 1:  # those with most values tell for all
        values = values[:, np.argsort(-np.isfinite(values).sum(axis=0), kind="stable")[:_COLUMNS]]
    moved = _other(values, 1) if len(values) > 1 else 0.0
    lags = range(2, len(values) // 4 + 1) if moved > 0 else range(0)
    return next((lag for lag in lags if _other(values, lag) < min(_RARELY, moved / 4)), 0)


def _other(values: Array, lag: int) -> float:
    """The share of values that are not what they were `lag` steps before, of those that are known both times."""
    now, before = values[lag:], values[:-lag]
    known = np.isfinite(now) & np.isfinite(before)
    return float((now != before)[known].mean()) if known.any() else 1.0


def order(steps: int, *, seed: int, block: int = 0) -> NDArray[np.int64]:
    """Positions 0..steps-1 in blocks of `block` steps (0: about the square root of them), none of which stays in place.

    The cuts are moved by a random part of a block, so that they are not those of the calendar.
    """
    length = block or max(1, math.isqrt(steps))
    random = np.random.default_rng(seed)
    start = int(random.integers(0, length)) if steps > length else 0
    edges = [0, *range(start or length, steps, length), steps]
    blocks = [np.arange(a, b) for a, b in pairwise(edges)]
    where = random.permutation(
        len(blocks)
    )  # Sattolo-like: each block takes the place of the next one of a random cycle
    taken = np.empty(len(blocks), dtype=np.int64)
    taken[where] = np.roll(where, 1)
    return np.concatenate([blocks[i] for i in taken]) if steps else np.arange(0)
