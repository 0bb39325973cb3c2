"""Brings production up to date by the rows that changed, where that gives, provably, what a whole build would give.

A batch that comes or goes changes the rows of staging that carry its name and no other; that a repair reads all other
rows as before is counted over every one of them. From there each table is followed by the keys in which its query is
local (`sql.locality`): rows of keys that changed are taken out and computed again, the rest stays. Where a query is
not local, or much of a source changes, SQLMesh builds everything as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from windvane.adapters.warehouses.sqlmesh.builder import Builder
from windvane.adapters.warehouses.sqlmesh.console import short
from windvane.adapters.warehouses.sqlmesh.sound import Stayed, Tally, tally
from windvane.adapters.warehouses.sqlmesh.steps import BATCH, Step, bare, query, step_of
from windvane.adapters.warehouses.sqlmesh.storefile import identifier, quoted, rows
from windvane.domain.batch import Batch
from windvane.domain.change import Admit, Change, Put, Rerun, Retire, Withdraw
from windvane.domain.errors import Usage
from windvane.domain.estate import Model, Source
from windvane.sql.alias import columns_of
from windvane.sql.casts import casts
from windvane.sql.locality import local
from windvane.sql.parse import split

if TYPE_CHECKING:
    import duckdb
    from sqlmesh.core.model import Model as SqlModel
    from sqlmesh.core.plan import Plan as SqlPlan

MOST, FEW = 0.25, 50_000  # a whole build is as quick when more than this share of a source changes, and this many rows


class Delta:
    """One plan's way through production: `note` before anything changes, then `provable`, then `refresh`."""

    def __init__(self, builder: Builder, changes: tuple[Change, ...]) -> None:
        self._builder = builder
        self._changes = changes
        self.stayed: dict[str, Stayed] = {}  # tables refreshed by what arrives, and by nothing that goes
        self._steps: tuple[Step, ...] = ()
        self._kept: set[str] = set()
        self._lost = False
        self._batches: dict[str, set[str]] = {}  # by source
        for change in changes:
            if isinstance(change, Admit | Withdraw):
                self._batches.setdefault(change.batch.source, set()).add(change.batch.id)
            elif isinstance(change, Put) and isinstance(change.asset, Model):
                self._batches.setdefault(change.asset.name.partition(".")[2], set())

    @property
    def _cursor(self) -> duckdb.DuckDBPyConnection:
        return self._builder.cursor

    def note(self, models: dict[str, str], there: Callable[[Batch], bool]) -> None:
        """Keep the rows of batches that will be gone, as staging shows them; `models` are those of production.

        A batch whose file is no longer `there` can be let go all the same, by a whole build.
        """
        gone = [c.batch for c in self._changes if isinstance(c, Withdraw)]
        self._lost = not all(there(batch) for batch in gone)
        for source in {batch.source for batch in gone if not self._lost}:
            if _path(source) in models:
                self._keep(f"staging.{source}", "gone", self._staged(source))

    def provable(self, before: dict[str, str], after: dict[str, str]) -> bool:
        """Whether all that follows from the plan can be brought up to date by what changed.

        `before` and `after` are the model files of production without and with the plan, which is loaded.
        """
        understood = bool(self._batches) and not self._lost and self._understood(before, after)
        if not understood or not self._little() or not all(self._as_before(s, before, after) for s in self._batches):
            return False
        steps = self._route(views=before == after)
        self._steps = steps or ()
        return steps is not None

    def stays(self, planned: SqlPlan) -> bool:
        """Whether a plan of SQLMesh leaves each table that will be refreshed where it is."""
        production = self._builder.context.state_sync.get_environment("prod")
        shown = {short(s.name): s.version for s in production.snapshots} if production else {}
        there = {short(s.name): s.version for s in planned.context_diff.snapshots.values()}
        return all(s.name in shown and shown[s.name] == there.get(s.name) for s in self._steps)

    def refresh(self) -> None:
        """Take out and compute again what changed, table after table; their names are noted as built."""
        for source in self._batches:
            name = f"staging.{source}"
            self._keep(name, "come", self._staged(source))
            if _temp(name, "gone") not in self._kept:
                self._keep(name, "gone", f"SELECT * FROM {_temp(name, 'come')} WHERE false")
        tables = self._tables()
        for step in self._steps:
            self._refreshed(step, tables[step.name])
        self.forget()

    def forget(self) -> None:
        """Drop what was kept on the way."""
        for name in sorted(self._kept):
            self._cursor.execute(f"DROP TABLE IF EXISTS {name}")
        self._kept = set()

    def _refreshed(self, step: Step, table: str) -> None:
        columns = ", ".join(identifier(c) for c in step.local.keys)
        before = self._tally(table, step) if self._follows(step) else None
        old, new, keys = _temp(step.parent, "gone"), _temp(step.parent, "come"), _temp(step.name, "keys")
        self._keep(step.name, "keys", f"SELECT {columns} FROM {old} UNION SELECT {columns} FROM {new}")
        among = self._among(keys, step.local.keys)
        self._keep(step.name, "gone", f"SELECT * FROM {table} AS t WHERE {among}")
        self._keep(step.name, "come", step.local.over(self._above(step)))
        gone, come = _temp(step.name, "gone"), _temp(step.name, "come")
        if rows(self._cursor, f"SELECT 1 FROM {gone} LIMIT 1"):
            self._cursor.execute(f"DELETE FROM {table} AS t WHERE {among}")
        listed = ", ".join(identifier(str(r[0])) for r in rows(self._cursor, f"DESCRIBE {come}"))
        self._cursor.execute(f"INSERT INTO {table} ({listed}) SELECT {listed} FROM {come}")
        self._builder.console.built.add(step.name)
        if before is not None:
            self._note_stayed(step, table, before)

    def _follows(self, step: Step) -> bool:
        """Whether no rows of a table change but those of keys that arrive."""
        arrives = step.parent.startswith("staging.") and not any(isinstance(c, Withdraw) for c in self._changes)
        return arrives and step.alike

    def _note_stayed(self, step: Step, table: str, before: Tally) -> None:
        """Note a table that changed by as many rows as were taken out and made anew."""
        come, gone = (self._tally(_temp(step.name, kind), step) for kind in ("come", "gone"))
        after = Tally(before.rows + come.rows - gone.rows, before.keys + come.keys - gone.keys)
        if rows(self._cursor, f"SELECT COUNT(*) FROM {table}") == [(after.rows,)]:
            self.stayed[step.name] = Stayed(step.keys, before, after)

    def _tally(self, table: str, step: Step) -> Tally:
        return tally(self._cursor, table, step.keys)

    def _above(self, step: Step) -> str:
        """A relation of the rows above, as they are now, whose keys changed."""
        come, keys = _temp(step.parent, "come"), _temp(step.name, "keys")
        if step.whole:
            return come
        among = self._among(keys, {k: k for k in step.local.keys})
        parent = _relation(step.parent)
        if step.parent.startswith("staging."):
            others = f"{BATCH} NOT IN (SELECT {BATCH} FROM {come})"
            if not rows(self._cursor, f"SELECT 1 FROM {parent} AS t WHERE {others} AND {among} LIMIT 1"):
                return come  # nothing known has these keys: the usual delivery of new rows
        self._keep(step.name, "part", f"SELECT * FROM {parent} AS t WHERE {among}")
        return _temp(step.name, "part")

    def _among(self, keys: str, named: Mapping[str, str]) -> str:
        """The condition that a row `t` has one of `keys`; `named`: column of keys -> column of `t`.

        An empty key is a key as any other, but costs a plan that compares more slowly.
        """
        empty = " OR ".join(f"{identifier(k)} IS NULL" for k in named)
        same = "IS NOT DISTINCT FROM" if rows(self._cursor, f"SELECT 1 FROM {keys} WHERE {empty} LIMIT 1") else "="
        pairs = " AND ".join(f"k.{identifier(k)} {same} t.{identifier(c)}" for k, c in named.items())
        return f"EXISTS (SELECT 1 FROM {keys} AS k WHERE {pairs})"

    def _keep(self, name: str, kind: str, query: str) -> None:
        self._cursor.execute(f"CREATE OR REPLACE TEMP TABLE {_temp(name, kind)} AS {query}")
        self._kept.add(_temp(name, kind))

    def _staged(self, source: str) -> str:
        """The rows of staging that batches of the plan bring now."""
        listed = ", ".join(f"'{quoted(b)}'" for b in sorted(self._batches[source])) or "NULL"
        return f"SELECT * FROM staging.{identifier(source)} WHERE {BATCH} IN ({listed})"

    def _tables(self) -> dict[str, str]:
        """The physical table of every relation in production, quoted."""
        production = self._builder.context.state_sync.get_environment("prod")
        found = production.snapshots if production else ()
        return {short(s.name): ".".join(identifier(p) for p in s.table_name().split(".")) for s in found}

    def _understood(self, before: dict[str, str], after: dict[str, str]) -> bool:
        """Whether the plan does nothing but let batches in or out, and change how their staging reads text."""
        for change in self._changes:
            match change:
                case Rerun():
                    return False
                case Retire(ref=ref) if ref.kind in ("model", "source"):
                    return False
                case Put(asset=Source(name=name)) if name not in self._batches:
                    return False
                case _:
                    continue
        moved = {path for path in {*before, *after} if before.get(path) != after.get(path)}
        return moved <= {_path(source) for source in self._batches} and moved <= set(before) and moved <= set(after)

    def _little(self) -> bool:
        """Whether few rows come and go beside those that stay."""
        moved = sum(c.batch.accepted for c in self._changes if isinstance(c, Admit | Withdraw))
        listed = ", ".join(f"'{quoted(s)}'" for s in self._batches)
        found = rows(self._cursor, f"SELECT coalesce(sum(rows), 0) FROM windvane.admitted WHERE source IN ({listed})")
        return moved <= max(FEW, MOST * float(str(found[0][0])))

    def _as_before(self, source: str, before: dict[str, str], after: dict[str, str]) -> bool:
        """Whether rows of all other batches of a source are in staging what they were."""
        old, new = before.get(_path(source)), after.get(_path(source))
        if not old or not new or self._builder.children(f"src.{source}") != {f"staging.{source}"}:
            return False
        model = self._builder.model(f"staging.{source}")
        if model is None or not model.kind.is_view or not bare(model):
            return False
        carried = local(query(model), f"src.{source}", wanted=(BATCH,))
        if carried is None or dict(carried.keys) != {BATCH: BATCH}:
            return False
        return old == new or (split(old)[0] == split(new)[0] and self._read_alike(source, old, new))

    def _read_alike(self, source: str, old: str, new: str) -> bool:
        """Whether two texts of a staging model read every row of the other batches alike: each is looked at."""
        try:
            one, other = casts(old), casts(new)
        except Usage:
            return False
        if [(c.name, c.type) for c in one] != [(c.name, c.type) for c in other]:
            return False
        differ = [(a.text, b.text) for a, b in zip(one, other, strict=True) if a.text != b.text]
        there = {str(r[0]) for r in rows(self._cursor, f"DESCRIBE src.{identifier(source)}")}
        if any(columns_of(text) - there for pair in differ for text in pair):
            return False
        if not differ:
            return True
        listed = ", ".join(f"'{quoted(b)}'" for b in sorted(self._batches[source]))
        others = f"{BATCH} NOT IN ({listed})" if listed else "true"
        unlike = " OR ".join(f"({a}) IS DISTINCT FROM ({b})" for a, b in differ)
        found = rows(self._cursor, f"SELECT 1 FROM src.{identifier(source)} WHERE {others} AND ({unlike}) LIMIT 1")
        return not found

    def _route(self, *, views: bool) -> tuple[Step, ...] | None:
        """The tables below staging in the order of their making; `None` when one cannot be refreshed by keys.

        `views`: whether views may stay as they are; where models change SQLMesh has to make them again.
        """
        keys: dict[str, tuple[str, ...]] = {f"staging.{source}": (BATCH,) for source in self._batches}
        shown: set[str] = set()  # views: right by themselves
        steps: list[Step] = []
        for model in self._below(keys):
            name, above = short(model.fqn), {short(d) for d in model.depends_on}
            if model.kind.is_view and views:
                shown.add(name)
                continue
            step = step_of(model, above & set(keys), keys) if not above & shown else None
            if step is None:
                return None
            keys[name] = tuple(step.local.keys.values())
            steps.append(step)
        return tuple(steps)

    def _below(self, staging: Iterable[str]) -> list[SqlModel]:
        """The models that follow from `staging`, parents first."""
        wanted = {name for one in staging for name in self._builder.descendants(one)}
        models = self._builder.context.models
        return [models[fqn] for fqn in self._builder.context.dag.sorted if fqn in models and short(fqn) in wanted]


def _path(source: str) -> str:
    return Model(name=f"staging.{source}", text="").path


def _relation(name: str) -> str:
    return ".".join(identifier(part) for part in name.split(".", 1))


def _temp(name: str, kind: str) -> str:
    return identifier(f"delta_{kind}_{name.replace('.', '__')}")
