"""Columns that must have a value: the key, the time, and what the contract declares."""

from __future__ import annotations

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import counted
from windvane.stack.quality.table import Share, Table, Wish, check_of, literal, quoted


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check over all columns that must have a value."""
    contract = table.contract
    needed = {*contract.key, contract.time_column} | {c.name for c in contract.columns if not c.nullable}
    columns = tuple(c.name for c in contract.columns if c.name in needed)
    return (Wish("not_null", columns),) if columns and table.role != "landing" else ()


def render(table: Table, share: Share) -> Check:
    """Counts empty values per column."""
    sql = "\nUNION ALL\n".join(
        f"SELECT {literal(f'column `{c}` has ')} || {counted('COUNT(*)')} || ' empty values' AS broken\n"
        f"FROM {table.relation} WHERE {quoted(c)} IS NULL HAVING COUNT(*) > 0"
        for c in share.wish.columns
    )
    listed = ", ".join(f"`{c}`" for c in share.wish.columns)
    seen = f"; none was empty in {table.rows:,} known rows" if table.rows else ""
    return check_of(
        table, share, sql=sql, why=f"{listed}: part of the key, the time, or required by the contract{seen}."
    )
