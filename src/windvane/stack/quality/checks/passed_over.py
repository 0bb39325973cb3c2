"""Rows that refer to a row which should be among those that arrive, and is not: the other delivery lacks it."""

from __future__ import annotations

from windvane.domain.estate import Check, Reference
from windvane.stack.quality.arriving import ARRIVES, KNOWN, counted
from windvane.stack.quality.table import Share, Table, Wish, check_of, literal, quoted


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check per reference by a whole number that never had an exception: numbers tell what lies between others."""
    if table.role != "whole":
        return ()
    whole = {c.name for c in table.contract.columns if c.type in {"bigint", "integer"}}
    return tuple(Wish("passed_over", r.columns) for r in table.contract.references if _fits(r, whole))


def render(table: Table, share: Share) -> Check:
    """Counts keys without a counterpart that lie in what arrives there: after all known ones, or between the new."""
    reference = next(r for r in table.contract.references if r.columns == share.wish.columns)
    (column,), (key,) = reference.columns, reference.to_columns
    child, parent = f"child.{quoted(column)}", quoted(key)
    sql = f"""SELECT {literal(f"column `{column}`: ")} || {counted(f"COUNT(DISTINCT {child})")} ||
  {literal(f" rows that should be among those that arrive in `{reference.to}` are not there")} AS broken
FROM {table.relation} AS child CROSS JOIN (
  SELECT LEAST(MIN(CASE WHEN {ARRIVES} THEN {parent} END), MAX(CASE WHEN {KNOWN} THEN {parent} END) + 1) AS _least,
    MAX(CASE WHEN {ARRIVES} THEN {parent} END) AS _most FROM {reference.to}
) AS arriving
WHERE child.{ARRIVES} AND {child} BETWEEN _least AND _most
  AND NOT EXISTS (SELECT 1 FROM {reference.to} AS parent WHERE parent.{parent} = {child})
HAVING COUNT(*) > 0"""
    why = (
        f"`{column}` was always found in `{reference.to}`, in {table.rows:,} known rows; where what arrives there "
        "passes over a row that is referred to, one of the two deliveries is not whole."
    )
    return check_of(table, share, sql=sql, why=why)


def _fits(reference: Reference, whole: set[str]) -> bool:
    single = len(reference.columns) == 1
    return single and reference.match_share >= 1.0 and reference.columns[0] in whole
