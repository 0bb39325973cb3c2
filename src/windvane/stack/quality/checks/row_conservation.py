"""No row is lost or made up between a relation and the one that it is made from."""

from __future__ import annotations

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import counted
from windvane.stack.quality.settled import coming, follows, met
from windvane.stack.quality.table import Share, Table, Wish, check_of, literal, quoted


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check when the relation is made row by row, or key by key, from one other."""
    if not table.upstream or table.role == "result":
        return ()
    return (Wish("row_conservation"),)


def render(table: Table, share: Share) -> Check:
    """Compares the number of rows with the rows, or keys, of the relation before it."""
    keyed = table.role == "whole" and bool(table.contract.key) and table.upstream[0].startswith("staging.")
    doubted, doubt = (_doubt(table), "EXISTS (SELECT 1 FROM doubt)") if follows(table) else ("", "TRUE")
    key = ", ".join(quoted(c) for c in table.contract.key)
    noun = "keys" if keyed else "rows"
    parts = [f"(SELECT DISTINCT {key} FROM {u} WHERE {doubt}) AS keys" if keyed else u for u in table.upstream]
    before = "\n  UNION ALL\n  ".join(f"SELECT COUNT(*) AS n FROM {part}" for part in parts)
    named = ", ".join(f"`{u}`" for u in table.upstream)
    sql = (
        f"{doubted}SELECT '`{table.relation}` has ' || {counted('here.n')} || ' rows, ' || {literal(named)} || ' ' || "
        f"{counted('there.n')} || ' {noun}' AS broken\n"
        f"FROM (SELECT COUNT(*) AS n FROM {table.relation}) AS here\n"
        f"CROSS JOIN (SELECT CAST(SUM(n) AS BIGINT) AS n FROM (\n  {before}\n) AS parts) AS there\n"
        f"WHERE here.n <> there.n AND {doubt}"
    )
    why = f"each of the {noun} of {named} is one row here; a difference is a lost or doubled row."
    return check_of(table, share, sql=sql, why=why)


def _doubt(table: Table) -> str:
    """CTE `doubt`: a row unless each key that arrives is one row, and all others stand as they were found right."""
    return f"""WITH {coming(table)}, doubt AS (
  SELECT 1 AS _doubt WHERE NOT EXISTS (SELECT 1 FROM settled) OR (SELECT COUNT(*) FROM coming) <> (
    SELECT COUNT(*) FROM {table.relation} AS here JOIN coming ON {met(table, "here", "coming")})
)
"""
