"""A small warehouse for checks: one relation, arriving batches, and tables of series made from a seed."""

from __future__ import annotations

import csv
import math
import random
from datetime import date, timedelta
from pathlib import Path
from tempfile import mkdtemp

from windvane.adapters.warehouses.scratch import Scratch
from windvane.domain.estate import Check, Column, Contract
from windvane.stack.quality.table import Table

Rows = list[tuple[object, ...]]


class Bench:
    """`core.t` with the rows of batches; `breaks` asks a check with one more batch arriving, then forgets it."""

    def __init__(self, contract: Contract) -> None:
        self.engine = Scratch()
        self.contract = contract
        self.sizes: list[int] = []
        schema = contract.relation.partition(".")[0]
        for name in {schema, "windvane"}:
            self.engine.execute(f"CREATE SCHEMA {name}")
        columns = ", ".join(f'"{c.name}" {c.type}' for c in contract.columns)
        self.engine.execute(f"CREATE TABLE {contract.relation} ({columns}, _batch VARCHAR, _seq BIGINT, _row BIGINT)")
        self.engine.execute("CREATE TABLE windvane.arriving (batch VARCHAR)")
        self.engine.execute("CREATE TABLE windvane.copies (batch VARCHAR, rows BIGINT)")
        self.engine.execute('CREATE TABLE windvane.waiting (source VARCHAR, col VARCHAR, "day" DATE)')
        self.engine.execute("CREATE TABLE windvane.settled (relation VARCHAR, keys VARCHAR, rows BIGINT)")

    def admit(self, rows: Rows) -> str:
        """Add a batch to what is known; its id."""
        batch = f"{self.contract.relation.partition('.')[2]}-{len(self.sizes):012d}"
        if rows:
            path = Path(mkdtemp(prefix="inspected-")) / "rows.csv"
            with path.open("w", newline="") as file:
                csv.writer(file).writerows(
                    [*("~" if v is None else v for v in r), batch, len(self.sizes), i] for i, r in enumerate(rows, 1)
                )
            types = [*(c.type for c in self.contract.columns), "VARCHAR", "BIGINT", "BIGINT"]
            columns = ", ".join(f"'c{i}': '{t}'" for i, t in enumerate(types))
            self.engine.execute(
                f"INSERT INTO {self.contract.relation} SELECT * FROM "
                f"read_csv('{path}', header := false, nullstr := '~', columns := {{{columns}}})"
            )
        self.sizes.append(len(rows))
        return batch

    def table(self, **more: object) -> Table:
        """What a rule sees of all rows known now."""
        return Table(
            contract=self.contract,
            engine=self.engine,
            history=self.contract.relation,
            rows=sum(self.sizes),
            batches=tuple(n for n in self.sizes if n),
            **more,  # type: ignore[arg-type]
        )

    def breaks(self, check: Check, rows: Rows) -> list[str]:
        """What the check says when `rows` arrive."""
        batch = self.admit(rows)
        self.engine.execute("INSERT INTO windvane.arriving VALUES (?)", (batch,))
        found = [str(r[0]) for r in self.engine.rows(check.sql)]
        self.engine.execute("DELETE FROM windvane.arriving")
        self.engine.execute(f"DELETE FROM {self.contract.relation} WHERE _batch = ?", (batch,))
        self.sizes.pop()
        return found


def prices(*, relation: str = "core.prices", measures: tuple[str, ...] = ("close",)) -> Contract:
    """One row per ticker and day."""
    return Contract(
        relation=relation,
        columns=(
            Column(name="ticker", type="varchar", nullable=False),
            Column(name="day", type="date", nullable=False),
            *(Column(name=m, type="double", meaning="price") for m in measures),
        ),
        key=("ticker", "day"),
        time_column="day",
        cadence="business_day",
    )


def market(*, tickers: int, days: int, seed: int) -> list[tuple[date, list[float]]]:
    """Random walks with calm and wild times and fat tails: (business day, price per ticker)."""
    rng = random.Random(seed)
    levels = [math.log(rng.uniform(20, 200)) for _ in range(tickers)]
    day, calm, found = date(2014, 1, 2), 0.0, []
    while len(found) < days:
        day += timedelta(days=1)
        if day.weekday() >= 5:
            continue
        calm = 0.97 * calm + rng.gauss(0, 0.1)
        scale = 0.007 * math.exp(calm)
        common = scale * rng.gauss(0, 1) / math.sqrt(rng.gammavariate(4, 1 / 4))
        levels = [x + common + 0.8 * scale * rng.gauss(0, 1) for x in levels]
        found.append((day, [math.exp(x) for x in levels]))
    return found


def rows_of(day: date, values: list[float], *, times: float = 1.0) -> Rows:
    """Rows of `prices` for one day."""
    return [(f"T{i}", day, round(v * times, 4)) for i, v in enumerate(values)]
