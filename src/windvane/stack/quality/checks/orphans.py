"""Rows that refer to something that is not there yet: they wait in quarantine until it is."""

from __future__ import annotations

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, KNOWN, counted
from windvane.stack.quality.table import Share, Table, Wish, check_of, literal, quoted


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check per reference that never had an exception; it withholds rows and never a benign batch."""
    if table.role != "whole":
        return ()
    return tuple(Wish("orphans", r.columns) for r in table.contract.references if r.match_share >= 1.0)


def render(table: Table, share: Share) -> Check:
    """Counts arriving rows without a counterpart, where every known row has one."""
    reference = next(r for r in table.contract.references if r.columns == share.wish.columns)
    pairs = tuple(zip(reference.columns, reference.to_columns, strict=True))
    given = " AND ".join(f"child.{quoted(c)} IS NOT NULL" for c in reference.columns)
    same = " AND ".join(f"parent.{quoted(b)} = child.{quoted(a)}" for a, b in pairs)
    missing = f"NOT EXISTS (SELECT 1 FROM {reference.to} AS parent WHERE {same})"
    named = ", ".join(f"`{c}`" for c in reference.columns)
    sql = (
        f"SELECT {literal(f'column {named}: ')} || {counted('COUNT(*)')} || "
        f"{literal(f' arriving rows refer to a row that `{reference.to}` does not have')} AS broken\nFROM "
        f"{table.relation} AS child\nWHERE child.{ARRIVES} AND {given} AND {missing}\n"
        f"  AND EXISTS (SELECT 1 FROM {table.relation} WHERE {KNOWN})\nHAVING COUNT(*) > 0"
    )
    why = (
        f"{named} was always found in `{reference.to}`, in {table.rows:,} known rows; an arriving row whose "
        f"counterpart is "
        "missing waits in quarantine and comes in when it is there."
    )
    return check_of(table, share, sql=sql, why=why)
