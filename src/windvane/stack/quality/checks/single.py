"""Columns beside the key that never had a value twice: when they do, one thing became many, and sums count double."""

from __future__ import annotations

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, counted
from windvane.stack.quality.conformal import three_of
from windvane.stack.quality.table import Share, Table, Wish, check_of, is_moment, is_number, literal, quoted

ENOUGH = 100
MEANT = ("identifier", "email", "instrument", "phone", "url")


def wishes(table: Table) -> tuple[Wish, ...]:
    """A check for each column that identifies, and refers or is told to be an identifier."""
    if table.role != "whole" or table.rows < ENOUGH:
        return ()
    linked = {r.columns[0] for r in table.contract.references if len(r.columns) == 1}
    names = [
        c.name
        for c in table.contract.columns
        if c.name not in table.contract.key and (c.meaning in MEANT or c.name in linked)
        and not is_moment(c.type) and (not is_number(c.type) or c.type.startswith(("bigint", "integer")))
    ]  # fmt: skip
    return tuple(Wish("single", (n,), fixed=three_of(table.rows / 1.0) / 10) for n in names if _once(table, n))


def render(table: Table, share: Share) -> Check:
    """Counts values on more than one row, one of which arrives."""
    (column,) = share.wish.columns
    name = quoted(column)
    sql = (
        f"SELECT {literal(f'column `{column}`: ')} || {counted('COUNT(*)')} || ' values stand on more than one "
        f"row' AS broken\n"
        f"FROM (SELECT {name} FROM {table.relation} WHERE {name} IS NOT NULL GROUP BY {name} HAVING COUNT(*) > 1\n"
        f"  AND SUM(CASE WHEN {ARRIVES} THEN 1 ELSE 0 END) > 0) AS twice\nHAVING COUNT(*) > 0"
    )
    why = f"`{column}` was on one row each in {table.rows:,} known rows: what counts one for each would count double."
    return check_of(table, share, sql=sql, why=why)


def _once(table: Table, column: str) -> bool:
    name = quoted(column)
    different, rows = table.engine.rows(f"SELECT COUNT(DISTINCT {name}), COUNT({name}) FROM {table.history}")[0]
    return different == rows and isinstance(rows, int) and rows >= ENOUGH
