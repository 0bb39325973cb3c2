"""Typical sizes of errors as of each step, and targets drawn in where they are no part of what came before."""

from __future__ import annotations

import numpy as np

from windvane.stack.estimation.panel import Array
from windvane.stack.estimation.rolling import Release

ROOT = 0.8222  # E sqrt|z| of a standard normal: makes the size of normal errors their standard deviation


def size(errors: Array, known: Release, prior: float = 20.0) -> Array:
    """(T, N): typical size of each entity's errors as of each step, drawn to that of all by `prior` observations.

    The squared mean of square roots: one error a thousand times too large among 250 moves it by a quarter, and errors
    of exactly zero do not make it zero.
    """
    roots = np.sqrt(np.abs(np.where(known.valid, errors, 0.0)))
    total, count = known.sums(roots), known.sums(np.ones((1, 1)))
    everybody = total.sum(axis=1, keepdims=True) / np.maximum(count.sum(axis=1, keepdims=True), 1.0)
    sizes: Array = np.square((total + prior * everybody) / (count + prior)) / ROOT**2
    return sizes


def drawn_in(target: Array, around: Array, sizes: Array, width: float) -> Array:
    """Targets no further than `width` sizes from `around`; where no size is known yet, as they are."""
    reach = np.where(sizes > 0, width * sizes, np.inf)
    return np.clip(target, around - reach, around + reach)
