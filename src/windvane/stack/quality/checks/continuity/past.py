"""The limits of steps, from all known steps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from windvane.domain.ports import Row
from windvane.stack.quality.checks.continuity.steps import Plane, jumps, points
from windvane.stack.quality.conformal import Limit, limit
from windvane.stack.quality.table import quoted

Key = tuple[str, str]  # measure, segment
RECENT, WARM = 20, 5  # points that make the local scale, and how many of them must be there
QUIET = 0.25  # the local scale never falls below this part of the global one


@dataclass(frozen=True)
class Bound:
    """The limit of one measure in one segment: `usual` is its mean absolute step, `most` the limit in scaled steps.

    `alone` is the limit, in plain steps, when fewer than `half` of the series take part.
    """

    measure: str
    part: str
    usual: float
    most: float
    alone: float
    half: float
    origin: Limit

    @property
    def plain(self) -> float:
        """The limit in plain steps in ordinary times."""
        return self.most * self.usual


def typical_gap(plane: Plane) -> float:
    """Days between points that 99 % of the gaps do not exceed, at least 1."""
    if not plane.is_dated:
        return 1.0
    time = quoted(plane.table.contract.time_column)
    rows = plane.table.engine.rows(
        f"SELECT DISTINCT CAST({time} AS DATE) FROM {plane.table.history} WHERE {time} IS NOT NULL ORDER BY 1"
    )
    days = [r[0] for r in rows if isinstance(r[0], date)]
    gaps = sorted((b - a).days for a, b in pairwise(days))
    return float(max(1, gaps[min(len(gaps) - 1, int(0.99 * len(gaps)))])) if gaps else 1.0


def steps_known(plane: Plane) -> int:
    """Number of known steps that the limit of the segment with the fewest rests on."""
    return min((len(s) for s in _medians(plane, typical_gap(plane)).values()), default=0)


def bounds(plane: Plane, alpha: float) -> tuple[Bound, ...]:
    """One bound per measure and segment, such that a benign delivery of a segment breaks any of them with probability
    at most `alpha`."""
    gap = typical_gap(plane)
    series = {key: s for key, s in _medians(plane, gap).items() if len(s) > WARM + 1}
    usual = {key: sum(abs(j) for _, j, _ in s) / len(s) for key, s in series.items()}
    scaled = {key: _scaled(s, usual[key]) for key, s in series.items() if usual[key] > 0}
    own = {key: limit(list(u.values()), alpha) for key, u in scaled.items()}
    rise = {part: _rise({k: u for k, u in scaled.items() if k[1] == part}, own, alpha) for _, part in scaled}
    alone = _alone(plane, gap, alpha)
    return tuple(
        Bound(*key, usual[key], own[key].value * rise[key[1]], alone.get(key, math.inf), _half(series[key]), own[key])
        for key in sorted(scaled)
    )


def _rise(scaled: dict[Key, dict[object, float]], own: dict[Key, Limit], alpha: float) -> float:
    """By what the limits of columns that are judged together are raised, so that they share one `alpha`."""
    if len(scaled) < 2:
        return 1.0
    joint: dict[object, float] = {}
    for key, values in scaled.items():
        for at, value in values.items():
            joint[at] = max(joint.get(at, 0.0), value / max(own[key].value, 1e-12))
    return max(1.0, limit(list(joint.values()), alpha).value)


def _half(series: Sequence[tuple[object, float, int]]) -> float:
    counts = sorted(n for _, _, n in series)
    return counts[len(counts) // 2] / 2


def _scaled(series: Sequence[tuple[object, float, int]], usual: float) -> dict[object, float]:
    """Absolute steps over the geometric mean of local and global scale, by point in time."""
    sizes = [abs(jump) for _, jump, _ in series]
    found = {}
    for i in range(WARM, len(sizes)):
        recent = sizes[max(0, i - RECENT) : i]
        local = max(sum(recent) / len(recent), QUIET * usual)
        found[series[i][0]] = sizes[i] / math.sqrt(local * usual)
    return _liveliest(found)


def _liveliest(scaled: dict[object, float]) -> dict[object, float]:
    """Within days only the hour with the largest steps counts: deliveries may always end at that one."""
    hours: dict[str, dict[object, float]] = {}
    for moment, value in scaled.items():
        hours.setdefault(str(moment)[11:13], {})[moment] = value
    return max(hours.values(), key=lambda steps: sum(steps.values()) / len(steps), default={})


def _medians(plane: Plane, gap: float) -> dict[Key, list[tuple[object, float, int]]]:
    """By measure and segment: (point in time, median step over the series, series that took part), in order of time."""
    rows = plane.table.engine.rows(
        f"{_with(plane, gap)}\n"
        "SELECT measure, part, moment, PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY jump), COUNT(*)\n"
        "FROM jumps WHERE jump IS NOT NULL GROUP BY measure, part, moment ORDER BY measure, part, moment"
    )
    found: dict[Key, list[tuple[object, float, int]]] = {}
    for row in rows:
        key, at, jump, count = _typed(row)
        found.setdefault(key, []).append((at, jump, count))
    return found


def _alone(plane: Plane, gap: float, alpha: float) -> dict[Key, float]:
    """By measure and segment: the limit of the absolute step of a single series."""
    rows = plane.table.engine.rows(
        f"{_with(plane, gap)}, ranked AS (\n  SELECT measure, part, ABS(jump) AS size,\n"
        "    ROW_NUMBER() OVER (PARTITION BY measure, part ORDER BY ABS(jump) DESC) AS place,\n"
        "    COUNT(*) OVER (PARTITION BY measure, part) AS n FROM jumps WHERE jump IS NOT NULL\n)\n"
        "SELECT measure, part, size, n FROM ranked\n"
        f"WHERE place = GREATEST(1, CAST(FLOOR({alpha:.8f} * (n + 1)) AS BIGINT))"
    )
    return {
        (str(measure), str(part)): size * math.sqrt(max(1.0, 1 / (alpha * (n + 1))))
        for measure, part, size, n in rows
        if isinstance(size, float) and isinstance(n, int)
    }


def _with(plane: Plane, gap: float) -> str:
    history = points(plane, plane.table.history, arrives="0")
    return f"WITH points AS (\n{history}\n), jumps AS (\n{jumps(plane, gap)}\n)"


def _typed(row: Row) -> tuple[Key, object, float, int]:
    measure, part, at, jump, count = row
    if not isinstance(jump, float) or not isinstance(count, int):
        raise TypeError("a step must be a number")
    return (str(measure), str(part)), at.isoformat() if isinstance(at, date | datetime) else at, jump, count
