"""Segments of CDNOW's customers (package `lifetimes`, not installed by default), and what they say about the half year
after.

Recency, frequency, value and age at week 39 make segments; each customer is expected to buy as often in weeks 40-78 as
their segment's part outside of the fold did. Correlation with what they bought: BG/NBD, made for this table, is known
for .626 (Fader, Hardie & Lee, 2005), a constant for 0.

    python -m benchmarks.segments
"""

from __future__ import annotations

import importlib.util
import sys
import time
from pathlib import Path

import numpy as np

from windvane.stack.estimation.clusters import drift, segmented
from windvane.stack.estimation.panel import Array
from windvane.stack.estimation.trees import Growth, crossed

START, CUT, END = (np.datetime64(d) for d in ("1997-01-01", "1997-10-01", "1998-07-01"))
NAMES = ("repeat_orders", "weeks_since_last", "mean_value", "weeks_since_first")


def orders() -> tuple[Array, Array, Array]:
    """Customer, day (since the start) and value of each order. Ends with a message without the package."""
    found = importlib.util.find_spec("lifetimes")
    if found is None or found.origin is None:
        sys.exit("segments needs the package `lifetimes`: pip install lifetimes")
    text = (Path(found.origin).parent / "datasets" / "CDNOW_sample.txt").read_text().split()
    cells = np.array(text).reshape(-1, 5)
    days = np.array([f"{d[:4]}-{d[4:6]}-{d[6:]}" for d in cells[:, 2]], dtype="datetime64[D]")
    return cells[:, 1].astype(int), (days - START).astype(int), cells[:, 4].astype(float)


def described(customer: Array, day: Array, value: Array, until: int) -> Array:
    """(customers, 4) as of day `until`: the columns `NAMES`; orders of one day are one order."""
    made = []
    for number in np.unique(customer[day < (CUT - START).astype(int)]):
        own = (customer == number) & (day < until)
        days = np.unique(day[own])
        made.append([len(days) - 1, (until - days[-1]) / 7, value[own].sum() / len(days), (until - days[0]) / 7])
    return np.array(made)


def bought_after(customer: Array, day: Array, cut: int) -> Array:
    """Orders of each customer after the cut."""
    early = np.unique(customer[day < cut])
    return np.array([len(np.unique(day[(customer == c) & (day >= cut)])) for c in early], dtype=float)


def expected(labels: Array, bought: Array, folds: int = 5) -> Array:
    """Mean of the customer's segment, without the customer's own fold."""
    fold = np.random.default_rng(0).permutation(len(labels)) % folds
    found = np.zeros(len(labels))
    for number in range(folds):
        for segment in np.unique(labels):
            rest = (labels == segment) & (fold != number)
            found[(labels == segment) & (fold == number)] = bought[rest].mean() if rest.any() else bought.mean()
    return found


def main() -> None:
    """Print the segments in words, their stability, drift and what they tell."""
    started = time.process_time()
    customer, day, value = orders()
    cut, end = ((d - START).astype(int) for d in (CUT, END))
    before, after = described(customer, day, value, cut), described(customer, day, value, end)
    found = segmented(before, NAMES)
    bought = bought_after(customer, day, cut)
    for number, words in enumerate(found.words):
        print(f"segment {number}: {words}; bought {bought[found.labels == number].mean():.2f} times after")
    moved = drift(found, before, after)
    told = np.corrcoef(expected(found.labels, bought), bought)[0, 1]
    trees = np.corrcoef(crossed(before, bought, Growth(trees=60, leaves=8)), bought)[0, 1]
    print(
        f"customers={len(before)} segments={len(found.centres)} stability={found.stability:.3f} moved={moved.moved:.3f}"
    )
    print(f"correlation={told:.3f} trees={trees:.3f} bg_nbd=0.626 cpu_s={time.process_time() - started:.1f}")


if __name__ == "__main__":
    main()
