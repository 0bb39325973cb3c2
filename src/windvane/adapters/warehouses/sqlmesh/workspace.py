"""The folder SQLMesh loads: the models of production with a plan's changes on them, beside the estate's own macros.

A plan's files are never written into the estate folder while it is tried, and a person's half-finished edit there
never slips into production with somebody else's plan.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import duckdb

from windvane.adapters.warehouses.sqlmesh.project import CONFIG, external_models
from windvane.adapters.warehouses.sqlmesh.storefile import insert, rows
from windvane.domain.change import Change, Put, Retire
from windvane.domain.estate import Model, Source

_SUPPORT = ("audits", "macros", "tests", "seeds", "signals", "materializations", "metrics")


class Workspace:
    """`.windvane/project`, brought up to date before each use."""

    def __init__(self, root: Path) -> None:
        self.path = root / ".windvane" / "project"
        self._root = root

    def sync(self, models: dict[str, str], sources: Iterable[Source]) -> bool:
        """Make the folder hold exactly `models` (path -> text); whether any file had to change."""
        wanted = {Path(path): text.encode() for path, text in models.items()}
        config = self._root / "config.yaml"
        wanted[Path("config.yaml")] = config.read_bytes() if config.exists() else CONFIG.encode()
        external = self._root / "external_models.yaml"
        before = external.read_text("utf-8") if external.exists() else ""
        wanted[Path("external_models.yaml")] = external_models(before, sources).encode()
        for folder in _SUPPORT:
            files = [p for p in (self._root / folder).rglob("*") if p.is_file() and "__pycache__" not in p.parts]
            wanted |= {p.relative_to(self._root): p.read_bytes() for p in files}
        return self._write(wanted)

    def _write(self, wanted: dict[Path, bytes]) -> bool:
        self.path.mkdir(parents=True, exist_ok=True)
        there = {
            p.relative_to(self.path)
            for p in self.path.rglob("*")
            if p.is_file() and not {".cache", "__pycache__"} & set(p.relative_to(self.path).parts)
        }
        changed = False
        for path in there - set(wanted):
            (self.path / path).unlink()
            changed = True
        for path, content in wanted.items():
            target = self.path / path
            if path in there and target.read_bytes() == content:
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            changed = True
        return changed

    def clear(self) -> None:
        """Remove the folder; it is made again from what production holds."""
        shutil.rmtree(self.path, ignore_errors=True)


def models(cursor: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The model files of production: path in the estate folder -> text."""
    return {str(path): str(text) for path, text in rows(cursor, "SELECT path, text FROM windvane.models")}


def changed(before: dict[str, str], changes: tuple[Change, ...]) -> dict[str, str]:
    """The model files after `changes`."""
    after = dict(before)
    for change in changes:
        match change:
            case Put(asset=Model() as model):
                after[model.path] = model.text
            case Retire(ref=ref) if ref.kind == "model":
                after.pop(Model(name=ref.name, text="").path, None)
            case _:
                pass
    return after


def keep(cursor: duckdb.DuckDBPyConnection, after: dict[str, str]) -> None:
    """Write the model files of production down, inside the transaction that changes production."""
    before = models(cursor)
    stale = [path for path, text in before.items() if after.get(path) != text]
    for path in stale:
        cursor.execute("DELETE FROM windvane.models WHERE path = ?", [path])
    fresh = [[path, text] for path, text in after.items() if before.get(path) != text]
    insert(cursor, "windvane.models", fresh)
