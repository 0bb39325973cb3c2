"""Worlds with a known truth: a market with drivers, seasons, and the ways in which values arrive."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from windvane.domain.estimate import Recipe
from windvane.stack.estimation.panel import Array, Panel

DAY = np.timedelta64(1, "D")
START = np.datetime64("2020-01-01", "us")


@dataclass(frozen=True)
class Market:
    """A panel of returns and what made them: `betas` (drivers, N), `noise` the standard deviation of what nothing
    tells.
    """

    panel: Panel
    betas: Array
    noise: float


def panel(target: Array, features: dict[str, Array] | None = None, lag: int = 1) -> Panel:
    """A daily panel whose targets are known `lag` steps later."""
    steps, entities = target.shape
    known = np.minimum(np.arange(steps)[:, None] + lag, steps) + np.zeros(target.shape, dtype=np.int64)
    return Panel(
        entities=tuple(f"e{n:03d}" for n in range(entities)),
        decided=START + np.arange(steps) * DAY,
        target=target,
        known=np.where(np.isfinite(target), known, steps),
        features={n: np.array(np.broadcast_to(v, target.shape)) for n, v in (features or {}).items()},
    )


def market(
    steps: int = 400, entities: int = 30, drivers: int = 2, seed: int = 0, noise: float = 0.5, lag: int = 1
) -> Market:
    """Returns that follow `drivers` common features f0, f1, ... with exposures around 1, plus noise."""
    chance = np.random.default_rng(seed)
    factors = chance.standard_normal((drivers, steps, 1))
    betas = 1.0 + 0.5 * chance.standard_normal((drivers, entities))
    target = (factors * betas[:, None, :]).sum(axis=0) + noise * chance.standard_normal((steps, entities))
    return Market(panel(target, {f"f{i}": f for i, f in enumerate(factors)}, lag), betas, noise)


def scattered(seed: int, steps: int = 60, entities: int = 7) -> Panel:
    """A panel with gaps, late and never known targets, two common features and one by entity, absurd at times."""
    chance = np.random.default_rng(seed)
    shape = (steps, entities)
    common = chance.standard_normal((2, steps, 1))
    own = np.where(chance.random(shape) < 0.1, np.nan, chance.standard_normal(shape))
    own = np.where(chance.random(shape) < 0.01, own * 1e6, own)
    target = common.sum(axis=0) + np.clip(np.nan_to_num(own), -3.0, 3.0) + chance.standard_normal(shape)
    target = np.abs(target) if seed % 2 else target
    common = np.where(chance.random(common.shape) < 0.1, np.nan, common)
    made = panel(np.where(chance.random(shape) < 0.15, np.nan, target), {"a": common[0], "b": common[1], "own": own})
    known = np.minimum(np.arange(steps)[:, None] + chance.integers(0, 8, shape), steps)
    known = np.where(chance.random(shape) < 0.05, steps, known)
    known[np.isnan(made.target)] = steps
    object.__setattr__(made, "known", known)
    return made


def seasons(steps: int = 240, entities: int = 8, season: int = 12, seed: int = 0, trend: float = 0.05) -> Panel:
    """A trend with a season and noise of standard deviation 0.5."""
    chance = np.random.default_rng(seed)
    t = np.arange(steps)[:, None]
    wave = 3.0 * np.sin(2 * np.pi * t / season + chance.uniform(0, 6, entities))
    return panel(10.0 + trend * t + wave + 0.5 * chance.standard_normal((steps, entities)))


def recipe(estimator: str, *features: str, window: int = 0, coverage: float = 0.0, **parameters: float) -> Recipe:
    """A recipe, without intervals where no coverage is given."""
    return Recipe(
        estimator=estimator,
        features=features,
        window=window,
        coverage=coverage,
        parameters=tuple(parameters.items()),
    )
