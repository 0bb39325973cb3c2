"""The embedded warehouse: SQLMesh models in one DuckDB file, changed only by transactions that a verdict ends."""

from __future__ import annotations

from pathlib import Path

from windvane.adapters.warehouses.sqlmesh.project import write_project
from windvane.adapters.warehouses.sqlmesh.warehouse import SqlmeshWarehouse
from windvane.domain.ports import Resources

__all__ = ["SqlmeshWarehouse", "open_warehouse", "write_project"]


def open_warehouse(root: Path, *, resources: Resources | None = None) -> SqlmeshWarehouse:
    """Open (or make) the warehouse of the estate folder `root`; SQLMesh itself is imported when first needed.

    Raises `TryAgain` (`estate.busy`, exit 75) when another process holds the estate.
    """
    return SqlmeshWarehouse(root.resolve(), resources=resources or Resources())
