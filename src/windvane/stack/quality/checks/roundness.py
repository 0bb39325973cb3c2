"""Last digits that are all zero where they were not: values were rounded, or times cut to the day."""

from __future__ import annotations

from windvane.domain.estate import Check
from windvane.stack.quality.surge import ALPHA, Mark, surges, told_bound
from windvane.stack.quality.table import Share, Table, Wish, check_of, quoted

MOST_ROUND = 0.5  # columns with more round values than this are no witness
DIGITS = 6
LARGE = 100  # whole numbers below have no digit to lose


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check over measures with a last digit, and over times with a time of day."""
    if table.role != "whole" or not table.rows:
        return ()
    columns = tuple(name for name, _ in _marks(table))
    return (Wish("roundness", columns, fixed=ALPHA),) if columns else ()


def render(table: Table, share: Share) -> Check:
    """Counts round values."""
    why = f"Known values use their last digit; when none does, precision was lost on the way. {told_bound(table)}"
    marks = tuple(mark for name, mark in _marks(table) if name in share.wish.columns)
    return check_of(table, share, sql=surges(table, marks), why=why)


def _marks(table: Table) -> list[tuple[str, Mark]]:
    found = []
    for column in table.measures:
        mark = _number(table, column.name)
        if mark is not None:
            found.append((column.name, mark))
    for column in table.contract.columns:
        if column.type.startswith("timestamp"):
            name = quoted(column.name)
            mark = Mark(f"column `{column.name}` has no time of day", (f"{name} = CAST(CAST({name} AS DATE) AS "
                f"TIMESTAMP)"),
                        f"{name} IS NOT NULL", usual=0.2)  # fmt: skip
            if _share(table, mark) < MOST_ROUND:
                found.append((column.name, mark))
    return found


def _number(table: Table, column: str) -> Mark | None:
    """The finest digit that known values use: round are those that would not change without it."""
    name = f"CAST({quoted(column)} AS DOUBLE PRECISION)"
    for digits in range(DIGITS, -1, -1):
        unit = 10.0**digits
        round_ = f"ABS({name} * {unit:.0f} / 10 - ROUND({name} * {unit:.0f} / 10)) < 0.00001"
        floor = f"ABS({name}) >= {LARGE}" if digits == 0 else f"{name} IS NOT NULL"
        mark = Mark(f"column `{column}` is rounded", round_, floor, usual=0.2)
        if _share(table, mark) < MOST_ROUND:
            return mark
    return None


def _share(table: Table, mark: Mark) -> float:
    n, k = table.engine.rows(
        f"SELECT COUNT(*), COALESCE(SUM(CASE WHEN {mark.holds} THEN 1 ELSE 0 END), 0) FROM {table.history} "
        f"WHERE {mark.of}"
    )[0]
    rows, flagged = float(str(n)), float(str(k))
    return flagged / rows if rows >= 20 else 1.0
