"""The proposed files are a native SQLMesh project: its own plan builds them, hostile names and all."""

from __future__ import annotations

import os
from datetime import date

import duckdb
from casebook import GOLDEN, models_of, open_case

from windvane.domain.estate import Model

CASES = ("hostile_names", "incremental", "wide")


def test_sqlmesh_builds_what_is_proposed(tmp_path) -> None:
    project = tmp_path / "estate"
    database = duckdb.connect(str(tmp_path / "warehouse.duckdb"))
    for name in CASES:
        (tmp_path / name).mkdir()
        case = open_case(GOLDEN / name, tmp_path / name)
        plans = [case.layers(), *(p for g in case.given.get("goals", []) for p in case.marts(_bare(g))[:1])]
        for model in [m for plan in plans for m in models_of(plan)]:
            _write(project, model)
        for source in case.given["sources"]:
            files = str(tmp_path / name / f"{source}-*.parquet")
            database.execute("CREATE SCHEMA IF NOT EXISTS src")
            database.execute(f"CREATE TABLE src.{source} AS SELECT * FROM read_parquet('{files}')")
    database.close()

    context = _context(project, tmp_path)
    assert {"odd", "trades"} <= {m.name.rpartition(".")[2] for m in context.models.values()}
    context.plan(auto_apply=True, no_prompts=True, skip_tests=True, execution_time=date(2024, 1, 5))
    rows = context.engine_adapter.fetchall
    assert rows("SELECT drop_table_x, start_ds, x, it_s, grosse_eur FROM core.odd") == [("a", "e", "f", "i", 1.5)]
    assert rows("SELECT COUNT(*) FROM core.trades") == [(2,)]
    assert rows("SELECT ROUND(daily_return, 6) FROM mart.daily_factors WHERE daily_return > 0") == [(0.1,)]
    context.close()


def _bare(goal: dict) -> dict:
    return {k: v for k, v in goal.items() if k != "then"}


def _write(project, model: Model) -> None:
    path = project / model.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(model.text, "utf-8")


def _context(project, tmp_path):
    os.environ["SQLMESH__DISABLE_ANONYMIZED_ANALYTICS"] = "true"
    os.environ["MAX_FORK_WORKERS"] = "1"
    from sqlmesh import Context
    from sqlmesh.core.config import Config, DuckDBConnectionConfig, GatewayConfig, ModelDefaultsConfig
    from sqlmesh.core.console import NoopConsole, set_console

    set_console(NoopConsole())
    gateway = GatewayConfig(connection=DuckDBConnectionConfig(database=str(tmp_path / "warehouse.duckdb")))
    defaults = ModelDefaultsConfig(dialect="duckdb", start="1970-01-01")
    return Context(paths=[str(project)], config=Config(gateways={"": gateway}, model_defaults=defaults))
