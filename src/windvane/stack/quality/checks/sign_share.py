"""Values of the other sign where there were hardly any: a convention turned."""

from __future__ import annotations

from windvane.domain.estate import Check, Column
from windvane.stack.quality.surge import ALPHA, SMALL, Mark, surges, told_bound
from windvane.stack.quality.table import Share, Table, Wish, check_of, is_number, quoted

SIGNS = (("is below zero", "<"), ("is above zero", ">"))
REFUNDS = 0.2  # a day of refunds is business; a fifth of the rows below zero where there were none is asked about


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check over the measures."""
    counted = {c.name for c in table.measures}
    columns = tuple(c.name for c in table.contract.columns if c.name in counted or _is_code(c))
    return (Wish("sign_share", columns, fixed=ALPHA),) if columns and table.rows and table.role == "whole" else ()


def _is_code(column: Column) -> bool:
    """Whether a number names something: nobody counts with it, and yet its sign does not turn."""
    return is_number(column.type) and column.meaning in ("identifier", "ordinal")


def render(table: Table, share: Share) -> Check:
    """Counts negative and positive values, each against its own past; a sign that all have can come no oftener."""
    marks = tuple(
        Mark(f"column `{c}` {told}", f"{quoted(c)} {test} 0", f"{quoted(c)} <> 0", usual=REFUNDS)
        for c in share.wish.columns
        for told, test in _rare(table, c)
    )
    alpha = ALPHA * len(marks) / (len(SIGNS) * len(share.wish.columns))  # each mark has its part, also those left out
    sql = surges(table, marks, alpha=alpha)
    return check_of(table, share, sql=sql, why=f"A sign that turns in many rows. {told_bound(table)}")


def _rare(table: Table, column: str) -> tuple[tuple[str, str], ...]:
    """The signs that not every known value has."""
    name = quoted(column)
    counts = ", ".join(f"SUM(CASE WHEN {name} {test} 0 THEN 1 ELSE 0 END)" for _, test in SIGNS)
    found = [int(str(n or 0)) for n in table.engine.rows(f"SELECT {counts} FROM {table.history}")[0]]
    enough = sum(found) >= SMALL
    return tuple(sign for sign, n in zip(SIGNS, found, strict=True) if not enough or n < sum(found))
