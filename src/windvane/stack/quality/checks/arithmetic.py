"""What numbers of one row are to each other: total = quantity x price, gross = net + tax; learnt, and then asked."""

from __future__ import annotations

from windvane.domain.estate import Check
from windvane.stack.quality.equations import equations
from windvane.stack.quality.surge import ALPHA, Mark, surges, told_bound
from windvane.stack.quality.table import Share, Table, Wish, check_of


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check over the equations that every known row keeps."""
    if table.role != "whole" or not table.rows:
        return ()
    found = equations(table)
    return (Wish("arithmetic", tuple(e.told for e in found), fixed=ALPHA),) if found else ()


def render(table: Table, share: Share) -> Check:
    """Counts rows that break an equation."""
    found = [e for e in equations(table) if e.told in share.wish.columns]
    marks = tuple(
        Mark(f"columns {e.columns}: {e.told} does not hold", f"NOT ({e.holds})", e.given, usual=1e-4) for e in found
    )
    listed = "; ".join(e.told for e in found)
    why = f"every one of {table.rows:,} known rows keeps {listed}. {told_bound(table)}"
    return check_of(table, share, sql=surges(table, marks), why=why)
