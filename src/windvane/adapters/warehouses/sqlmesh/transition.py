"""One plan inside one transaction: change, build, audit, measure; a verdict commits it or nothing ever happened."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import msgspec

from windvane.adapters.warehouses.sqlmesh import measure, workspace
from windvane.adapters.warehouses.sqlmesh.blame import blamed
from windvane.adapters.warehouses.sqlmesh.builder import Builder
from windvane.adapters.warehouses.sqlmesh.days import EVERYTHING, Days, arrived, reruns, touched
from windvane.adapters.warehouses.sqlmesh.delta import Delta
from windvane.adapters.warehouses.sqlmesh.hand import remember
from windvane.adapters.warehouses.sqlmesh.intake import Intake
from windvane.adapters.warehouses.sqlmesh.masks import keep_masks
from windvane.adapters.warehouses.sqlmesh.sound import Sound, Stayed
from windvane.adapters.warehouses.sqlmesh.steps import keys_of
from windvane.adapters.warehouses.sqlmesh.storefile import insert, rows
from windvane.adapters.warehouses.sqlmesh.versions import Versions
from windvane.domain import crash
from windvane.domain.batch import Waits
from windvane.domain.change import Admit, Change, Put, Retire
from windvane.domain.decision import Verdict
from windvane.domain.errors import Failed
from windvane.domain.estate import Check, Contract, Model, Source
from windvane.domain.plan import Plan
from windvane.domain.ports import Row, Settled, Value
from windvane.domain.record import canonical
from windvane.domain.run import CheckResult, Measurement, Trial

# Rules that a row breaks by itself, whatever arrives beside it.
_OF_SINGLE_ROWS = frozenset(
    {"not_null", "unique", "references", "row_conservation", "strange_text", "orphans", "future", "unit_interval"}
)


class Transition:
    """Begun by `attempt`, ended by exactly one of `commit` and `rollback`; runs on the writer thread."""

    def __init__(
        self, builder: Builder, intake: Intake, plan: Plan, *, decision: str, checks: tuple[Check, ...] = ()
    ) -> None:
        self._builder = builder
        self._intake = intake
        self._plan = plan
        self._decision = decision
        named = {c.name for c in plan.acceptance}
        self._promised = tuple(c for c in checks if c.name not in named)
        self._sound = Sound(builder.cursor, partial(keys_of, builder))
        self._open = False

    def attempt(self, before: tuple[Measurement, ...], waiting: tuple[Waits, ...] = ()) -> Trial:
        """Change, build and measure inside an open transaction; days of `waiting` count as there.

        Raises `TryAgain`; what fails stands in the trial.
        """
        started = time.process_time()
        trial = Trial(plan=self._plan.fingerprint(), environment="transaction", before=before)
        self._builder.console.reset()
        self._builder.cursor.execute("BEGIN")
        self._open = True
        crash.point("warehouse.begun")
        try:
            insert(self._builder.cursor, "windvane.waiting", [[w.source, w.column, w.day] for w in waiting])
            sources, stayed = self._build()
            found = self._measured(trial, sources, stayed)
        except BaseException as error:
            self.rollback()
            told = self._builder.translate(error)
            if not isinstance(told, Failed):
                raise told from error
            why = told.why or told.message
            broke = why if told.code == "engine.crashed" else ""
            found = _with(trial, failures=() if broke else tuple(why.splitlines()), broke=broke)
        built = len(self._builder.console.built)
        return _with(found, models_built=built, cpu_s=round(time.process_time() - started, 4))

    def commit(self, trial: Trial, verdict: Verdict) -> None:
        """Write the row that decides, and commit everything with it."""
        if not self._open or trial.failures or trial.broke:
            self.rollback()
            why = "; ".join((*trial.failures, trial.broke))
            raise Failed("a plan that failed cannot be promoted", code="warehouse.failed", why=why)
        cursor = self._builder.cursor
        try:
            insert(cursor, "windvane.commits", self.deciding(trial, verdict))
            cursor.execute("DELETE FROM windvane.arriving")
            cursor.execute("DELETE FROM windvane.waiting")
            self._sound.forget()
            crash.point("warehouse.commit")
            cursor.execute("COMMIT")
            self._open = False
            crash.point("warehouse.committed")
        except BaseException as error:
            self.rollback()
            raise self._builder.translate(error) from error

    def deciding(self, trial: Trial, verdict: Verdict) -> list[list[Value]]:
        """What makes the plan promoted: the row of `windvane.commits` that is committed with the data."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        content = canonical(Settled(trial=trial, verdict=verdict)).decode()
        return [[self._plan.fingerprint(), self._decision, at, content]]

    def rollback(self) -> None:
        """Leave everything as it was, in the file and in SQLMesh's memory."""
        if self._open:
            self._open = False
            self._builder.cursor.execute("ROLLBACK")
        self._builder.forget()

    def _build(self) -> tuple[set[str], dict[str, Stayed]]:
        cursor = self._builder.cursor
        before = workspace.models(cursor)
        delta = Delta(self._builder, self._plan.changes)
        delta.note(before, self._intake.there)
        files = self._intake.change(self._plan.changes, decision=self._decision)
        models = workspace.changed(before, self._plan.changes)
        self._builder.load(models, self._intake.sources())
        workspace.keep(cursor, models)
        keep_masks(cursor, self._plan.changes)
        versions = Versions(self._builder)
        if not (delta.provable(before, models) and self._refreshed(delta, versions)):
            fresh = self._build_models(versions) if changes_models(self._plan) else set()
            self._build_data(files, fresh)
        delta.forget()
        versions.record()
        remember(cursor)
        crash.point("warehouse.built")
        return set(files), delta.stayed

    def _refreshed(self, delta: Delta, versions: Versions) -> bool:
        """Bring tables up to date by what changed; not when SQLMesh would put one of them elsewhere."""
        if changes_models(self._plan):
            planned = self._builder.plan_kept()
            if not delta.stays(planned) or any(not s.model.kind.is_view for s in versions.stale(planned)):
                return False
            self._builder.apply(planned)
        delta.refresh()
        return True

    def _build_models(self, versions: Versions) -> set[str]:
        planned = self._builder.plan_models("prod")
        stale = versions.stale(planned)
        if stale:
            self._builder.empty(stale)
            planned = self._builder.plan_models("prod")
        self._builder.apply(planned)
        return set(self._builder.console.built)

    def _build_data(self, files: dict[str, tuple[str, ...]], fresh: set[str]) -> None:
        names, days = reruns(self._plan.changes)
        for source, paths in files.items():
            found = touched(self._builder, self._intake, source=source, files=paths)
            coming = {c.batch.path for c in self._plan.changes if isinstance(c, Admit)}
            if found and not found.within():
                raise _outside(source, found)
            if found and set(paths) <= coming:
                arrived(self._builder.cursor, source=source, days=found)
            readers = self._builder.children(f"src.{source}") - fresh
            names |= readers
            if readers:
                days = _widest(days, found)
        known = {name for name in names if self._builder.model(name) is not None}
        if missing := names - known:
            raise Failed(f"no model `{min(missing)}`", code="model.unknown", fix="rerun a relation that exists")
        if known:
            span = days or Days(EVERYTHING.last, EVERYTHING.last)  # whole relations are computed whatever the days
            self._builder.apply(self._builder.plan_data(known, first=span.first, last=span.last))

    def _measured(self, trial: Trial, sources: set[str], stayed: dict[str, Stayed]) -> Trial:
        cursor = self._builder.cursor

        def ask(sql: str) -> list[Row]:
            return rows(cursor, sql)

        kept = measure.conservation(sources, self._builder.names(), ask)
        lost = tuple(f"rows are not conserved: {result.broken}" for result in kept if not result.passed)
        reached = self._reached(sources)
        asked = (*self._plan.acceptance, *measure.concerned(self._promised, reached))
        self._sound.tell(stayed, asked)
        checks, unable, told = self._asked(ask, asked)
        self._sound.keep(reached, asked, checks, stayed)
        after, unmeasured = measure.after(self._plan.probes, ask)
        failures = (*lost, *unable, *unmeasured)
        return _with(trial, after=after, checks=(*kept, *checks), failures=failures, blamed=told)

    def _reached(self, sources: set[str]) -> set[str]:
        """Names of everything that can be other than before: what changed, and all that follows from it."""
        changed = {f"src.{source}" for source in sources} | reruns(self._plan.changes)[0]
        changed |= {name for change in self._plan.changes if (name := _changes(change))}
        return changed | {name for one in changed for name in self._builder.descendants(one)}

    def _asked(
        self, ask: Callable[[str], list[Row]], asked: tuple[Check, ...]
    ) -> tuple[tuple[CheckResult, ...], tuple[str, ...], tuple[str, ...]]:
        """Ask checks: results, what could not be asked, and the batches that are to blame.

        Batches that only tell known rows anew arrive for checks of single rows alone: their rows were picked because
        they differ from what is known, so shares and shapes among them say nothing.
        """
        cursor = self._builder.cursor
        single = [c for c in asked if c.rule in _OF_SINGLE_ROWS]
        checks, unable = measure.run_checks(single, ask)
        told = self._blamed(single, checks, ask)
        for batch in (c.batch for c in self._plan.changes if isinstance(c, Admit)):
            if batch.accepted and batch.anew == batch.accepted:
                cursor.execute("DELETE FROM windvane.arriving WHERE batch = ?", [batch.id])
                self._sound.forget()  # its keys are other than before, and arrive no longer
        others = [c for c in asked if c.rule not in _OF_SINGLE_ROWS]
        rest, unfit = measure.run_checks(others, ask)
        told = (*told, *self._blamed(others, rest, ask))
        return (*checks, *rest), (*unable, *unfit), tuple(dict.fromkeys(told))

    def _blamed(
        self, asked: list[Check], results: tuple[CheckResult, ...], ask: Callable[[str], list[Row]]
    ) -> tuple[str, ...]:
        """The batches to blame: where fewer arrive than were let in, checks look at all rows."""
        if all(r.passed for r in results):
            return ()
        self._sound.forget()
        return blamed(asked, results, cursor=self._builder.cursor, ask=ask)


