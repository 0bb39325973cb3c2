"""Limits taken from what was seen before, each with the share of benign cases that it stops.

Split conformal: of n + 1 exchangeable values the newest exceeds the k-th largest of the n known ones with
probability at most k / (n + 1) (Vovk, Gammerman, Shafer, "Algorithmic Learning in a Random World", 2005).
Below one known value per false alarm allowed, the largest known value is stretched as a tail of index 2 would:
P(X > c * max) ~ c**-2 / (n + 1); tails of finite variance are lighter, so the limit is on the safe side.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple


class Limit(NamedTuple):
    """A value that benign cases exceed with probability at most `bound`; `stretch` is 1 unless it was extrapolated."""

    value: float
    bound: float
    past: int
    stretch: float = 1.0

    @property
    def origin(self) -> str:
        """In words where the value comes from."""
        if self.stretch > 1.0:
            return f"{self.stretch:.1f} times the largest of {self.past:,} known cases"
        return f"exceeded by {self.bound:.2%} of {self.past:,} known cases"


def limit(past: Sequence[float], alpha: float) -> Limit:
    """The limit that benign values exceed with probability at most `alpha`. Raises `ValueError` without a past."""
    if not past or not 0 < alpha < 1:
        raise ValueError("a limit needs known values and 0 < alpha < 1")
    n = len(past)
    rank = math.floor(alpha * (n + 1) + 1e-12)
    if rank >= 1:
        return Limit(sorted(past, reverse=True)[rank - 1], rank / (n + 1), n)
    stretch = math.sqrt(1 / (alpha * (n + 1)))
    return Limit(max(past) * stretch, alpha, n, stretch)


def three_of(n: float) -> float:
    """Upper 95 % bound on the rate of what never happened in `n` cases (rule of three), at most 1."""
    return min(1.0, 3 / n) if n > 0 else 1.0


def median(values: Sequence[float]) -> float:
    """The middle value; the mean of the two in the middle when their number is even. Raises `ValueError` when empty."""
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
