"""Shops whose daily demand lies around a level; what comes later may go on so, move, get noisier, or come back."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

SHOPS, DAYS = 6, 240  # days that are there at first
GOAL = "Forecast the demand of each shop for the next day, mean absolute error at most 6"
Later = Callable[[int], tuple[float, float]]  # day number since DAYS -> (what is added to the level, noise)


def quiet(day: int) -> tuple[float, float]:
    """As before."""
    return 0.0, 5.0


def moved(day: int) -> tuple[float, float]:
    """A month as before, then another level."""
    return (0.0 if day < 30 else 25.0), 5.0


def noisy(day: int) -> tuple[float, float]:
    """A month as before, then three times the noise around the same level."""
    return 0.0, 5.0 if day < 30 else 15.0


def spread(day: int) -> tuple[float, float]:
    """A month as before, then errors as large on average, but some days hardly any and others very large ones."""
    return 0.0, 5.0 if day < 30 else 11.5 if day % 5 < 2 else 0.6


def returned(day: int) -> tuple[float, float]:
    """As `moved` for 163 days; then it is as it was before: who learnt from the last weeks is wrong."""
    return (moved(day)[0] if day < 163 else 0.0), 5.0


def make(folder: Path, later: Later, *, days: int, seed: int = 7) -> None:
    """Write `demand.csv` with `days` days after the first ones; the same numbers give the same rows."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(seed)
    rows = ["shop,day,demand"]
    for n in range(DAYS + days):
        extra, noise = later(n - DAYS) if n >= DAYS else quiet(0)
        when = date(2022, 1, 1) + timedelta(n)
        for shop in range(SHOPS):
            value = 300 + 20 * shop + extra + chance.gauss(0, noise)
            rows.append(f"Shop{shop},{when.isoformat()},{value:.2f}")
    (folder / "demand.csv").write_text("\n".join(rows) + "\n")
