"""Values that must be keys of another relation."""

from __future__ import annotations

from windvane.domain.estate import Check, Reference
from windvane.stack.quality.arriving import counted
from windvane.stack.quality.conformal import three_of
from windvane.stack.quality.table import Share, Table, Wish, check_of, quoted


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
    sql = (
        f"SELECT {counted('COUNT(*)')} || ' rows refer to a row that `{reference.to}` does not have' AS broken\n"
        f"FROM {table.relation} AS child\n"
        f"WHERE {given} AND NOT EXISTS (SELECT 1 FROM {reference.to} AS parent WHERE {same})\nHAVING COUNT(*) > 0"
    )
    shown = ", ".join(f"`{c}`" for c in reference.columns)
    why = f"{shown} was always found in `{reference.to}`, in {table.rows:,} known rows" + (
        f"; rule of three: at most {share.alpha:.2%} of benign batches break it." if share.alpha else "."
    )
    if share.severity == "warn":
        why += " That is more than the budget allows, so it only warns."
    return check_of(table, share, sql=sql, why=why)


def _reference(table: Table, columns: tuple[str, ...]) -> Reference:
    return next(r for r in table.contract.references if r.columns == columns)
