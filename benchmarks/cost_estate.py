"""An estate of 20 models over three sources, for the benchmarks of cost: Parquet of text, staging, core and marts."""

from __future__ import annotations

from pathlib import Path

import duckdb

from windvane.domain.batch import Batch
from windvane.domain.change import Admit, Put
from windvane.domain.decision import Reason, Verdict
from windvane.domain.estate import Check, Model, Source
from windvane.domain.plan import Plan, Probe
from windvane.domain.run import Trial

SOURCES = ("orders", "payments", "visits")
COLUMNS = ("Id", "Day", "Store", "Product", "Amount", "Note")
_KEYS = ("store", "product", "day")
_TYPES = (("id", "BIGINT"), ("day", "DATE"), ("store", "VARCHAR"), ("product", "VARCHAR"), ("amount", "DECIMAL(18, 2)"))


def generate(root: Path, rows: int) -> tuple[Batch, ...]:
    """Write one batch of `rows` text rows per source, the way landing leaves it; the same rows every time."""
    folder = root / ".windvane" / "raw" / "text"
    folder.mkdir(parents=True, exist_ok=True)
    batches = []
    for number, source in enumerate(SOURCES):
        name = f"{source}-000000000000"
        path = folder / f"{name}.parquet"
        duckdb.sql(
            f"""COPY (SELECT (i - i % 20 // 19)::VARCHAR AS "Id",
            (DATE '2022-01-01' + (i % 730)::INT)::VARCHAR AS "Day",
            's' || (i * 7 + {number}) % 200 AS "Store", 'p' || (i * 13) % 1000 AS "Product",
            ((i * 37) % 10000 / 100)::DECIMAL(18, 2)::VARCHAR AS "Amount", 'note ' || i % 5000 AS "Note",
            '{name}' AS _batch, 1::BIGINT AS _seq, (i + 1)::BIGINT AS _row
            FROM range({rows}) AS r(i)) TO '{path}' (FORMAT parquet)"""
        )
        batches.append(
            Batch(
                id=name,
                source=source,
                delivery=f"{source}.csv",
                digest="0" * 64,
                landed_at="2026-01-01T00:00:00Z",
                rows_read=rows,
                accepted=rows,
                columns=COLUMNS,
                path=str(path.relative_to(root)),
            )
        )
    return tuple(batches)


def queries() -> dict[str, str]:
    """Relation -> SQL, in an order in which they can be built: 3 staging, 3 core, 14 mart."""
    made: dict[str, str] = {}
    for source in SOURCES:
        casts = ",\n  ".join(f'CAST("{name.title()}" AS {kind}) AS {name}' for name, kind in _TYPES)
        made[f"staging.{source}"] = (
            f'SELECT\n  {casts},\n  CAST("Note" AS VARCHAR) AS note,\n  CAST(_batch AS VARCHAR) AS _batch,\n'
            f"  CAST(_seq AS BIGINT) AS _seq,\n  CAST(_row AS BIGINT) AS _row\nFROM src.{source}"
        )
    for source in SOURCES:
        listed = "id, day, store, product, amount, note, _batch, _seq"
        made[f"core.{source}"] = (
            f"SELECT {listed} FROM (SELECT {listed}, ROW_NUMBER() OVER (PARTITION BY id ORDER BY _seq DESC, _row DESC) "
            f"AS newest FROM staging.{source}) AS ranked WHERE newest = 1"
        )
    for source in SOURCES:
        for key in _KEYS:
            made[f"mart.{source}_by_{key}"] = (
                f"SELECT c.{key} AS {key}, COUNT(*) AS n, SUM(c.amount) AS amount, "
                f"COUNT(DISTINCT c.product) AS products "
                f"FROM core.{source} AS c GROUP BY c.{key}"
            )
    for key in _KEYS:
        made[f"mart.all_by_{key}"] = (
            f"SELECT o.{key} AS {key}, o.amount AS orders, p.amount AS payments, v.n AS visits "
            f"FROM mart.orders_by_{key} AS o LEFT JOIN mart.payments_by_{key} AS p ON p.{key} = o.{key} "
            f"LEFT JOIN mart.visits_by_{key} AS v ON v.{key} = o.{key}"
        )
    made["mart.paid"] = (
        "SELECT o.store AS store, COUNT(*) AS n, SUM(p.amount - o.amount) AS gap "
        "FROM core.orders AS o JOIN core.payments AS p ON p.id = o.id GROUP BY o.store"
    )
    made["mart.months"] = (
        "SELECT DATE_TRUNC('month', d.day) AS month, SUM(d.amount) AS amount FROM mart.orders_by_day AS d GROUP BY 1"
    )
    return made


def model(name: str, sql: str) -> Model:
    """A SQLMesh file for a query; `staging` and `core` as tables, computed as a whole."""
    return Model(name=name, text=f"MODEL (\n  name {name},\n  kind FULL\n);\n\n{sql}\n")


def checks() -> tuple[Check, ...]:
    """What an inspector would ask of these relations: keys, missing values, ranges."""
    found = []
    for source in SOURCES:
        unique = f"SELECT 'id twice' FROM core.{source} GROUP BY id HAVING COUNT(*) > 1"
        missing = f"SELECT 'missing' FROM core.{source} WHERE id IS NULL OR day IS NULL OR store IS NULL"
        outside = f"SELECT 'amount' FROM core.{source} WHERE amount < 0 OR amount > 1000"
        found += [
            Check(name=f"{rule} {source}", relation=f"core.{source}", rule=rule, sql=sql)
            for rule, sql in (("unique", unique), ("not_null", missing), ("range", outside))
        ]
    return tuple(found)


def first_plan(batches: tuple[Batch, ...]) -> Plan:
    """Build everything."""
    sources = [Put(asset=Source(name=s, connector="files", location="x", columns=COLUMNS)) for s in SOURCES]
    models = [Put(asset=model(name, sql)) for name, sql in queries().items()]
    return Plan(
        incident="I-1",
        proposer="benchmark",
        title="build",
        base="0",
        changes=(*sources, *models, *(Admit(batch=b) for b in batches)),
        rationale="benchmark",
        acceptance=checks(),
        probes=tuple(Probe(name=f"rows {s}", sql=f"SELECT count(*) FROM core.{s}") for s in SOURCES),
    )


def promote(trial: Trial) -> Verdict:
    """Promote what works, and stop the benchmark when it does not."""
    assert not trial.failures, trial.failures
    assert all(c.passed for c in trial.checks), trial.checks
    return Verdict(outcome="promote", reasons=(Reason(rule="benchmark", held=True, detail="built"),))
