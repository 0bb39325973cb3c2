"""A model change in an environment of its own: only what changed is built, production stays as it is."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import duckdb
import msgspec

from windvane.adapters.warehouses.sqlmesh import measure, workspace
from windvane.adapters.warehouses.sqlmesh.builder import Builder
from windvane.adapters.warehouses.sqlmesh.console import short
from windvane.adapters.warehouses.sqlmesh.intake import Intake
from windvane.adapters.warehouses.sqlmesh.querylog import QueryLog
from windvane.adapters.warehouses.sqlmesh.reading import WarehouseReader
from windvane.adapters.warehouses.sqlmesh.storefile import StoreFile, identifier, rows
from windvane.adapters.warehouses.sqlmesh.versions import Versions
from windvane.domain import crash
from windvane.domain.change import Put
from windvane.domain.errors import Failed
from windvane.domain.estate import Source
from windvane.domain.plan import Plan
from windvane.domain.run import Measurement, Trial

if TYPE_CHECKING:
    from sqlmesh.core.environment import Environment

PREFIX = "trial_"


class TryOut:
    """Builds, measures and takes down one trial environment; runs on the writer thread."""

    def __init__(self, builder: Builder, store: StoreFile, log: QueryLog) -> None:
        self._builder = builder
        self._store = store
        self._log = log

    def run(self, plan: Plan, before: tuple[Measurement, ...]) -> Trial:
        """The trial of a plan's models. Raises `TryAgain`; models that cannot be built stand in its failures."""
        started = time.process_time()
        name = f"{PREFIX}{plan.fingerprint()[:10]}"
        trial = Trial(plan=plan.fingerprint(), environment=name, before=before)
        try:
            environment = self._build(plan, name)
            try:
                trial = self._measured(plan, trial, environment)
            finally:
                self._take_down(name)
        except Exception as error:
            self._builder.forget()
            told = self._builder.translate(error)
            if not isinstance(told, Failed):
                raise told from error
            why = told.why or told.message
            broke = why if told.code == "engine.crashed" else ""
            trial = msgspec.structs.replace(trial, failures=() if broke else tuple(why.splitlines()), broke=broke)
        built = len(self._builder.console.built)
        return msgspec.structs.replace(trial, models_built=built, cpu_s=round(time.process_time() - started, 4))

    def _sweep(self) -> None:
        """Remove environments that a kill left behind."""
        for environment in self._builder.context.state_sync.get_environments():
            if environment.name.startswith(PREFIX):
                self._builder.drop(environment.name)

    def _build(self, plan: Plan, name: str) -> Environment | None:
        """Build in one transaction: a kill or a failure leaves nothing; production's tables are not touched."""
        cursor = self._builder.cursor
        sources = {s.name: s for s in Intake(cursor, self._store.path.parent.parent).sources()}
        sources |= {c.asset.name: c.asset for c in plan.changes if isinstance(c, Put) and isinstance(c.asset, Source)}
        models = workspace.changed(workspace.models(cursor), plan.changes)
        self._builder.load(models, sources.values())
        self._sweep()
        cursor.execute("BEGIN")
        try:
            versions = Versions(self._builder)
            planned = self._builder.plan_models(name)
            stale = versions.stale(planned)
            if stale:
                self._builder.empty(stale)
                planned = self._builder.plan_models(name)
            self._builder.apply(planned)
            environment = self._builder.context.state_sync.get_environment(name)
            versions.record(environment.snapshots if environment else ())
            crash.point("warehouse.trial")
            cursor.execute("COMMIT")
            crash.point("warehouse.tried")
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        return environment

    def _take_down(self, name: str) -> None:
        self._builder.drop(name)
        crash.point("warehouse.trial.dropped")

    def _measured(self, plan: Plan, trial: Trial, environment: Environment | None) -> Trial:
        catalog = f"as_{trial.environment}"
        shown = {short(s.name) for s in environment.promoted_snapshots} if environment else set()
        with self._store.cursor() as cursor:
            self._mirror(cursor, catalog, trial.environment, shown)
        try:
            ask = WarehouseReader(self._store, self._log, catalog=catalog).rows
            checks, unable = measure.run_checks(plan.acceptance, ask)
            after, unmeasured = measure.after(plan.probes, ask)
        finally:
            with self._store.cursor() as cursor:
                cursor.execute(f"DETACH {catalog}")
        return msgspec.structs.replace(trial, after=after, checks=checks, failures=(*unable, *unmeasured))

    def _mirror(self, cursor: duckdb.DuckDBPyConnection, catalog: str, environment: str, shown: set[str]) -> None:
        """A catalog in memory whose `mart.x` is that of the environment: probes are the same SQL on both sides."""
        main = rows(cursor, "SELECT current_database()")[0][0]
        there = rows(
            cursor,
            "SELECT table_schema, table_name FROM information_schema.tables WHERE table_catalog = ? "
            "AND table_schema NOT IN ('sqlmesh', 'information_schema') AND NOT starts_with(table_schema, 'sqlmesh__') "
            "AND NOT contains(table_schema, '__')",
            [main],
        )
        known = self._builder.names()
        wanted = {(str(s), str(t)) for s, t in there if s in ("src", "windvane") or f"{s!s}.{t!s}" in known}
        wanted |= {(s, t) for s, _, t in (name.partition(".") for name in shown & known)}
        cursor.execute(f"ATTACH ':memory:' AS {catalog}")
        statements = [f"CREATE SCHEMA {catalog}.{identifier(s)}" for s in sorted({s for s, _ in wanted} - {"main"})]
        for schema, table in sorted(wanted):
            own = f"{schema}__{environment}" if f"{schema}.{table}" in shown else schema
            relation = f"{identifier(str(main))}.{identifier(own)}.{identifier(table)}"
            name = f"{catalog}.{identifier(schema)}.{identifier(table)}"
            statements.append(f"CREATE VIEW {name} AS SELECT * FROM {relation}")
        cursor.execute("; ".join(statements))
