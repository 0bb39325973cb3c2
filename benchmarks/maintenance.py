"""Failures of machines and the life left in engines, from the files of a folder, beside published or well-known
figures.

`ai4i2020.csv` (UCI): average precision of 5-fold estimates; gradient boosting .832 on the columns, .886 with the
derived temperature difference, power and strain. `*_FD001.txt*` (NASA C-MAPSS): root mean square error of the cycles
left, capped at 125; gradient boosting 16.6 on the last cycle, 12.5 with windows of 30 cycles (LSTM 14.9).

    python -m benchmarks.maintenance --data FOLDER
"""

from __future__ import annotations

import argparse
import gzip
import time
from pathlib import Path

import numpy as np

from windvane.stack.estimation.calibration import reliability
from windvane.stack.estimation.measures import pooled_score
from windvane.stack.estimation.panel import Array
from windvane.stack.estimation.trees import Growth, crossed, grow, predicted

CAP = 125.0
SPAN = 30


def machines(file: Path) -> tuple[Array, Array]:
    """Columns and failures of ai4i2020: quality type as 0..2, temperatures, speed, torque, wear."""
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    header = lines[0].split(",")
    cells = [line.split(",") for line in lines[1:] if line]
    names = [
        "Air temperature [K]",
        "Process temperature [K]",
        "Rotational speed [rpm]",
        "Torque [Nm]",
        "Tool wear [min]",
    ]
    columns = [[float(row[header.index(name)]) for row in cells] for name in names]
    kind = [float("LMH".index(row[header.index("Type")])) for row in cells]
    failed = [float(row[header.index("Machine failure")]) for row in cells]
    return np.column_stack([kind, *columns]), np.array(failed)


def derived(x: Array) -> Array:
    """With temperature difference, power and strain, as a derived-feature step in SQL would add them."""
    _, air, process, speed, torque, wear = x.T
    return np.column_stack([x, process - air, speed * torque, wear * torque])


def failures(file: Path) -> None:
    """Print average precision without and with the derived columns."""
    x, y = machines(file)
    for name, columns, known in (("columns as delivered", x, 0.832), ("with derived columns", derived(x), 0.886)):
        started = time.process_time()
        growth = Growth(objective="binary", trees=300, leaves=31, rate=0.05)
        found = np.mean([crossed(columns, y, Growth(**{**vars(growth), "seed": s})) for s in range(3)], axis=0)
        precision, area = (pooled_score(m, y, found) for m in ("average_precision", "auc"))
        worst = np.abs(np.diff(reliability(y, found)[:, :2], axis=1)).max()
        spent = time.process_time() - started
        print(f"ai4i2020 {name}: average precision {precision:.3f} (known {known}), auc {area:.3f}, ", end="")
        print(f"worst calibration {worst:.3f}, {spent:.1f} CPU s")


def engines(file: Path) -> dict[int, Array]:
    """Cycles (cycles, values) of each engine."""
    text = gzip.decompress(file.read_bytes()).decode() if file.suffix == ".gz" else file.read_text()
    rows = np.array([[float(v) for v in line.split()] for line in text.splitlines() if line[:1].isdigit()])
    return {int(e): rows[rows[:, 0] == e, 1:] for e in np.unique(rows[:, 0])}


def windowed(cycles: Array) -> Array:
    """Per cycle its values with mean, slope and spread over the last `SPAN` cycles."""
    made = []
    for last in range(1, len(cycles) + 1):
        part = cycles[max(0, last - SPAN) : last, 1:]
        t = np.arange(len(part)) - (len(part) - 1) / 2
        slope = t @ part / max(float(t @ t), 1.0)
        made.append(np.concatenate([cycles[last - 1], part.mean(axis=0), slope, part.std(axis=0)]))
    return np.array(made)


def life_left(folder: Path) -> None:
    """Print the error of the cycles left, of the engines of the test file, at their last cycle."""
    train, test = (engines(next(iter(folder.glob(f"{name}_FD001.txt*")))) for name in ("train", "test"))
    left = np.loadtxt(folder / "RUL_FD001.txt")
    y = np.concatenate([np.minimum(np.arange(len(c))[::-1], CAP) for c in train.values()])
    for name, shape, known in (("one cycle", lambda c: c, 16.6), (f"windows of {SPAN} cycles", windowed, 12.5)):
        started = time.process_time()
        x = np.concatenate([shape(c) for c in train.values()])
        asked = np.array([shape(c)[-1] for c in test.values()])
        found = np.mean([predicted(grow(x, y, Growth(seed=s)), asked) for s in range(3)], axis=0)
        error = pooled_score("rmse", np.minimum(left, CAP), found)
        print(f"FD001 {name}: RMSE {error:.2f} (known {known}), {time.process_time() - started:.1f} CPU s")


def main() -> None:
    """Both data sets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with ai4i2020.csv and *_FD001.txt*")
    folder = parser.parse_args().data
    failures(folder / "ai4i2020.csv")
    life_left(folder)


if __name__ == "__main__":
    main()