def changes_models(plan: Plan) -> bool:
    """Whether a plan changes what SQLMesh builds, and not only which rows it sees."""
    return any(
        (isinstance(c, Put) and isinstance(c.asset, Model | Source))
        or (isinstance(c, Retire) and c.ref.kind in ("model", "source"))
        for c in plan.changes
    )


def _changes(change: Change) -> str:
    """The relation whose definition a change is about; empty when there is none."""
    match change:
        case Put(asset=Model(name=name)):
            return name
        case Put(asset=Source(name=name)):
            return f"src.{name}"
        case Retire(ref=ref) if ref.kind in ("model", "source"):
            return ref.name if ref.kind == "model" else f"src.{ref.name}"
        case Put(asset=Contract(relation=relation)):
            return relation
        case _:
            return ""


def _outside(source: str, days: Days) -> Failed:
    return Failed(
        f"rows of `{source}` are dated {days.first} to {days.last}",
        code="days.outside",
        why=f"rows of `{source}` are dated {days.first} to {days.last}, models cover {EVERYTHING.first} to "
        f"{EVERYTHING.last}",
        fix="quarantine the rows, or compute the model as a whole",
    )


def _widest(one: Days | None, other: Days | None) -> Days | None:
    return one.widened(other) if one and other else one or other


def _with(trial: Trial, **fields: object) -> Trial:
    return msgspec.structs.replace(trial, **fields)
