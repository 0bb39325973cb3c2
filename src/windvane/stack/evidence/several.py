"""Correction of p-values for all that was tried in one round."""

from __future__ import annotations

from collections.abc import Sequence

from windvane.domain.estimate import Gain
from windvane.domain.record import replace


def several(pvalues: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p-values, in the order given: Holm's step-down (Scand. J. Stat. 1979), for any dependence."""
    count = len(pvalues)
    adjusted = [0.0] * count
    highest = 0.0
    for rank, at in enumerate(sorted(range(count), key=pvalues.__getitem__)):
        highest = max(highest, min(1.0, (count - rank) * pvalues[at]))
        adjusted[at] = highest
    return tuple(adjusted)


def corrected(tried: Sequence[Sequence[Gain]], *, level: float) -> tuple[tuple[Gain, ...], ...]:
    """The gains of all proposals of a round, one inner sequence each: p corrected over all, to pass at `level`."""
    flat = [gain for gains in tried for gain in gains]
    adjusted = iter(several([gain.p for gain in flat]))
    return tuple(tuple(replace(gain, p=next(adjusted), level=level) for gain in gains) for gains in tried)


def best(tried: Sequence[Sequence[Gain]]) -> float:
    """The smallest p of a round after correction: what the error budget is asked about. 1.0 when nothing was tried."""
    return min((gain.p for gains in tried for gain in gains), default=1.0)
