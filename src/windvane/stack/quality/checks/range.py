"""Values that cannot be: outside what the meaning of the column in its contract allows."""

from __future__ import annotations

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import counted
from windvane.stack.quality.table import Share, Table, Wish, check_of, is_number, literal, quoted

ALLOWED = {"latitude": (-90.0, 90.0), "longitude": (-180.0, 180.0), "year": (1.0, 9999.0)}
ONE_SIGNED = ("price", "quantity", "index_level")  # amounts and rates may turn: refunds, negative rates


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check over the columns whose range is known."""
    if table.role == "landing" or not table.history:
        return ()
    columns = tuple(c for c, low, high in _ranges(table) if not _exceptions(table, c, low, high))
    return (Wish("range", columns),) if columns else ()


def render(table: Table, share: Share) -> Check:
    """Counts values outside the range, per column."""
    ranges = [r for r in _ranges(table) if r[0] in share.wish.columns]
    sql = "\nUNION ALL\n".join(
        f"SELECT {literal(f'column `{c}` has ')} || {counted('COUNT(*)')} || "
        f"{literal(f' values {_outside(low, high)}')} AS broken\n"
        f"FROM {table.relation} WHERE {_beyond(c, low, high)} HAVING COUNT(*) > 0"
        for c, low, high in ranges
    )
    told = "; ".join(f"`{c}` is never {_outside(low, high)}" for c, low, high in ranges)
    why = f"{told}: the contract says what the column means, and {table.rows:,} known rows agree."
    return check_of(table, share, sql=sql, why=why)


def _ranges(table: Table) -> list[tuple[str, float | None, float | None]]:
    found: list[tuple[str, float | None, float | None]] = []
    for column in table.contract.columns:
        if not is_number(column.type):
            continue
        if column.meaning in ALLOWED:
            found.append((column.name, *ALLOWED[column.meaning]))
        elif column.meaning in ONE_SIGNED:
            found.append((column.name, 0.0, None))
    return found


def _exceptions(table: Table, column: str, low: float | None, high: float | None) -> bool:
    return bool(table.engine.rows(f"SELECT 1 FROM {table.history} WHERE {_beyond(column, low, high)} LIMIT 1"))


def _beyond(column: str, low: float | None, high: float | None) -> str:
    parts = [f"{quoted(column)} < {low:g}"] if low is not None else []
    parts += [f"{quoted(column)} > {high:g}"] if high is not None else []
    return " OR ".join(parts)


def _outside(low: float | None, high: float | None) -> str:
    if high is None:
        return f"below {low:g}"
    return f"outside {low:g} to {high:g}"
