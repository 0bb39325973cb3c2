"""Segments of CDNOW's customers (package `lifetimes`, not installed by default), and what they say about the half year
after.

As a product: orders up to week 39 as a file, and a sentence; readers see the segment of each customer at the end of
September. By hand: recency, frequency, value and age at week 39 make segments. Either way each customer is expected to
buy as often in weeks 40-78 as their segment's part outside of the fold did. Correlation with what they bought: BG/NBD,
made for this table, is known for .626 (Fader, Hardie & Lee, 2005), a constant for 0.

    python -m benchmarks.segments
"""

from __future__ import annotations

import importlib.util
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks import product
from windvane.stack.estimation.clusters import drift, segmented
from windvane.stack.estimation.panel import Array
from windvane.stack.estimation.trees import Growth, crossed

START, CUT, END = (np.datetime64(d) for d in ("1997-01-01", "1997-10-01", "1998-07-01"))
NAMES = ("repeat_orders", "weeks_since_last", "mean_value", "weeks_since_first")
SENTENCE = "Segment customers by purchase behaviour"


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


def told(labels: Array, bought: Array) -> float:
    """Correlation of what segments lead to expect with what was bought."""
    return float(np.corrcoef(expected(labels, bought), bought)[0, 1])


def as_product(customer: Array, day: Array, value: Array, root: Path) -> tuple[Array, product.Built]:
    """The segment of each customer at the cut, as readers see it, from a file of orders and a sentence."""
    early = day < (CUT - START).astype(int)
    rows = zip(customer[early], day[early], value[early], strict=True)
    texts = [(f"C{who:05d}", str(START + int(when)), f"{much:.2f}") for who, when, much in rows]
    product.write(root / "data" / "orders.csv", ("customer", "day", "value"), texts)
    made = product.built(root / "data", SENTENCE, root / "estate")
    last = "SELECT customer, segment FROM {p} WHERE decided_at = (SELECT MAX(decided_at) FROM {p})"
    segment = {int(str(name)[1:]): int(str(number)) for name, number in made.rows(last)}
    return np.array([segment[int(c)] for c in np.unique(customer[early])]), made


def main() -> None:
    """Print the segments in words, their stability, drift and what they tell."""
    customer, day, value = orders()
    cut, end = ((d - START).astype(int) for d in (CUT, END))
    bought = bought_after(customer, day, cut)
    with tempfile.TemporaryDirectory() as folder:
        labels, made = as_product(customer, day, value, Path(folder))
    for text in (t for t in made.card.outcome if t.startswith("segment ")):
        print(f"product: {text}; bought {bought[labels == int(text.split()[1][:-1])].mean():.2f} times after")
    started = time.process_time()
    before, after = described(customer, day, value, cut), described(customer, day, value, end)
    found = segmented(before, NAMES)
    for number, words in enumerate(found.words):
        print(f"by hand: segment {number}: {words}; bought {bought[found.labels == number].mean():.2f} times after")
    moved = drift(found, before, after)
    spent = time.process_time() - started
    trees = np.corrcoef(crossed(before, bought, Growth(trees=60, leaves=8)), bought)[0, 1]
    print(
        f"customers={len(before)} segments={len(found.centres)} stability={found.stability:.3f} "
        f"moved={moved.moved:.3f} trees={trees:.3f}"
    )
    print(
        f"product_correlation={told(labels, bought):.3f} by_hand_correlation={told(found.labels, bought):.3f} "
        f"bg_nbd=0.626 product_cpu_s={made.cpu_s:.1f} by_hand_cpu_s={spent:.1f}"
    )


if __name__ == "__main__":
    main()
