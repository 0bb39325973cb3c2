"""A shop whose files the benchmarks of speed found estates on: orders, stores, a daily rate; always the same."""

from __future__ import annotations

from pathlib import Path

import duckdb

from benchmarks.child import windvane

GOAL = "Total amount per store and day"
HEADER = ("order_id", "ordered_on", "store_id", "product", "amount", "note")
DAYS = 400  # of the first orders; later ones follow day after day
STORES = 200


def write(folder: Path, *, rows: int, files: int = 1) -> Path:
    """`orders_*.csv` with `rows` rows in all over `DAYS` days, in `files` files; `stores.csv` and `rates.csv`."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(files):
        first, last = DAYS * number // files, DAYS * (number + 1) // files
        orders(folder / f"orders_{number:04d}.csv", first=first, days=last - first, rows_a_day=rows // DAYS)
    _copy(
        f"SELECT i + 1 AS store_id, 'city ' || i // 5 AS city, DATE '2015-01-01' + i::INT AS opened_on "
        f"FROM range({STORES}) AS r(i)",
        folder / "stores.csv",
    )
    _copy(
        "SELECT DATE '2021-12-01' + i::INT AS rate_date, round(1 + 0.1 * sin(i / 40.0) + (i * 37 % 11) / 1000.0, 4) "
        f"AS rate FROM range({DAYS + 200}) AS r(i)",
        folder / "rates.csv",
    )
    return folder


def orders(path: Path, *, first: int, days: int, rows_a_day: int, header: tuple[str, ...] = HEADER) -> Path:
    """Orders of `days` days from day number `first` on; day by day each store sells much as on the day before."""
    a, b, c, d, e, f = header
    start, end = first * rows_a_day, (first + days) * rows_a_day
    _copy(
        f"""SELECT 1000000 + i AS {a}, DATE '2022-01-01' + (i // {rows_a_day})::INT AS {b},
        1 + hash(i) % {STORES} AS {c}, 'product ' || hash(i + 1) % 500 AS {d},
        round(exp(3 + 0.4 * ((hash(i + 2) % 1000) / 500.0 - 1)), 2)::DECIMAL(18, 2) AS {e},
        'note ' || hash(i + 3) % 5000 AS {f}
        FROM range({start}, {end}) AS r(i)""",
        path,
    )
    return path


def found(root: Path, *, bytecode: Path) -> float:
    """`windvane init` and `windvane run` on `root/files`, into `root/estate`; the CPU seconds of both."""
    init = windvane(
        "init", str(root / "files"), "--goal", GOAL, "--estate", str(root / "estate"), cwd=root, bytecode=bytecode
    )
    run = windvane("run", cwd=root / "estate", bytecode=bytecode)
    return init.cpu_s + run.cpu_s


def _copy(query: str, path: Path) -> None:
    duckdb.sql(f"COPY ({query}) TO '{path}' (HEADER, DELIMITER ',')")
