"""What a change gained on the same decision times: the paired difference with its interval and p-value.

The test of Diebold and Mariano (JBES 1995) with the long-run variance and critical values of `longrun`. Decision times
at which both are equal to the bit, as before either has learnt anything, tell nothing of which is the better one: the
test is about the others, and the mean counts them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from windvane.domain.estimate import Gain
from windvane.domain.record import replace
from windvane.stack.evidence.longrun import Array, adapted, mean_of

Steps = Sequence[float] | Array


def paired(
    before: Steps, after: Steps, *, measure: str, better: Literal["lower", "higher"], level: float = 0.05,
    least: float = 0.0,
) -> Gain:  # fmt: skip
    """The gain of `after` over `before`, both (T,): a measure per decision time, in order of time, NaN where none.

    Steps where either is NaN are left out of both. `p` is one-sided: the chance of a gain like this when there is none.
    The interval covers 95 %. With fewer than four steps p is 1. Raises `ValueError` when the lengths differ.
    """
    old, new = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    if old.shape != new.shape:
        raise ValueError(f"{old.shape} and {new.shape} are not the same decision times")
    both = np.isfinite(old) & np.isfinite(new)
    old, new = old[both], new[both]
    steps = new - old if better == "higher" else old - new
    told = steps[steps != 0.0] if steps.any() else steps
    mean, share = mean_of(told, adapted), len(told) / max(len(steps), 1)
    low, high = mean.interval()
    return Gain(
        measure=measure,
        before=float(old.mean()) if len(steps) else 0.0,
        after=float(new.mean()) if len(steps) else 0.0,
        gain=share * mean.value,
        low=share * low,
        high=share * high,
        p=mean.above(),
        level=level,
        least=least,
        n=len(steps),
        effective_n=mean.effective,
    )


def no_worse(before: Steps, after: Steps, *, measure: str, better: Literal["lower", "higher"], margin: float) -> Gain:
    """Whether `after` is as good as `before` but for `margin`, in the unit of the measure: a test of non-inferiority.

    `p` is the chance to be seen this good when it is worse by `margin` or more; the gain passes at 5 % and has
    `-margin` as the least that counts. Schuirmann (J. Pharmacokinetics and Biopharmaceutics 1987), one side of it.
    """
    gain = paired(before, after, measure=measure, better=better, least=-margin)
    old, new = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    steps = (new - old if better == "higher" else old - new)[np.isfinite(old) & np.isfinite(new)]
    return replace(gain, p=mean_of(steps).above(-margin))
