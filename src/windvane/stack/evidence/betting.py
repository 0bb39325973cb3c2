"""Whether one version does worse than another so far, asked after every step: wealth from betting that it does.

If the newer version were as good at every step, given the past, no strategy of bets on its losses would grow: wealth
above 1 / level has a chance below the level, whenever one looks, however the steps depend on each other (Ville).
Forecasters are compared so by Henzi and Ziegel (Biometrika 2022) and Choe and Ramdas (Operations Research 2023).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from windvane.stack.evidence.longrun import Array
from windvane.stack.evidence.paired import Steps

FEWEST = 12  # steps before anything is told: a bad week is no verdict
_STAKES = np.array((0.1, 0.25, 0.5, 0.9))  # of the wealth; their mean is a strategy too
_LEARNT = 3  # steps from which the size of differences is known; none is bet on before


class Bet(NamedTuple):
    """The largest wealth up to any step from `FEWEST` on, after how many steps; `p` is 1 / wealth, at most 1."""

    wealth: float
    steps: int

    @property
    def p(self) -> float:
        """A p-value that holds whenever one stops."""
        return min(1.0, 1.0 / self.wealth) if self.wealth > 0 else 1.0


def worse_so_far(former: Steps, present: Steps, *, better: Literal["lower", "higher"]) -> Bet:
    """Bet that `present` is worse than `former`, per-step values (T,) on the same decision times, NaN left out.

    A difference counts for its share of the largest of those before it, at most wholly, so one wild step is no proof.
    Raises `ValueError` when the lengths differ.
    """
    old, new = np.asarray(former, dtype=float), np.asarray(present, dtype=float)
    if old.shape != new.shape:
        raise ValueError(f"{old.shape} and {new.shape} are not the same decision times")
    loss = (new - old if better == "lower" else old - new)[np.isfinite(old) & np.isfinite(new)]
    if len(loss) < FEWEST:
        return Bet(1.0, len(loss))
    wealth = np.exp(_grown(loss)).mean(axis=1)
    at = FEWEST - 1 + int(np.argmax(wealth[FEWEST - 1 :]))
    return Bet(float(wealth[at]), at + 1)


def _grown(loss: Array) -> Array:
    """Log wealth (T, stakes) after each step."""
    largest = np.maximum.accumulate(np.abs(loss))
    known = np.concatenate([[np.inf] * _LEARNT, largest[_LEARNT - 1 : -1]])
    sized = np.where(known > 0, loss / np.where(known > 0, known, 1.0), 0.0)
    bets: Array = np.cumsum(np.log1p(np.outer(np.clip(sized, -1.0, 1.0), _STAKES)), axis=0)
    return bets
