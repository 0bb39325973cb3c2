"""Values that must be keys of another relation."""

from __future__ import annotations

from windvane.domain.estate import Check, Reference
from windvane.stack.quality.arriving import counted
from windvane.stack.quality.conformal import three_of
from windvane.stack.quality.table import Share, Table, Wish, check_of, quoted

REPEATS = 10  # known rows of one counterpart from which they are counted first


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check per reference that never had an exception."""
    if table.role == "landing":
        return ()
    bound = three_of(table.rows / max(1.0, table.per_batch)) if table.rows else 0.0
    return tuple(Wish("references", r.columns, fixed=bound) for r in table.contract.references if r.match_share >= 1.0)


def render(table: Table, share: Share) -> Check:
    """Counts rows whose reference has no counterpart; empty references are none."""
    reference = _reference(table, share.wish.columns)
    pairs = zip(reference.columns, reference.to_columns, strict=True)
    same = " AND ".join(f"parent.{quoted(b)} = child.{quoted(a)}" for a, b in pairs)
    given = " AND ".join(f"child.{quoted(c)} IS NOT NULL" for c in reference.columns)
    child, count = f"{table.relation} AS child\nWHERE {given} AND", "COUNT(*)"
    if _repeat(table, reference):
        cells = ", ".join(f"child.{quoted(c)}" for c in reference.columns)
        each = f"SELECT {cells}, COUNT(*) AS n FROM {table.relation} AS child WHERE {given} GROUP BY {cells}"
        child, count = f"({each}) AS child\nWHERE", "CAST(SUM(n) AS BIGINT)"
    sql = (
        f"SELECT {counted(count)} || ' rows refer to a row that `{reference.to}` does not have' AS broken\n"
        f"FROM {child} NOT EXISTS (SELECT 1 FROM {reference.to} AS parent WHERE {same})\nHAVING COUNT(*) > 0"
    )
    shown = ", ".join(f"`{c}`" for c in reference.columns)
    why = f"{shown} was always found in `{reference.to}`, in {table.rows:,} known rows" + (
        f"; rule of three: at most {share.alpha:.2%} of benign batches break it." if share.alpha else "."
    )
    if share.severity == "warn":
        why += " That is more than the budget allows, so it only warns."
    return check_of(table, share, sql=sql, why=why)


def _repeat(table: Table, reference: Reference) -> bool:
    """Whether few counterparts stand for many rows: then each is looked for once, not once a row."""
    if not table.history:
        return False
    cells = ", ".join(quoted(c) for c in reference.columns)
    found = table.engine.rows(f"SELECT COUNT(*) FROM (SELECT DISTINCT {cells} FROM {table.history}) AS different")
    return int(str(found[0][0])) * REPEATS <= table.rows


def _reference(table: Table, columns: tuple[str, ...]) -> Reference:
    return next(r for r in table.contract.references if r.columns == columns)
