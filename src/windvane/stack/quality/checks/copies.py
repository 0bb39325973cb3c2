"""Equal rows in a table without a key, where no two known rows were equal: copies, or a window delivered twice."""

from __future__ import annotations

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, KNOWN, counted
from windvane.stack.quality.conformal import three_of
from windvane.stack.quality.surge import ALPHA
from windvane.stack.quality.table import Share, Table, Wish, check_of, quoted


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check when there is no key and all known rows differ."""
    if table.role != "whole" or table.contract.key or table.rows < 50:
        return ()
    columns = tuple(c.name for c in table.contract.columns)
    cells = ", ".join(quoted(c) for c in columns)
    twice = table.engine.rows(f"SELECT 1 FROM {table.history} GROUP BY {cells} HAVING COUNT(*) > 1 LIMIT 1")
    return () if twice else (Wish("copies", columns, fixed=min(ALPHA, three_of(table.rows))),)


def render(table: Table, share: Share) -> Check:
    """Counts arriving rows that stand in the relation more than once."""
    cells = ", ".join(quoted(c) for c in share.wish.columns)
    sql = (
        f"SELECT {counted('COUNT(*)')} || ' arriving rows stand there more than once' AS broken\n"
        f"FROM (SELECT {cells} FROM {table.relation} GROUP BY {cells} HAVING COUNT(*) > 1\n"
        f"  AND SUM(CASE WHEN {ARRIVES} THEN 1 ELSE 0 END) > 0) AS twice\n"
        f"WHERE EXISTS (SELECT 1 FROM {table.relation} WHERE {KNOWN}) HAVING COUNT(*) > 0"
    )
    why = f"no two of {table.rows:,} known rows are equal, and there is no key that says which of two to keep."
    return check_of(table, share, sql=sql, why=why)
