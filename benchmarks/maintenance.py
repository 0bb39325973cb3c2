"""Failures of machines and the life left in engines, from the files of a folder, beside published or well-known
figures: as products from files and a sentence, and by hand.

`ai4i2020.csv` (UCI): average precision of 5-fold estimates; gradient boosting .832 on the columns, .886 with the
derived temperature difference, power and strain. As a product its rows, which have no times, come one every quarter of
an hour in their order; the figure is that of the last quarter of the days, sealed until the end.

`*_FD001.txt*` (NASA C-MAPSS): root mean square error of the cycles left, capped at 125; gradient boosting 16.6 on the
last cycle, 12.5 with windows of 30 cycles (LSTM 14.9). As a product a cycle is a day: engines of the training file
failed one after the other, those of the test file run today, and the question is which of these fail within 30 days;
an LSTM (github.com/umbertogriffo/Predictive-Maintenance-using-LSTM) is known for precision .92 and recall 1.

    python -m benchmarks.maintenance --data FOLDER
"""

from __future__ import annotations

import argparse
import gzip
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks import product
from windvane.stack.estimation.calibration import reliability
from windvane.stack.estimation.measures import pooled_score
from windvane.stack.estimation.panel import Array
from windvane.stack.estimation.trees import Growth, crossed, grow, predicted

CAP = 125.0
SPAN = 30
FAILS = "Predict machine failure; labels are known the next day"
ENDS = "Predict which engines fail within 30 days"
TODAY = np.datetime64("2024-12-31")
APART = 5  # days between two failures
COLUMNS = (
    "Type",
    "Air temperature [K]",
    "Process temperature [K]",
    "Rotational speed [rpm]",
    "Torque [Nm]",
    "Tool wear [min]",
    "Machine failure",
)


def cells(file: Path) -> list[list[str]]:
    """The texts of `COLUMNS`, row by row."""
    header, *lines = file.read_text(encoding="utf-8-sig").splitlines()
    places = [header.split(",").index(name) for name in COLUMNS]
    return [[row[place] for place in places] for row in (line.split(",") for line in lines if line)]


def machines(file: Path) -> tuple[Array, Array]:
    """Columns and failures of ai4i2020: quality type as 0..2, temperatures, speed, torque, wear."""
    values = np.array([[float("LMH".index(row[0])), *map(float, row[1:])] for row in cells(file)])
    return values[:, :-1], values[:, -1]


def derived(x: Array) -> Array:
    """With temperature difference, power and strain, as a derived-feature step in SQL would add them."""
    _, air, process, speed, torque, wear = x.T
    return np.column_stack([x, process - air, speed * torque, wear * torque])


def crossing(x: Array, y: Array) -> Array:
    """Probabilities (rows,) of models that have not seen the row."""
    growth = Growth(objective="binary", trees=300, leaves=31, rate=0.05)
    return np.mean([crossed(x, y, Growth(**{**vars(growth), "seed": s})) for s in range(3)], axis=0)


def failures(file: Path) -> None:
    """Print average precision as a product, and by hand without and with the derived columns."""
    x, y = machines(file)
    with tempfile.TemporaryDirectory() as folder:
        made = runs(file, Path(folder))
        estimate, actual, keys = made.last_window("run_id")
    same = np.array([int(key[1:]) for (key,) in keys])
    print(f"ai4i2020 product: {made.card.estimator}")
    for name, columns, known in (("columns as delivered", x, 0.832), ("with derived columns", derived(x), 0.886)):
        started = time.process_time()
        found = crossing(columns, y)
        precision, area = (pooled_score(m, y, found) for m in ("average_precision", "auc"))
        worst = np.abs(np.diff(reliability(y, found)[:, :2], axis=1)).max()
        spent = time.process_time() - started
        print(f"ai4i2020 by hand, {name}: average precision {precision:.3f} (known {known}), auc {area:.3f}, ", end="")
        print(f"worst calibration {worst:.3f}, {spent:.1f} CPU s")
    print(
        f"ai4i2020 product_average_precision={pooled_score('average_precision', actual, estimate):.3f} "
        f"by_hand_average_precision={precision:.3f} "
        f"by_hand_on_the_same_rows={pooled_score('average_precision', y[same], found[same]):.3f} known=0.886 "
        f"product_cpu_s={made.cpu_s:.1f} by_hand_cpu_s={spent:.1f}"
    )


