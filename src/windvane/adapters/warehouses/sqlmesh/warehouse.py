"""The `Warehouse` port on SQLMesh and DuckDB: one writer thread, readers that never wait, one process per estate."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from windvane.adapters.warehouses.sqlmesh import measure
from windvane.adapters.warehouses.sqlmesh.failure import damaged, translate
from windvane.adapters.warehouses.sqlmesh.hand import Hand
from windvane.adapters.warehouses.sqlmesh.intake import Intake
from windvane.adapters.warehouses.sqlmesh.lock import Lock
from windvane.adapters.warehouses.sqlmesh.publication import Publication
from windvane.adapters.warehouses.sqlmesh.querylog import QueryLog
from windvane.adapters.warehouses.sqlmesh.reading import WarehouseReader
from windvane.adapters.warehouses.sqlmesh.storefile import MARK, StoreFile, rows, set_aside
from windvane.domain.batch import Waits
from windvane.domain.decision import Reason, Verdict
from windvane.domain.errors import Unhealthy
from windvane.domain.estate import Check
from windvane.domain.plan import Plan
from windvane.domain.ports import Commit, Resources, Settled
from windvane.domain.record import decode
from windvane.domain.run import Trial

if TYPE_CHECKING:
    from windvane.adapters.warehouses.sqlmesh.builder import Builder
    from windvane.adapters.warehouses.sqlmesh.rebuild import Rebuild
    from windvane.adapters.warehouses.sqlmesh.transition import Transition
    from windvane.adapters.warehouses.sqlmesh.tryout import TryOut

T = TypeVar("T")


class SqlmeshWarehouse:
    """An open estate. All writing happens on one thread of its own; `judge` is called on the caller's thread."""

    def __init__(self, root: Path, *, resources: Resources) -> None:
        self._root = root
        home = root / ".windvane"
        self._lock = Lock(home / "lock")
        try:
            self._store = _open(home, root)
            self._store.use(resources)
        except BaseException:
            self._lock.release()
            raise
        self._log = QueryLog(home / "queries.sqlite")
        self._turn = threading.RLock()
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="windvane-writer")
        self._made: Builder | None = None
        self._publication = Publication(self._store, home / "published")

    def transition(
        self,
        plan: Plan,
        *,
        decision: str,
        judge: Callable[[Trial], Verdict],
        checks: tuple[Check, ...] = (),
        waiting: tuple[Waits, ...] = (),
    ) -> tuple[Trial, Verdict]:
        """Carry out `plan` inside one transaction and commit only when `judge` says promote.

        A plan that was committed before gives its stored trial and verdict without running. A trial with failures
        is shown to `judge` and can never be committed. Raises `TryAgain` when something ran out; whatever is
        raised, also by `judge`, leaves everything as it was.
        """
        with self._turn:
            done = next((c for c in self.committed() if c.plan == plan.fingerprint()), None)
            if done is not None:
                settled = decode(done.content, Settled)
                return settled.trial, settled.verdict
            before = measure.before(plan.probes, self._quiet().rows)
            transition = self._write(lambda: self._transition(plan, decision, checks))
            trial = self._write(lambda: transition.attempt(before, waiting))
            try:
                verdict = judge(trial)
            except BaseException:
                self._write(transition.rollback)
                raise
            if verdict.outcome == "promote":
                self._write(lambda: transition.commit(trial, verdict))
            else:
                self._write(transition.rollback)
            return trial, verdict

    def try_out(self, plan: Plan) -> Trial:
        """Build the models of `plan` in an environment of its own and measure both sides; production is untouched.

        Raises `TryAgain` when something ran out.
        """
        with self._turn:
            before = measure.before(plan.probes, self._quiet().rows)
            return self._write(lambda: self._tryout().run(plan, before))

    def rebuild(self, plan: Plan, *, commits: tuple[Commit, ...], admitted_by: Mapping[str, str]) -> Trial:
        """Make production again from nothing by the changes of `plan`, in one transaction that keeps `commits`.

        `admitted_by`: the decision that admitted each batch. Raises `Unhealthy` (`warehouse.lost`) when it fails.
        """
        with self._turn:
            rebuild = self._write(lambda: self._rebuild(plan))
            rebuild.keeps, rebuild.admitted_by = commits, admitted_by
            trial = self._write(lambda: rebuild.attempt(()))
            lost = (*trial.failures, *(f"{c.check}: {c.broken}" for c in trial.checks if not c.passed), trial.broke)
            if any(lost):
                self._write(rebuild.rollback)
                why = "; ".join(text for text in lost if text)
                raise Unhealthy("the warehouse cannot be made again from raw", code="warehouse.lost", why=why,
                                fix="windvane restore, from the last backup")  # fmt: skip
            kept = Verdict(outcome="promote", reasons=(Reason(rule="as before", held=True, detail="made again"),))
            self._write(lambda: rebuild.commit(trial, kept))
            return trial

    def differs(self) -> tuple[str, ...]:
        """Relations whose rows, as they are now, are not those that readers see."""
        with self._turn:
            return self._write(self._publication.differs)

    def committed(self) -> tuple[Commit, ...]:
        """Every promotion, oldest first."""
        found = self._ask('SELECT plan, decision, "at", content FROM windvane.commits ORDER BY rowid')
        return tuple(Commit(plan=p, decision=d, at=a, content=c) for p, d, a, c in found)

    def admitted(self) -> dict[str, tuple[str, ...]]:
        """The batches that are visible now, by source."""
        found: dict[str, tuple[str, ...]] = {}
        for source, batch in self._ask("SELECT source, batch FROM windvane.admitted ORDER BY source, seq, batch"):
            found[source] = (*found.get(source, ()), batch)
        return found

    def reader(self) -> WarehouseReader:
        """A read-only view of production, usable from any thread while a build goes on."""
        return WarehouseReader(self._store, self._log)

    def publish(self, *, release: str, masked: Mapping[str, tuple[str, ...]] | None = None) -> tuple[str, ...]:
        """Write what changed of `mart.*` and `core.*` as immutable Parquet and swap the manifest; names the relations.

        Columns that a promoted contract calls personal or secret are left out, and those of `masked` besides.
        """
        with self._turn:
            return self._write(lambda: self._publication.publish(release=release, masked=masked or {}))

    def use(self, resources: Resources) -> None:
        """Set memory limit and threads for what follows: a step that ran out of something is run with less."""
        self._store.use(resources)

    def changed_by_hand(self) -> str:
        """In words, what someone did to production without windvane, as with `sqlmesh plan`; empty when nothing."""
        with self._store.cursor() as cursor:
            return Hand(cursor, self._root).changed()

    def accept_by_hand(self) -> tuple[str, ...]:
        """Take production as a person left it, with the model files of the estate folder; names those that differ."""
        with self._turn, self._store.cursor() as cursor:
            return Hand(cursor, self._root).accept()

    def warm(self) -> None:
        """Import SQLMesh (1.5 s) on the writer thread while the caller lands deliveries, which is DuckDB's work."""
        self._writer.submit(_sqlmesh)

    def close(self) -> None:
        """Release the file, the lock and the writer thread."""
        self._writer.submit(self._release).result()
        self._writer.shutdown()
        self._log.flush()
        self._store.close()
        self._lock.release()

    def __enter__(self) -> SqlmeshWarehouse:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _quiet(self) -> WarehouseReader:
        return WarehouseReader(self._store, self._log)

    def _ask(self, sql: str) -> list[tuple[str, ...]]:
        with self._store.cursor() as cursor:
            return [tuple(str(value) for value in row) for row in rows(cursor, sql)]

    def _write(self, work: Callable[[], T]) -> T:
        try:
            return self._writer.submit(work).result()
        except Exception as error:
            if damaged(error):
                self._store.path.with_name(MARK).touch()
            raise translate(error) from error

    def _builder(self) -> Builder:
        if self._made is None:
            from windvane.adapters.warehouses.sqlmesh.builder import Builder

            self._made = Builder(self._root, self._store.path)
        return self._made

    def _transition(self, plan: Plan, decision: str, checks: tuple[Check, ...]) -> Transition:
        from windvane.adapters.warehouses.sqlmesh.transition import Transition

        builder = self._builder()
        return Transition(builder, Intake(builder.cursor, self._root), plan, decision=decision, checks=checks)

    def _rebuild(self, plan: Plan) -> Rebuild:
        from windvane.adapters.warehouses.sqlmesh.rebuild import Rebuild

        builder = self._builder()
        return Rebuild(builder, Intake(builder.cursor, self._root), plan, decision="")

    def _tryout(self) -> TryOut:
        from windvane.adapters.warehouses.sqlmesh.tryout import TryOut

        return TryOut(self._builder(), self._store, self._log)

    def _release(self) -> None:
        if self._made is not None:
            self._made.close()


def _sqlmesh() -> None:
    """Bring in what the first transition needs; what goes wrong here goes wrong again there, and is told."""
    with suppress(Exception):
        from windvane.adapters.warehouses.sqlmesh import builder, transition  # noqa: F401


def _open(home: Path, root: Path) -> StoreFile:
    """The file; one that is damaged is set aside, and an empty one stands in its place until it is made again."""
    path = home / "warehouse.duckdb"
    if path.with_name(MARK).exists():
        set_aside(path)
    try:
        return _opened(path, root)
    except Unhealthy:
        set_aside(path)
        return _opened(path, root)


def _opened(path: Path, root: Path) -> StoreFile:
    """The file, read once for where the estate lies now; let go of when that fails: bytes may be damaged."""
    store = StoreFile(path, spill=path.with_name("spill"))
    try:
        with store.cursor() as cursor:
            Intake(cursor, root).moved()
    except Exception as error:
        store.close()
        raise translate(error) from error
    return store
