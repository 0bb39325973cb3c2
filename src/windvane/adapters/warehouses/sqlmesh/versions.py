"""Remembers from which batches each physical table was computed, so that an old table is never shown as if it were new.

SQLMesh reuses the table of a model version whenever its days are complete. A table built in a trial, or left behind
by a rollback, can be complete and stale: batches were admitted or withdrawn since.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from windvane.adapters.warehouses.sqlmesh.builder import Builder
from windvane.adapters.warehouses.sqlmesh.console import short
from windvane.adapters.warehouses.sqlmesh.storefile import insert, rows

if TYPE_CHECKING:
    from sqlmesh.core.plan import Plan as SqlPlan
    from sqlmesh.core.snapshot import Snapshot, SnapshotTableInfo


# With the path: a batch that gained or lost rows keeps its name.
_ADMITTED = "SELECT source, batch || ' ' || path FROM windvane.admitted ORDER BY batch"


class Versions:
    """Reads and writes `windvane.built` on the writer's cursor, inside its transaction."""

    def __init__(self, builder: Builder) -> None:
        self._builder = builder

    def stale(self, planned: SqlPlan) -> list[Snapshot]:
        """Snapshots that the plan would show without computing them, though the visible batches changed since."""
        production = self._builder.context.state_sync.get_environment("prod")
        shown = {(s.name, s.version) for s in production.snapshots} if production else set()
        recorded = self._recorded()
        marks = self._marks(planned.context_diff.snapshots.values())
        return [
            s
            for s in planned.context_diff.snapshots.values()
            if s.is_model
            and not s.is_external
            and s.intervals
            and (s.name, s.version) not in shown
            and recorded.get((s.name, s.version)) != marks.get(short(s.name))
        ]

    def record(self, snapshots: Iterable[SnapshotTableInfo | Snapshot] | None = None) -> None:
        """Write down what the tables of an environment (production, when none are given) were computed from."""
        if snapshots is None:
            production = self._builder.context.state_sync.get_environment("prod")
            snapshots = production.snapshots if production else ()
        snapshots = tuple(snapshots)
        recorded, marks = self._recorded(), self._marks(snapshots)
        fresh = [
            [name, version, marks[short(name)]]
            for name, version in ((str(s.name), str(s.version)) for s in snapshots)
            if short(name) in marks and recorded.get((name, version)) != marks[short(name)]
        ]
        if fresh:
            wanted = ", ".join("(?, ?)" for _ in fresh)
            pairs = [text for name, version, _ in fresh for text in (name, version)]
            self._builder.cursor.execute(f"DELETE FROM windvane.built WHERE (model, version) IN ({wanted})", pairs)
            insert(self._builder.cursor, "windvane.built", fresh)

    def _recorded(self) -> dict[tuple[str, str], str]:
        found = rows(self._builder.cursor, "SELECT model, version, data FROM windvane.built")
        return {(str(model), str(version)): str(data) for model, version, data in found}

    def _marks(self, snapshots: Iterable[SnapshotTableInfo | Snapshot]) -> dict[str, str]:
        """For each loaded model among the snapshots, a mark of the batches and of the texts that it is computed from.

        A table stays where it is while its staging model reads new batches in another way: its name does not tell.
        """
        batches: dict[str, list[str]] = {}
        for source, batch in rows(self._builder.cursor, _ADMITTED):
            batches.setdefault(f"src.{source!s}", []).append(str(batch))
        found = {}
        texts = {short(s.name): f"{s.fingerprint.data_hash} {s.fingerprint.parent_data_hash}" for s in snapshots}
        for name in self._builder.names() & set(texts):
            parts = [f"{p}:{b}" for p in sorted(self._builder.parents(name)) for b in batches.get(p, ())]
            parts.append(texts[name])
            found[name] = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
        return found
