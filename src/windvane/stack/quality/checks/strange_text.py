"""Texts of a kind that was never there: broken letters, HTML, test markers, addresses of persons."""

from __future__ import annotations

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, KNOWN, counted
from windvane.stack.quality.oddities import ODDITIES, holds
from windvane.stack.quality.surge import ALPHA
from windvane.stack.quality.table import Share, Table, Wish, check_of, literal, quoted

MOST_COLUMNS = 24
ENOUGH = 50  # known rows from which `never` means something


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check over the columns of text."""
    columns = tuple(c.name for c in table.contract.columns if c.type.startswith("varchar"))[:MOST_COLUMNS]
    enough = table.rows >= ENOUGH and table.role == "whole"
    return (Wish("strange_text", columns, fixed=ALPHA),) if columns and enough else ()


def render(table: Table, share: Share) -> Check:
    """Counts texts per column and kind, of kinds that no known text of the column is of."""
    sql = "\nUNION ALL\n".join(_counts(table, c) for c in share.wish.columns)
    why = (
        f"none of {table.rows:,} known rows holds letters of a wrong encoding, escape codes, markers of tests "
        f"or addresses "
        "of persons in these columns; a kind that was seen before is not counted."
    )
    return check_of(table, share, sql=sql, why=why)


def _counts(table: Table, column: str) -> str:
    name = quoted(column)
    seen = table.engine.rows(
        "SELECT "
        + ", ".join(f"MAX(CASE WHEN {holds(o, name)} THEN 1 ELSE 0 END)" for o in ODDITIES)
        + f" FROM {table.history}"
    )[0]
    new = [o for o, there in zip(ODDITIES, seen, strict=True) if not there]
    flags = ", ".join(f"SUM(CASE WHEN {holds(o, name)} THEN 1 ELSE 0 END) AS k{i}" for i, o in enumerate(new))
    if not new:
        return f"SELECT 'never' AS broken FROM {table.relation} WHERE 1 = 0"
    told = "\n  UNION ALL\n".join(
        f"  SELECT {literal(f'column `{column}` holds {o.told}: ')} || {counted(f'CAST(k{i} AS BIGINT)')} || "
        f"' arriving rows, no known one' AS broken FROM flagged WHERE k{i} > 0"
        for i, o in enumerate(new)
    )
    return (
        f"SELECT broken FROM (\nWITH flagged AS (\n  SELECT {flags} FROM {table.relation} WHERE {ARRIVES}\n)\n{told}\n"
        f") AS odd WHERE EXISTS (SELECT 1 FROM {table.relation} WHERE {KNOWN})"
    )
