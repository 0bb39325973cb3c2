"""The one place that talks to SQLMesh: loads the project, plans, applies; owned by the writer thread."""

from __future__ import annotations

import os

os.environ["SQLMESH__DISABLE_ANONYMIZED_ANALYTICS"] = "true"
os.environ["MAX_FORK_WORKERS"] = "1"

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from sqlmesh.core import constants
from sqlmesh.core.config import Config, DuckDBConnectionConfig, GatewayConfig
from sqlmesh.core.config.connection import BaseDuckDBConnectionConfig
from sqlmesh.core.config.loader import load_config_from_paths
from sqlmesh.core.console import set_console
from sqlmesh.core.snapshot.definition import SnapshotChangeCategory

from windvane.adapters.warehouses.sqlmesh.console import QuietConsole, explain, short
from windvane.adapters.warehouses.sqlmesh.failure import again, broken, passing
from windvane.adapters.warehouses.sqlmesh.scheduling import WholeContext
from windvane.adapters.warehouses.sqlmesh.workspace import Workspace
from windvane.domain.errors import Failed, WindvaneError
from windvane.domain.estate import Source

if TYPE_CHECKING:
    import duckdb
    from sqlmesh.core.model import Model as SqlModel
    from sqlmesh.core.plan import Plan as SqlPlan
    from sqlmesh.core.plan import PlanBuilder
    from sqlmesh.core.snapshot import Snapshot

constants.MAX_FORK_WORKERS = 1  # also when SQLMesh was imported before us: a fork would hold the warehouse file open

START = "1900-01-01"
LAST = "2099-12-31"
CLOCK = "2100-01-01"  # logical "now": every day of START..LAST is finished, so no restated day is ever skipped


class Builder:
    """SQLMesh on the warehouse file. Not thread-safe: only the writer thread calls it."""

    def __init__(self, root: Path, database: Path) -> None:
        self._workspace = Workspace(root)
        self._database = str(database)
        self._context: WholeContext | None = None
        self.console = QuietConsole()

    def load(self, models: dict[str, str], sources: Iterable[Source]) -> None:
        """Load exactly these model files. Raises `Failed` (`model.invalid`) when they make no project."""
        set_console(self.console)
        self.console.reset()
        if not self._workspace.sync(models, sources) and self._context is not None:
            return
        try:
            self._context = WholeContext(paths=[str(self._workspace.path)], config=self._config())
        except Exception as error:
            self._context = None
            raise self.translate(error) from error

    def forget(self) -> None:
        """Drop what SQLMesh holds in memory; needed after every rollback."""
        self._context = None

    @property
    def context(self) -> WholeContext:
        """The loaded project."""
        if self._context is None:
            raise RuntimeError("load the project first")
        return self._context

    @property
    def cursor(self) -> duckdb.DuckDBPyConnection:
        """The cursor that SQLMesh writes through: what runs on it is part of the same transaction."""
        cursor: duckdb.DuckDBPyConnection = self._connection().create_engine_adapter().cursor
        return cursor

    def model(self, name: str) -> SqlModel | None:
        """A loaded model by its name, like `staging.prices`, or an external one, like `src.prices`."""
        return next((m for m in self.context.models.values() if short(m.fqn) == name), None)

    def names(self) -> set[str]:
        """Names of the loaded models that a person wrote, without the external ones."""
        return {short(m.fqn) for m in self.context.models.values() if not m.kind.is_external}

    def parents(self, name: str) -> set[str]:
        """Names of everything that `name` is made from, directly or not."""
        model = self.model(name)
        return {short(fqn) for fqn in self.context.dag.upstream(model.fqn)} if model else set()

    def children(self, name: str) -> set[str]:
        """Names of the models that read `name` directly."""
        found = (m for m in self.context.models.values() if name in {short(d) for d in m.depends_on})
        return {short(m.fqn) for m in found}

    def descendants(self, name: str) -> set[str]:
        """Names of the models that depend on `name`, directly or not."""
        model = self.model(name)
        return {short(fqn) for fqn in self.context.dag.downstream(model.fqn)} if model else set()

    def plan_models(self, environment: str) -> SqlPlan:
        """What bringing the loaded models into an environment would do."""
        return self._models_builder(environment).build()

    def plan_kept(self) -> SqlPlan:
        """The same in production, with what is made from changed models left in the tables where it is."""
        build = self._models_builder("prod")
        planned = build.build()
        for changed in planned.directly_modified & set(planned.context_diff.new_snapshots):
            build.set_choice(planned.context_diff.snapshots[changed], SnapshotChangeCategory.NON_BREAKING)
        return build.build()

    def _models_builder(self, environment: str) -> PlanBuilder:
        trial = environment != "prod"
        return self.context.plan_builder(
            environment,
            execution_time=CLOCK,
            start=START if trial else None,
            skip_tests=True,
            include_unmodified=False if trial else None,
            skip_linter=True,
        )

    def plan_data(self, names: Iterable[str], *, first: str, last: str) -> SqlPlan:
        """What computing models and all that depends on them again for the days `first`..`last` would do."""
        build = self.context.plan_builder(
            "prod", restate_models=sorted(names), start=first, end=last, execution_time=CLOCK, skip_tests=True
        )
        return build.build()

    def apply(self, plan: SqlPlan) -> None:
        """Carry out a plan; blocking audits raise."""
        self.context.apply(plan)

    def drop(self, environment: str) -> None:
        """Remove an environment's views; its tables stay for a promotion."""
        self.context.invalidate_environment(environment, sync=True)

    def empty(self, snapshots: Iterable[Snapshot]) -> None:
        """Mark snapshots as computed for no day at all, so that the next plan computes them."""
        emptied = [(s, s.inclusive_exclusive(START, LAST)) for s in snapshots if s.intervals]
        if emptied:
            self.context.state_sync.remove_intervals(emptied, remove_shared_versions=True)
            for snapshot, interval in emptied:
                snapshot.remove_interval(interval)

    def translate(self, error: BaseException) -> WindvaneError:
        """An error of SQLMesh as ours, with the detail that it leaves to its console."""
        if isinstance(error, WindvaneError):
            return error
        causes = [error, *self.console.errors]
        if any(broken(e) for e in causes):
            return Failed("the engine crashed", code="engine.crashed", why=explain(causes[-1]))
        if any(passing(e) for e in causes):
            return again(next(e for e in causes if passing(e)))
        told = [explain(e) for e in self.console.errors] or [explain(error)]
        return Failed("the models cannot be built", code="model.failed", why="\n".join(dict.fromkeys(told)))

    def close(self) -> None:
        """Let the file go, also in the cache of adapters that SQLMesh keeps for the life of the process."""
        adapter = BaseDuckDBConnectionConfig._data_file_to_adapter.pop(self._database, None)
        if adapter is not None:
            adapter._connection_pool.close_all()
        self._context = None

    def _connection(self) -> DuckDBConnectionConfig:
        return DuckDBConnectionConfig(database=self._database)

    def _config(self) -> Config:
        config = load_config_from_paths(Config, project_paths=[self._workspace.path / "config.yaml"])
        gateway = GatewayConfig(connection=self._connection())
        ours = {"gateways": {"local": gateway}, "default_gateway": "local", "infer_python_dependencies": False}
        return config.copy(update=ours)
