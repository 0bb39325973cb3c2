"""A person at the wheel: notices that production was planned without windvane, and takes it over as their will."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from windvane.adapters.warehouses.sqlmesh import workspace
from windvane.adapters.warehouses.sqlmesh.storefile import rows
from windvane.domain import crash


class Hand:
    """Compares production with what the last commit left."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, root: Path) -> None:
        self._cursor = cursor
        self._root = root

    def changed(self) -> str:
        """What someone else did, in words; empty when nothing."""
        ours, now = _stored(self._cursor), production(self._cursor)
        if not now or now == ours:
            return ""
        plan, before = json.loads(now), json.loads(ours or '{"plan": "", "models": {}}')
        if plan["plan"] == before["plan"]:
            return ""
        names = sorted(
            name
            for name in {*plan["models"], *before["models"]}
            if plan["models"].get(name) != before["models"].get(name)
        )
        what = ", ".join(names) if names else "no model, only rows"
        return f"production was planned by hand (SQLMesh plan {plan['plan'][:8]}): {what}"

    def accept(self) -> tuple[str, ...]:
        """Take production and the model files of the estate folder as ours; paths of the files that differed."""
        folder = self._root / "models"
        files = {str(p.relative_to(self._root)): p.read_text("utf-8") for p in sorted(folder.rglob("*.sql"))}
        before = workspace.models(self._cursor)
        crash.point("warehouse.hand")
        self._cursor.execute("BEGIN")
        try:
            workspace.keep(self._cursor, files)
            remember(self._cursor)
            self._cursor.execute("DELETE FROM windvane.sound")  # nobody asked what was put there
            self._cursor.execute("COMMIT")
        except BaseException:
            self._cursor.execute("ROLLBACK")
            raise
        crash.point("warehouse.hand.accepted")
        return tuple(sorted(path for path in {*files, *before} if files.get(path) != before.get(path)))


def remember(cursor: duckdb.DuckDBPyConnection) -> None:
    """Write down how production is now, inside the transaction that made it so."""
    cursor.execute("INSERT OR REPLACE INTO windvane.state VALUES ('production', ?)", [production(cursor)])


def production(cursor: duckdb.DuckDBPyConnection) -> str:
    """JSON with the plan id of production and the fingerprint of every model in it; empty before the first plan."""
    known = "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'sqlmesh' AND table_name = '_environments'"
    if not rows(cursor, known):
        return ""
    found = rows(cursor, "SELECT plan_id, snapshots FROM sqlmesh._environments WHERE name = 'prod'")
    if not found:
        return ""
    plan, snapshots = found[0]
    models = {
        s["name"].replace('"', "").partition(".")[2]: s["fingerprint"]["data_hash"] + s["fingerprint"]["metadata_hash"]
        for s in json.loads(str(snapshots))
    }
    return json.dumps({"plan": plan, "models": models}, sort_keys=True)


def _stored(cursor: duckdb.DuckDBPyConnection) -> str:
    found = rows(cursor, "SELECT content FROM windvane.state WHERE name = 'production'")
    return str(found[0][0]) if found else ""
