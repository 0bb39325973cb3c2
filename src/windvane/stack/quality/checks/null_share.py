"""Empty values beyond what was ever usual in a column that may be empty."""

from __future__ import annotations

import math

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, KNOWN, share
from windvane.stack.quality.table import Share, Table, Wish, check_of, literal, number, quoted

USUAL = 0.03  # noise that is always taken as ordinary
SLICES = 20


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check over the columns that may be empty and mostly are not."""
    if table.role != "whole" or not table.rows:
        return ()
    key = {*table.contract.key, table.contract.time_column}
    open_columns = [c.name for c in table.contract.columns if c.nullable and c.name not in key]
    columns = tuple(c for c in open_columns if _worst(table, c) < 0.5)
    return (Wish("null_share", columns, weight=2.0, past=table.rows),) if columns else ()


def render(table: Table, share_: Share) -> Check:
    """Fires when the arriving share is above the worst known one by more than chance allows (Chernoff bound)."""
    needed = math.log(len(share_.wish.columns) / share_.alpha)
    usual = {c: max(USUAL, _worst(table, c)) for c in share_.wish.columns}
    whole = [c for c in share_.wish.columns if not _empty(table, c)]
    sql = "\nUNION ALL\n".join(_excess(table, c, p, needed, whole=c in whole) for c, p in usual.items())
    told = ", ".join(f"`{c}` {p:.0%}" for c, p in usual.items())
    why = (
        f"highest usual share of empty values ({SLICES} slices of {table.rows:,} known rows, never below {USUAL:.0%}): "
        f"{told}. Fires only when chance at that share is ruled out at {share_.alpha:.3%}; where no known value was "
        "empty, when chance would not put all empty ones into this delivery."
    )
    return check_of(table, share_, sql=sql, why=why)


def _worst(table: Table, column: str) -> float:
    sql = (
        "SELECT MAX(part) FROM (SELECT AVG(empty) AS part FROM (SELECT "
        f"CASE WHEN {quoted(column)} IS NULL THEN 1.0 ELSE 0.0 END AS empty, "
        f"NTILE({SLICES}) OVER (ORDER BY _seq, _row) AS slice FROM {table.history}) AS marked GROUP BY slice) AS slices"
    )
    value = table.engine.rows(sql)[0][0]
    return float(value) if isinstance(value, int | float) else 1.0


def _empty(table: Table, column: str) -> int:
    found = table.engine.rows(f"SELECT COUNT(*) FROM {table.history} WHERE {quoted(column)} IS NULL")[0][0]
    return found if isinstance(found, int) else 0


def _excess(table: Table, column: str, usual: float, needed: float, *, whole: bool) -> str:
    chance = (
        f"empty * LN(empty / (n * {number(usual)})) + CASE WHEN empty < n "
        f"THEN (n - empty) * LN((n - empty) / (n * {number(1 - usual)})) ELSE 0 END"
    )
    if whole:  # all empty ones of past + n rows among the last n: at most (n / (past + n)) ** empty, in any order
        past = f"(SELECT COUNT(*) FROM {table.relation} WHERE {KNOWN})"
        chance = f"GREATEST({chance}, empty * LN(({past} + n) / n))"
    return (
        f"SELECT {literal(f'column `{column}` is empty in ')} || {share('empty / n')} || "
        f"{literal(f' of the arriving rows; usual is up to {usual:.1%}')} AS broken\n"
        f"FROM (\n  SELECT CAST(COUNT(*) AS DOUBLE PRECISION) AS n,\n"
        f"    CAST(SUM(CASE WHEN {quoted(column)} IS NULL THEN 1 ELSE 0 END) AS DOUBLE PRECISION) AS empty\n"
        f"  FROM {table.relation} WHERE {ARRIVES}\n) AS counts\n"
        f"WHERE EXISTS (SELECT 1 FROM {table.relation} WHERE {KNOWN})\n"
        f"  AND n > 0 AND empty > n * {number(usual)} AND {chance} > {number(needed)}"
    )
