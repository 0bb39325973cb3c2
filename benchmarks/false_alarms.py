"""Share of checks that fire on benign windows: `python -m benchmarks.false_alarms --data PATH` (goal: <= 0.005).

Series without anomalies of the Numenta benchmark (PATH/anomalies/artificialNoAnomaly/*.csv, windows of two hours), real
daily fund prices (PATH/funds/nav_equity.parquet, when there) and generated prices, orders and sensors. Checks are made
from the first part of each series; every later window then arrives once and every check is asked. For the prices the
same windows arrive times 1.08 too, to show that silence is not bought with blindness.
"""

from __future__ import annotations

import argparse
import math
import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from windvane.adapters.warehouses.scratch import Scratch
from windvane.domain.estate import Column, Contract
from windvane.stack.quality.suite import suite
from windvane.stack.quality.table import Table

Rows = list[tuple[object, ...]]


@dataclass(frozen=True)
class Series:
    """A table as it came: batches in order; checks are made when `known` of them were there."""

    name: str
    contract: Contract
    batches: list[Rows]
    known: int
    factor: str = ""  # column that is also tried times 1.08


@dataclass
class Tally:
    """Checks asked and fired on benign windows; windows times 1.08, and those of them that were stopped."""

    asked: int = 0
    fired: int = 0
    windows: int = 0
    stopped: int = 0
    raised: int = 0
    caught: int = 0


