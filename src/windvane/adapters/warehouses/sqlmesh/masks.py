"""Which columns never leave through published files: those that the contracts of production call personal or secret."""

from __future__ import annotations

import duckdb

from windvane.adapters.warehouses.sqlmesh.storefile import insert, rows
from windvane.domain.change import Change, Put, Retire
from windvane.domain.estate import Contract


def keep_masks(cursor: duckdb.DuckDBPyConnection, changes: tuple[Change, ...]) -> None:
    """Write the masks of a plan's contracts down, inside the transaction that promotes it."""
    for change in changes:
        match change:
            case Put(asset=Contract() as contract):
                cursor.execute("DELETE FROM windvane.masks WHERE relation = ?", [contract.relation])
                closed = [c.name for c in contract.columns if c.classification != "open"]
                insert(cursor, "windvane.masks", [[contract.relation, name] for name in closed])
            case Retire(ref=ref) if ref.kind == "contract":
                cursor.execute("DELETE FROM windvane.masks WHERE relation = ?", [ref.name])
            case _:
                pass


def masks(cursor: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    """Masked columns per relation, in lower case."""
    found: dict[str, set[str]] = {}
    for relation, column in rows(cursor, "SELECT relation, col FROM windvane.masks"):
        found.setdefault(str(relation), set()).add(str(column).lower())
    return found
