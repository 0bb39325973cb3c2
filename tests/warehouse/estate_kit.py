"""A tiny estate for the tests of the warehouse: one source of prices, three models by hand, batches as Parquet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from windvane.adapters.warehouses.sqlmesh import SqlmeshWarehouse, open_warehouse, write_project
from windvane.domain.batch import Batch
from windvane.domain.change import Admit, Change, Put, Withdraw
from windvane.domain.decision import Reason, Verdict
from windvane.domain.estate import Model, Source
from windvane.domain.plan import Plan, Probe
from windvane.domain.run import Trial

SOURCE = Source(name="prices", connector="files", location="x", columns=("Day", "Ticker", "Close"))

STAGING = """MODEL (
  name staging.prices,
  kind INCREMENTAL_BY_TIME_RANGE (time_column day)
);

SELECT
  CAST("Day" AS DATE) AS day,
  CAST("Ticker" AS VARCHAR) AS ticker,
  CAST("Close" AS DECIMAL(18, 4)) AS close,
  CAST(_batch AS VARCHAR) AS _batch,
  CAST(_seq AS BIGINT) AS _seq,
  CAST(_row AS BIGINT) AS _row
FROM src.prices
WHERE
  CAST("Day" AS DATE) BETWEEN @start_date AND @end_date
"""

CORE = """MODEL (
  name core.prices,
  kind FULL,
  audits (not_null(columns := (day, ticker)))
);

SELECT
  ranked.day AS day,
  ranked.ticker AS ticker,
  ranked.close AS close,
  ranked._batch AS _batch,
  ranked._seq AS _seq
FROM (
  SELECT
    s.day, s.ticker, s.close, s._batch, s._seq,
    ROW_NUMBER() OVER (PARTITION BY s.day, s.ticker ORDER BY s._seq DESC, s._row DESC) AS newest
  FROM staging.prices AS s
) AS ranked
WHERE
  ranked.newest = 1
"""

MART = """MODEL (
  name mart.closes,
  kind FULL
);

SELECT
  c.ticker AS ticker,
  COUNT(*) AS days,
  SUM(c.close) AS total
FROM core.prices AS c
GROUP BY
  c.ticker
"""

MODELS = (
    Model(name="staging.prices", text=STAGING),
    Model(name="core.prices", text=CORE),
    Model(name="mart.closes", text=MART),
)
TOTAL = Probe(name="total", sql="SELECT sum(total) FROM mart.closes")
ROWS = Probe(name="rows", sql="SELECT count(*) FROM core.prices")

PriceRow = tuple[str, str, str]
FIRST: tuple[PriceRow, ...] = (("2024-01-02", "AA", "1.5"), ("2024-01-03", "AA", "1.75"), ("2024-01-03", "BB", "20"))
SEEN = {"AA": (2, 3.25), "BB": (1, 20.0)}  # what readers see of FIRST


def land(root: Path, rows: Iterable[PriceRow], *, seq: int, source: str = "prices") -> Batch:
    """Write a batch the way landing leaves it: all text, with `_batch`, `_seq` and `_row`."""
    listed = list(rows)
    digest = hashlib.sha256(f"{seq}{listed}".encode()).hexdigest()
    name = f"{source}-{digest[:12]}"
    path = f".windvane/raw/text/{name}.parquet"
    columns = {title: pa.array([row[i] for row in listed], pa.string()) for i, title in enumerate(SOURCE.columns)}
    columns["_batch"] = pa.array([name] * len(listed), pa.string())
    columns["_seq"] = pa.array([seq] * len(listed), pa.int64())
    columns["_row"] = pa.array(range(1, len(listed) + 1), pa.int64())
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), root / path)
    return Batch(
        id=name,
        source=source,
        delivery=f"{seq}.csv",
        digest=digest,
        landed_at="2026-01-01T00:00:00Z",
        rows_read=len(listed),
        accepted=len(listed),
        columns=SOURCE.columns,
        path=path,
    )


def plan(*changes: Change, title: str = "test", probes: tuple[Probe, ...] = (TOTAL, ROWS)) -> Plan:
    """A plan with these changes."""
    return Plan(
        incident="I-1",
        proposer="test",
        title=title,
        base="0",
        changes=changes,
        rationale="for the test",
        probes=probes,
    )


def build(*batches: Batch) -> Plan:
    """The first plan of an estate: the source, its models, its first batches."""
    return plan(Put(asset=SOURCE), *(Put(asset=m) for m in MODELS), *(Admit(batch=b) for b in batches), title="build")


def admit(*batches: Batch, title: str = "admit") -> Plan:
    """A plan that admits batches."""
    return plan(*(Admit(batch=b) for b in batches), title=title)


def withdraw(*batches: Batch, title: str = "withdraw") -> Plan:
    """A plan that withdraws batches."""
    return plan(*(Withdraw(batch=b) for b in batches), title=title)


def promote(_: Trial) -> Verdict:
    """A judge that promotes whatever works."""
    return Verdict(outcome="promote", reasons=(Reason(rule="test", held=True, detail="works"),))


def reject(_: Trial) -> Verdict:
    """A judge that rejects everything."""
    return Verdict(outcome="reject", reasons=(Reason(rule="test", held=False, detail="no"),))


def careful(trial: Trial) -> Verdict:
    """A judge that promotes what has no failure."""
    return reject(trial) if trial.failures or trial.broke else promote(trial)


def fresh(root: Path) -> SqlmeshWarehouse:
    """A warehouse in an estate folder without models."""
    root.mkdir(parents=True, exist_ok=True)
    write_project(root, [SOURCE])
    return open_warehouse(root)


def closes(warehouse: SqlmeshWarehouse) -> dict[str, tuple[int, float]]:
    """What readers see: ticker -> days, total."""
    found = warehouse.reader().rows("SELECT ticker, days, total FROM mart.closes ORDER BY ticker")
    return {str(ticker): (int(str(days)), float(str(total))) for ticker, days, total in found}


def production(warehouse: SqlmeshWarehouse) -> dict[str, object]:
    """Everything of an estate that a rejected plan must leave as it was."""
    ask = warehouse.reader().rows
    tables = ("admitted", "commits", "sources", "models", "masks", "state", "arriving")
    found: dict[str, object] = {name: sorted(map(str, ask(f"SELECT * FROM windvane.{name}"))) for name in tables}
    for relation in ("src.prices", "staging.prices", "core.prices", "mart.closes"):
        found[relation] = sorted(map(str, ask(f"SELECT * FROM {relation}")))
    for table in ("_snapshots", "_intervals", "_environments"):
        found[table] = sorted(map(str, ask(f"SELECT * FROM sqlmesh.{table}")))
    found["tables"] = ask("SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL")
    found["views"] = ask("SELECT schema_name, view_name, sql FROM duckdb_views() WHERE NOT internal ORDER BY ALL")
    return found
