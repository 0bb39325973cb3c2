"""Counts and sums per key over windows of time, the same number for number when computed for all rows at once or row
by row.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field

import numpy as np

from windvane.stack.estimation.panel import Steps


@dataclass(frozen=True)
class Window:
    """Rows of one key with `delay` <= age < `delay` + `length`, in seconds; of equal times those up to the row itself.

    With a delay it is a window over what has become known by then, such as labels that come a week late.
    """

    length: int
    delay: int = 0


def offline(key: Steps, time: Steps, value: Steps, window: Window) -> tuple[Steps, Steps]:
    """Count and sum (rows,) of `value` in the window of each row. Rows are in the order of time; values are integers.

    Integers (cents, not euros), so that sums are exact in any order.
    """
    order = np.argsort(key, kind="stable")
    k, t = key[order], time[order]
    span = int(t.max(initial=0) - t.min(initial=0)) + window.length + window.delay + 2
    place = k.astype(np.int64) * span + (t - t.min(initial=0)) + window.length + window.delay
    sums = np.concatenate([[0], np.cumsum(value[order])])
    first = np.searchsorted(place, place - window.length - window.delay, side="right")
    last = np.arange(1, len(k) + 1) if not window.delay else np.searchsorted(place, place - window.delay, side="right")
    first = np.maximum(first, np.searchsorted(k, k, side="left"))
    last = np.maximum(last, first)
    count, total = np.empty(len(k), dtype=np.int64), np.empty(len(k), dtype=np.int64)
    count[order], total[order] = last - first, sums[last] - sums[first]
    return count, total


@dataclass
class Online:
    """The same window fed row by row; holds only rows that may still count."""

    window: Window
    waiting: dict[int, deque[tuple[int, int]]] = field(default_factory=lambda: defaultdict(deque))
    inside: dict[int, deque[tuple[int, int]]] = field(default_factory=lambda: defaultdict(deque))
    totals: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def seen(self, key: int, time: int, value: int) -> tuple[int, int]:
        """Count and sum of the row's window, the row itself among them where there is no delay."""
        waiting, inside = self.waiting[key], self.inside[key]
        waiting.append((time, value))
        while waiting and waiting[0][0] <= time - self.window.delay:
            entering = waiting.popleft()
            inside.append(entering)
            self.totals[key] += entering[1]
        while inside and inside[0][0] <= time - self.window.delay - self.window.length:
            self.totals[key] -= inside.popleft()[1]
        return len(inside), self.totals[key]
