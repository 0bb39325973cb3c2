"""Says of a product in use whether it is still what it was: a retrained version against the current one, and drift.

Versions: the paired test at looks that come ever more rarely, each with its share of the level (Lan and DeMets,
Biometrika 1983; shares 1 / (k (k + 1))), so looking after every step is no way to be lucky. Accuracy: ranks among the
past (Wilcoxon), their mean over the last steps against the long-run variance of the past (the moving sums of Chu,
Hornik and Kuan, Biometrika 1995), corrected for every look (Bonferroni). Coverage: a Shiryaev-Roberts e-detector
(Shin, Ramdas and Rinaldo, "E-detectors", 2022).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from scipy.special import stdtr

from windvane.domain.estimate import Gain
from windvane.stack.evidence.longrun import Array, mean_of
from windvane.stack.evidence.paired import Steps, paired

FIRST_LOOK, NEXT_LOOK = 12, 1.5
Fate = Literal["keep", "replace", "roll back"]


class Contest(NamedTuple):
    """What becomes of a retrained version, at which look, and the evidence: `gain` of it over the current one.

    `replace`: it is better and takes the place; `roll back`: it is worse and leaves it; `keep`: nothing is proven yet,
    what is in place stays.
    """

    fate: Fate
    looks: int
    steps: int
    gain: Gain


def contest(
    current: Steps, retrained: Steps, *, measure: str, better: Literal["lower", "higher"], level: float = 0.05,
    least: float = 0.0,
) -> Contest:  # fmt: skip
    """Judge per-step values (T,) of both versions on what really happened; may be asked after every step, for ever.

    The chance to replace by mistake stays below `level`, that to roll back by mistake too. The first look that tells
    decides, so later steps never turn a verdict round. Raises `ValueError` when the lengths differ.
    """
    old, new = np.asarray(current, dtype=float), np.asarray(retrained, dtype=float)
    looks = _looks(len(new))
    gain = paired(old, new, measure=measure, better=better, level=0.0, least=least)
    for number, stop in enumerate(looks, start=1):
        share = level / (number * (number + 1))
        gain = paired(old[:stop], new[:stop], measure=measure, better=better, level=share, least=least)
        loss = paired(new[:stop], old[:stop], measure=measure, better=better, level=share, least=least)
        if gain.passes or loss.passes:
            return Contest("replace" if gain.passes else "roll back", number, stop, gain)
    return Contest("keep", len(looks), len(new), gain)


def _looks(steps: int) -> tuple[int, ...]:
    found, at = [], float(FIRST_LOOK)
    while at <= steps:
        found.append(int(at))
        at *= NEXT_LOOK
    return tuple(found)


class Alarm(NamedTuple):
    """Whether a watch fired: at live step `at`, likely so since step `since`; both -1 when silent."""

    raised: bool
    at: int
    since: int
    value: float
    limit: float
    why: str


class Odds(NamedTuple):
    """How often a watch may be wrong: with a chance of at most `level` within any `per` live steps."""

    level: float = 0.05
    per: int = 250


_LOOKS = 8  # within `per` steps; each looks at the last 1/8, 1/4, 1/2 and all of `per` steps
_SPANS = (1, 2, 4, 8)


def worse(past: Steps, live: Steps, *, better: Literal["lower", "higher"], odds: Odds | None = None) -> Alarm:
    """Whether per-step values in use (T,) have become worse than those of the `past`: the backtest they stand on.

    Each live value counts as its rank among the past ones, 0..1, so a few wild values are not a drift. With fewer than
    20 past steps it stays silent.
    """
    odds = odds or Odds()
    sign = 1.0 if better == "lower" else -1.0
    before, now = (sign * _sound(v) for v in (past, live))
    if len(before) < 20 or float(before.std()) == 0.0:
        return Alarm(raised=False, at=-1, since=-1, value=1.0, limit=0.0, why="too little past to tell")
    limit = odds.level / (_LOOKS * len(_SPANS))
    lowest, at, since = _first_below(_ranks(before, before), _ranks(before, now), max(4, odds.per // _LOOKS), limit)
    mean = sign * float(now[max(since, 0) : at + 1 if at >= 0 else None].mean()) if len(now) else 0.0
    why = f"{mean:,.4g} on average since live step {max(since, 0)}, {sign * float(before.mean()):,.4g} before"
    return Alarm(raised=at >= 0, at=at, since=since, value=lowest, limit=limit, why=why)


def _first_below(past: Array, live: Array, every: int, limit: float) -> tuple[float, int, int]:
    """The smallest p-value up to the first look below `limit`; where that look ends and begins, -1 for none."""
    usual = mean_of(past)
    long_run = usual.error**2 * usual.n
    lowest = 1.0
    for stop in range(every, len(live) + 1, every):
        for span in (every * s for s in _SPANS if every * s <= stop):
            moved = float(live[stop - span : stop].mean()) - usual.value
            p = float(stdtr(usual.freedom, -moved / np.sqrt(long_run * (1 / span + 1 / usual.n))))
            lowest = min(lowest, p)
            if p <= limit:
                return p, stop - 1, stop - span
    return lowest, -1, -1


def _ranks(among: Array, values: Array) -> Array:
    """Share of `among` below each value, ties counted half."""
    ordered = np.sort(among)
    below, upto = np.searchsorted(ordered, values, "left"), np.searchsorted(ordered, values, "right")
    return np.array((below + upto) / (2 * len(ordered)), dtype=np.float64)


def _sound(values: Steps) -> Array:
    given: Array = np.asarray(values, dtype=np.float64)
    return given[np.isfinite(given)]


_BETS = (0.1, 0.25, 0.5, 0.9)  # shares of the largest stake that cannot ruin


def coverage(covered: Steps, nominal: float, *, tolerance: float = 0.02, odds: Odds | None = None) -> Alarm:
    """Whether intervals hold what they promise: `covered` (T,) is the share of actual values inside, per live step.

    Fires when the expected share leaves `nominal` +- `tolerance`, on either side. Raises `ValueError` for a nominal
    share that is not between 0 and 1.
    """
    if not 0.0 < nominal < 1.0:
        raise ValueError(f"a nominal coverage of {nominal} is not between 0 and 1")
    odds = odds or Odds()
    seen = _sound(covered)
    missed = 1.0 - seen
    limit = 2 * odds.per / odds.level
    few = _detector(missed, 1 - nominal + tolerance)
    many = _detector(seen, nominal + tolerance) if nominal + tolerance < 1.0 else np.zeros(len(seen))
    path = np.maximum(few, many)
    over = np.flatnonzero(path > limit)
    at = int(over[0]) if len(over) else -1
    value = float(path[at]) if len(path) else 0.0
    share = float(seen[max(0, at - 49) : at + 1].mean()) if at >= 0 else float(seen.mean()) if len(seen) else nominal
    why = f"{share:.1%} of the actual values inside, {nominal:.1%} promised"
    return Alarm(raised=at >= 0, at=at, since=max(0, at - 49) if at >= 0 else -1, value=value, limit=limit, why=why)


def _detector(steps: Array, limit: float) -> Array:
    """Sum over all possible beginnings of the wealth of betting that the mean of `steps` (0..1) is above `limit`."""
    path = np.zeros(len(steps))
    stakes = np.array(_BETS) / limit
    wealth = np.zeros(len(stakes))
    for at, step in enumerate(steps):
        wealth = (wealth + 1.0) * (1.0 + stakes * (step - limit))
        path[at] = float(wealth.mean())
    return path
