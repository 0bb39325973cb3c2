"""Values that stand for no value (0, -1, 9999-12-31, unknown) where there were hardly any: a default crept in."""

from __future__ import annotations

from windvane.domain.estate import Check, Column
from windvane.stack.quality.arriving import ARRIVES, KNOWN, counted
from windvane.stack.quality.stand_ins import MOMENTS, NUMBERS, WORDS, outside
from windvane.stack.quality.surge import ALPHA, Mark, surges, told_bound
from windvane.stack.quality.table import Share, Table, Wish, check_of, is_moment, is_number, literal, quoted

MOST_COLUMNS = 24
LEAST = 0.0001  # share below which only chance is meant
ENOUGH = 100  # known rows from which one value that cannot be is enough


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check over columns that could hold such a value."""
    if table.role != "whole" or not table.rows:
        return ()
    columns = tuple(c.name for c in _open(table) if _mark(table, c) is not None)[:MOST_COLUMNS]
    return (Wish("sentinel", columns, fixed=ALPHA),) if columns else ()


def render(table: Table, share: Share) -> Check:
    """One count per column."""
    named = {c.name: c for c in _open(table)}
    marks = tuple(m for name in share.wish.columns if (m := _mark(table, named[name])) is not None)
    why = (
        "0, -1, 9999-12-31 or `unknown` where such values were rare mean that a default was written for what is not "
        f"known. {told_bound(table)}"
    )
    sql = f"SELECT broken FROM (\n{surges(table, marks)}\n) AS many"
    alone = [a for name in share.wish.columns if (a := _alone(table, named[name]))]
    return check_of(table, share, sql="\nUNION ALL\n".join([sql, *alone]), why=why)


def _open(table: Table) -> tuple[Column, ...]:
    linked = {c for r in table.contract.references for c in r.columns}
    return tuple(
        c for c in table.contract.columns if c.name not in {*table.contract.key, *linked, table.contract.time_column}
    )


def _mark(table: Table, column: Column) -> Mark | None:
    name = quoted(column.name)
    told = f"column `{column.name}` holds what may stand for no value"
    if is_number(column.type):
        low, high = table.engine.rows(f"SELECT MIN({name}), MAX({name}) FROM {table.history}")[0]
        values = outside(NUMBERS, column.type, low, high)
        listed = ", ".join(str(v) for v in ("0", *values))
        return Mark(told, f"{name} IN ({listed})", f"{name} IS NOT NULL", usual=LEAST)
    if is_moment(column.type):
        listed = ", ".join(literal(v) for v in MOMENTS)
        return Mark(told, f"CAST(CAST({name} AS DATE) AS VARCHAR) IN ({listed})", f"{name} IS NOT NULL", usual=LEAST)
    if column.type.startswith("varchar"):
        return Mark(
            told, f"LOWER(TRIM({name})) IN ({', '.join(literal(w) for w in WORDS)})", f"{name} IS NOT NULL", usual=LEAST
        )
    return None


def _alone(table: Table, column: Column) -> str:
    """SQL of values that say by themselves that they stand for none, in a column that never had one."""
    name = quoted(column.name)
    if is_number(column.type):
        low, high = table.engine.rows(f"SELECT MIN({name}), MAX({name}) FROM {table.history}")[0]
        listed = ", ".join(str(v) for v in outside(NUMBERS[5:], column.type, low, high))
        test = f"{name} IN ({listed})" if listed else ""
    elif is_moment(column.type):
        test = f"CAST(CAST({name} AS DATE) AS VARCHAR) IN ({', '.join(literal(v) for v in MOMENTS)})"
    else:
        test = f"LOWER(TRIM({name})) IN ({', '.join(literal(w) for w in WORDS)})"
    known = f"SELECT COUNT(*) FROM {table.history} WHERE {test}" if test else ""
    if not known or table.rows < ENOUGH or table.engine.rows(known)[0][0] != 0:
        return ""
    told = literal(f"column `{column.name}` holds what may stand for no value: ")
    return (
        f"SELECT {told} || {counted('COUNT(*)')} || ' arriving rows, no known one' AS broken\n"
        f"FROM {table.relation} WHERE {ARRIVES} AND {test} AND EXISTS (SELECT 1 FROM {table.relation} WHERE {KNOWN})\n"
        "HAVING COUNT(*) > 0"
    )
