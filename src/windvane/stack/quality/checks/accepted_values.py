"""Known categories give way to unknown ones: a recoding, not a new category."""

from __future__ import annotations

import math

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, KNOWN, counted
from windvane.stack.quality.table import Share, Table, Wish, check_of, literal, number, quoted

BENIGN = 0.05  # share of rows in categories not seen before that is taken as ordinary business


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check over the category columns."""
    columns = tuple(name for name, _ in table.accepted)
    if not columns or table.role != "whole" or not table.rows:
        return ()
    return (Wish("accepted_values", columns, weight=1.0, past=table.rows),)


def render(table: Table, share: Share) -> Check:
    """Fires when most arriving rows are in unseen categories, more than chance allows at `BENIGN` (Chernoff bound)."""
    needed = math.log(len(share.wish.columns) / share.alpha)
    sql = "\nUNION ALL\n".join(_unseen(table, column, needed) for column in share.wish.columns)
    counts = ", ".join(f"`{c}` ({len(v)})" for c, v in table.accepted if c in share.wish.columns)
    why = (
        f"categories known in {table.rows:,} rows: {counts}. New ones may come; the codes "
        f"changed when more than half of the arriving rows are in new ones, and so many that chance at {BENIGN:.0%} is "
        f"ruled out at {share.alpha:.3%}."
    )
    return check_of(table, share, sql=sql, why=why)


def _unseen(table: Table, column: str, needed: float) -> str:
    name = quoted(column)
    # n * KL(q || p) with q = unseen / n; q = 1 leaves n * ln(1 / p)
    chance = (
        f"unseen * LN(unseen / (n * {BENIGN})) + CASE WHEN unseen < n "
        f"THEN (n - unseen) * LN((n - unseen) / (n * {1 - BENIGN})) ELSE 0 END"
    )
    return (
        f"SELECT {literal(f'column `{column}`: ')} || {counted('CAST(unseen AS INTEGER)')} || ' of ' || "
        f"{counted('CAST(n AS INTEGER)')} || ' arriving rows are in categories never seen before' AS broken\n"
        f"FROM (\n  SELECT CAST(COUNT(*) AS DOUBLE PRECISION) AS n,\n"
        f"    CAST(SUM(CASE WHEN known.value IS NULL THEN 1 ELSE 0 END) AS DOUBLE PRECISION) AS unseen\n"
        f"  FROM (SELECT {name} AS value FROM {table.relation} WHERE {name} IS NOT NULL AND {ARRIVES}) AS fresh\n"
        f"  LEFT JOIN (SELECT DISTINCT {name} AS value FROM {table.relation} WHERE {KNOWN}) AS known"
        f" ON known.value = fresh.value\n) AS counts\n"
        f"WHERE EXISTS (SELECT 1 FROM {table.relation} WHERE {KNOWN})\n"
        f"  AND unseen > n / 2 AND {chance} > {number(needed)}"
    )