def runs(file: Path, root: Path) -> product.Built:
    """Rows of ai4i2020 as a file of production runs, and a sentence."""
    first = np.datetime64("2024-01-01T00:00:00")
    at = [str(first + np.timedelta64(15 * n, "m")).replace("T", " ") for n in range(len(cells(file)))]
    rows = [(f"R{n:05d}", moment, *row) for n, (moment, row) in enumerate(zip(at, cells(file), strict=True))]
    product.write(root / "data" / "runs.csv", ("run_id", "made_at", *COLUMNS), rows)
    return product.built(root / "data", FAILS, root / "estate")


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
        print(f"FD001 by hand, {name}: RMSE {error:.2f} (known {known}), {time.process_time() - started:.1f} CPU s")


def fleet(folder: Path, root: Path) -> product.Built:
    """Readings of all engines, one a day, and the failures of those of the training file; and a sentence."""
    train, test = (engines(next(iter(folder.glob(f"{name}_FD001.txt*")))) for name in ("train", "test"))
    ends = {f"A{e:03d}": TODAY - 7 - APART * n for n, e in enumerate(reversed(train))}
    readings = [(f"A{e:03d}", ends[f"A{e:03d}"], cycles) for e, cycles in train.items()]
    readings += [(f"B{e:03d}", TODAY, cycles) for e, cycles in test.items()]
    rows = [
        (str(end - (len(cycles) - 1 - n)), name, *(f"{v:g}" for v in values))
        for name, end, cycles in readings
        for n, values in enumerate(cycles[:, 1:])
    ]
    names = [*(f"setting_{n}" for n in range(1, 4)), *(f"sensor_{n}" for n in range(1, 22))]
    product.write(root / "data" / "readings.csv", ("day", "engine", *names), sorted(rows))
    failed = [(name, str(end), "compressor") for name, end in ends.items()]
    product.write(root / "data" / "failures.csv", ("engine", "failed_on", "part"), failed)
    return product.built(root / "data", ENDS, root / "estate")


def last_days(folder: Path) -> None:
    """Print how well engines of the test file are told that fail within 30 cycles, as a product and by hand."""
    actual = (np.loadtxt(folder / "RUL_FD001.txt") <= SPAN).astype(float)
    with tempfile.TemporaryDirectory() as home:
        made = fleet(folder, Path(home))
        last = "decided_at = (SELECT MAX(decided_at) FROM {p})"
        rows = dict(made.rows(f"SELECT engine, estimate FROM {{p}} WHERE engine LIKE 'B%' AND {last}"))
    estimate = np.array([float(str(rows[f"B{n:03d}"])) for n in range(1, len(actual) + 1)])
    print(f"FD001 product: {made.card.estimator[:80]}...")
    started = time.process_time()
    train, test = (engines(next(iter(folder.glob(f"{name}_FD001.txt*")))) for name in ("train", "test"))
    y = np.concatenate([(np.arange(len(c))[::-1] <= SPAN).astype(float) for c in train.values()])
    x, asked = (
        np.concatenate(p) for p in ([windowed(c) for c in train.values()], [windowed(c)[-1:] for c in test.values()])
    )
    found = predicted(grow(x, y, Growth(objective="binary")), asked)
    spent = time.process_time() - started
    for name, p in (("product", estimate), ("by hand", found)):
        alarm = p >= 0.5
        right = float((alarm * actual).sum())
        print(
            f"FD001 {name}, fails within {SPAN} cycles: precision {right / max(alarm.sum(), 1):.2f} and recall "
            f"{right / actual.sum():.2f} at one half (known .92 and 1), average precision "
            f"{pooled_score('average_precision', actual, p):.3f}"
        )
    print(
        f"FD001 product_auc={pooled_score('auc', actual, estimate):.3f} "
        f"by_hand_auc={pooled_score('auc', actual, found):.3f} product_cpu_s={made.cpu_s:.1f} by_hand_cpu_s={spent:.1f}"
    )


def main() -> None:
    """Both data sets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with ai4i2020.csv and *_FD001.txt*")
    folder = parser.parse_args().data
    life_left(folder)
    last_days(folder)
    failures(folder / "ai4i2020.csv")


if __name__ == "__main__":
    main()
