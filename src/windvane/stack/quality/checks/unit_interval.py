"""Shares between 0 and 1 that come as percentages, or the like: values beyond 1 where there were none."""

from __future__ import annotations

from windvane.domain.estate import Check
from windvane.stack.quality.surge import ALPHA, Mark, surges, told_bound
from windvane.stack.quality.table import Share, Table, Wish, check_of, quoted


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check over the measures whose known values all lie between 0 and 1, some of them between."""
    if table.role != "whole" or not table.rows:
        return ()
    columns = tuple(c.name for c in table.measures if _within(table, c.name))
    return (Wish("unit_interval", columns, fixed=ALPHA),) if columns else ()


def render(table: Table, share: Share) -> Check:
    """Counts values beyond."""
    marks = tuple(
        Mark(f"column `{c}` is beyond 1", f"{quoted(c)} > 1", f"{quoted(c)} IS NOT NULL") for c in share.wish.columns
    )
    return check_of(
        table, share, sql=surges(table, marks), why=f"Known values lie between 0 and 1. {told_bound(table)}"
    )


def _within(table: Table, column: str) -> bool:
    name = quoted(column)
    found = table.engine.rows(
        f"SELECT COUNT(*) FROM {table.history} WHERE {name} > 0 AND {name} < 1 "
        f"AND NOT EXISTS (SELECT 1 FROM {table.history} WHERE {name} < 0 OR {name} > 1)"
    )[0][0]
    return isinstance(found, int) and found >= 20
