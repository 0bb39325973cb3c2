"""Losses as products have them: dependent, heavy-tailed, of changing spread, skewed; deterministic by seed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

Array = NDArray[np.float64]
KINDS = ("normal", "heavy", "clustered", "rising", "skewed")


def shocks(random: np.random.Generator, kind: str, steps: int, series: int) -> Array:
    """Independent shocks (steps, series) with mean zero."""
    size = (steps, series)
    if kind == "heavy":
        return random.standard_t(3, size)
    if kind == "clustered":
        return random.standard_normal(size) * np.exp(_persistent(random.standard_normal(size) * 0.3, 0.95) / 2)
    if kind == "rising":
        return random.standard_normal(size) * np.linspace(0.2, 3.0, steps)[:, None]
    if kind == "skewed":
        return 1.0 - random.exponential(size=size)
    return random.standard_normal(size)


def losses(seed: int, kind: str, rho: float, steps: int, series: int) -> Array:
    """First-order autoregressions of such shocks, mean zero, (steps, series)."""
    return _persistent(shocks(np.random.default_rng(seed), kind, steps + 50, series), rho)[50:]


def _persistent(shock: Array, rho: float) -> Array:
    found: Array = lfilter([1.0], [1.0, -rho], shock, axis=0)
    return found