def main() -> None:
    """Print one line per series, and last the share over all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with anomalies/ and funds/")
    data = parser.parse_args().data
    whole = Tally()
    for series in (*_numenta(data), *_funds(data), *_prices(), _orders(), _sensors()):
        tally = measure(series)
        raised = f", times 1.08 caught {tally.caught}/{tally.raised}" if tally.raised else ""
        shown = f"{tally.fired}/{tally.asked} checks fired, {tally.stopped}/{tally.windows} windows stopped{raised}"
        print(f"{series.name:<34} {shown}", flush=True)
        whole.asked, whole.fired = whole.asked + tally.asked, whole.fired + tally.fired
        whole.windows, whole.stopped = whole.windows + tally.windows, whole.stopped + tally.stopped
        whole.raised, whole.caught = whole.raised + tally.raised, whole.caught + tally.caught
    print(f"stopped_window_share={whole.stopped / whole.windows:.5f}")
    print(f"caught_1_08_share={whole.caught / max(1, whole.raised):.3f}")
    print(f"false_alarm_share={whole.fired / whole.asked:.5f}")


def measure(series: Series) -> Tally:
    """Ask every check about every window after the known ones."""
    engine, relation = _load(series), series.contract.relation
    checks = suite(_table(series, engine))
    tally = Tally()
    for seq in range(series.known, len(series.batches)):
        engine.execute(f"UPDATE clock SET now = {seq}, factor = 1.0")
        engine.execute("DELETE FROM windvane.arriving")
        engine.execute(f"INSERT INTO windvane.arriving VALUES ('{relation[5:]}-{seq:012d}')")
        fired = [c for c in checks if engine.rows(c.sql)]
        tally.asked += len(checks)
        tally.fired += len(fired)
        tally.windows += 1
        tally.stopped += any(c.severity == "block" for c in fired)
        if series.factor:
            engine.execute("UPDATE clock SET factor = 1.08")
            tally.raised += 1
            tally.caught += any(engine.rows(c.sql) for c in checks if c.rule == "continuity")
    return tally


def _load(series: Series) -> Scratch:
    """All rows in one table; the relation is a view of those that came until now, the newest batch times a factor."""
    engine, contract = Scratch(), series.contract
    names = [*(c.name for c in contract.columns), "_batch", "_seq", "_row"]
    label = contract.relation.partition(".")[2]
    rows = [
        (*r, f"{label}-{seq:012d}", seq, i) for seq, batch in enumerate(series.batches) for i, r in enumerate(batch, 1)
    ]
    arrow = pa.table({n: [r[i] for r in rows] for i, n in enumerate(names)})
    engine._connection.register("arrow_rows", arrow)
    for statement in (
        "CREATE SCHEMA core",
        "CREATE SCHEMA windvane",
        "CREATE TABLE windvane.arriving (batch VARCHAR)",
        'CREATE TABLE windvane.waiting (source VARCHAR, col VARCHAR, "day" DATE)',
        "CREATE TABLE windvane.settled (relation VARCHAR, keys VARCHAR, rows BIGINT)",
    ):
        engine.execute(statement)
    engine.execute("CREATE TABLE landed AS SELECT * FROM arrow_rows")
    engine.execute(f"CREATE TABLE clock AS SELECT {series.known - 1} AS now, 1.0::DOUBLE AS factor")
    cells = [f'"{n}"' for n in names]
    if series.factor:
        at = names.index(series.factor)
        cells[at] = f'CASE WHEN _seq = now THEN factor ELSE 1.0 END * "{series.factor}" AS "{series.factor}"'
    engine.execute(
        f"CREATE VIEW {contract.relation} AS SELECT {', '.join(cells)} FROM landed CROSS JOIN clock WHERE _seq <= now"
    )
    return engine


def _table(series: Series, engine: Scratch) -> Table:
    sizes = tuple(len(b) for b in series.batches[: series.known])
    return Table(
        contract=series.contract,
        engine=engine,
        history=series.contract.relation,
        rows=sum(sizes),
        batches=sizes,
        accepted=(("shop", ("north", "south", "east")),) if series.name == "generated orders" else (),
    )


def _numenta(data: Path) -> list[Series]:
    found = []
    for path in sorted((data / "anomalies" / "artificialNoAnomaly").glob("*.csv")):
        lines = [line.split(",") for line in path.read_text().splitlines()[1:]]
        rows: Rows = [(datetime.fromisoformat(at), float(value)) for at, value in lines]
        contract = _contract("series", ("timestamp", "timestamp"), ("value", "double", "measure"))
        found.append(Series(path.stem, contract, [rows[i : i + 24] for i in range(0, len(rows), 24)], known=96))
    return found


def _funds(data: Path) -> list[Series]:
    """Twenty funds with the most days, one batch per day of the last 1,200 days on which most of them have a price."""
    path = data / "funds" / "nav_equity.parquet"
    if not path.exists():
        return []
    found = Scratch().rows(
        f"""WITH most AS (
          SELECT scheme FROM '{path}' GROUP BY scheme ORDER BY COUNT(DISTINCT nav_date) DESC, scheme LIMIT 20
        ), daily AS (
          SELECT scheme, CAST(nav_date AS DATE) AS day, MAX(nav) AS nav FROM '{path}'
          WHERE scheme IN (SELECT scheme FROM most) AND nav > 0 GROUP BY 1, 2
        )
        SELECT * FROM daily QUALIFY COUNT(*) OVER (PARTITION BY day) >= 15 ORDER BY day, scheme"""
    )
    days = sorted({r[1] for r in found if isinstance(r[1], date)})[-1200:]
    by_day: dict[object, Rows] = {d: [] for d in days}
    for row in found:
        if row[1] in by_day:
            by_day[row[1]].append(row)
    contract = _contract("navs", ("ticker", "varchar"), ("day", "date"), ("close", "double", "price"))
    return [Series("real fund prices", contract, list(by_day.values()), known=1000, factor="close")]


def _prices() -> list[Series]:
    return [_market(tickers, seed) for tickers, seed in ((5, 31), (5, 32), (20, 33))]


def _market(tickers: int, seed: int) -> Series:
    """Random walks with a common part, calm and wild times, and fat tails."""
    rng = random.Random(seed)
    levels, calm, day = [4.0 + 0.1 * i for i in range(tickers)], 0.0, date(2015, 1, 1)
    batches: list[Rows] = []
    while len(batches) < 1200:
        day += timedelta(days=3 if day.weekday() == 4 else 1)
        calm = 0.97 * calm + rng.gauss(0, 0.1)
        scale = 0.007 * math.exp(calm)
        common = scale * rng.gauss(0, 1) / math.sqrt(rng.gammavariate(4, 1 / 4))
        levels = [x + common + 0.8 * scale * rng.gauss(0, 1) for x in levels]
        batches.append([(f"T{i}", day, math.exp(x)) for i, x in enumerate(levels)])
    contract = _contract("prices", ("ticker", "varchar"), ("day", "date"), ("close", "double", "price"))
    return Series(f"generated prices of {tickers} (seed {seed})", contract, batches, known=1000, factor="close")


def _orders() -> Series:
    """Weekends, month ends, holidays without a row, one percent growth a week, empty notes, a late new shop."""
    rng, batches = random.Random(41), list[Rows]()
    number = 0
    for d in range(400):
        day = date(2023, 1, 2) + timedelta(days=d)
        if (day.month, day.day) in ((1, 1), (5, 1), (12, 25)):
            continue
        usual = (40 if day.weekday() >= 5 else 70) * 1.0014**d * (1.2 if day.day >= 28 else 1.0)
        rows: Rows = []
        for _ in range(int(usual * rng.uniform(0.9, 1.1))):
            number += 1
            shop = "west" if d > 330 and rng.random() < 0.01 else rng.choice(("north", "south", "east"))
            note = None if rng.random() < rng.uniform(0, 0.03) else "x"
            rows.append((number, day, shop, rng.lognormvariate(3, 0.6) * (1.03 if d > 350 else 1.0), note))
        batches.append(rows)
    contract = Contract(
        relation="core.orders",
        columns=(
            Column(name="id", type="bigint", nullable=False),
            Column(name="day", type="date"),
            Column(name="shop", type="varchar"),
            Column(name="amount", type="double", meaning="amount"),
            Column(name="note", type="varchar"),
        ),
        key=("id",),
        time_column="day",
    )
    return Series("generated orders", contract, batches, known=250)


def _sensors() -> Series:
    """Eight sensors each hour with a daily rhythm, one batch a day."""
    rng, batches = random.Random(43), list[Rows]()
    drift = [rng.gauss(20, 3) for _ in range(8)]
    for d in range(300):
        rows: Rows = []
        for hour in range(24):
            at = datetime(2024, 1, 1) + timedelta(days=d, hours=hour)
            drift = [x + rng.gauss(0, 0.05) for x in drift]
            for i, level in enumerate(drift):
                rows.append((f"s{i}", at, level + 4 * math.sin(hour / 24 * 2 * math.pi) + rng.gauss(0, 0.3)))
        batches.append(rows)
    contract = _contract("sensors", ("sensor", "varchar"), ("at_time", "timestamp"), ("celsius", "double", "measure"))
    return Series("generated sensors", contract, batches, known=200)


def _contract(name: str, *columns: tuple[str, ...]) -> Contract:
    """A table of series: all columns but the last are its key."""
    made = tuple(Column(name=c[0], type=c[1], meaning=c[2] if len(c) > 2 else "") for c in columns)
    time = next(c.name for c in made if c.type in ("date", "timestamp"))
    return Contract(relation=f"core.{name}", columns=made, key=tuple(c.name for c in made[:-1]), time_column=time)


if __name__ == "__main__":
    main()
