"""Texts of one column that come in another: known values give way to unknown ones, which the other column knows."""

from __future__ import annotations

from itertools import permutations

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, KNOWN, counted
from windvane.stack.quality.surge import ALPHA
from windvane.stack.quality.table import Share, Table, Wish, check_of, literal, quoted

MOST_COLUMNS = 6
VARIED = 3  # different values
REPEATED = 0.5  # share of known rows with a value that stands on another row too


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check over text columns whose values come again, when there are two at least."""
    if table.role != "whole" or table.rows < 20:
        return ()
    texts = [c.name for c in table.contract.columns if c.type.startswith("varchar")]
    columns = tuple(c for c in texts if _repeats(table, c) >= REPEATED)[:MOST_COLUMNS]
    return (Wish("crossed", columns, fixed=ALPHA),) if len(columns) > 1 else ()


def render(table: Table, share: Share) -> Check:
    """Counts arriving values that the column never had and another always has."""
    sql = "\nUNION ALL\n".join(_foreign(table, a, b) for a, b in permutations(share.wish.columns, 2))
    listed = ", ".join(f"`{c}`" for c in share.wish.columns)
    why = (
        f"values of {listed} come again and again in {table.rows:,} known rows, each in its own column; most of "
        f"a delivery "
        "in the values of another column means that columns were exchanged."
    )
    return check_of(table, share, sql=sql, why=why)


def _repeats(table: Table, column: str) -> float:
    name = quoted(column)
    found = table.engine.rows(
        f"SELECT SUM(CASE WHEN n > 1 THEN n ELSE 0 END), SUM(n), COUNT(*) FROM (SELECT COUNT(*) AS n FROM "
        f"{table.history} "
        f"WHERE {name} IS NOT NULL GROUP BY {name}) AS counts"
    )[0]
    varied = isinstance(found[2], int) and found[2] >= VARIED
    return float(str(found[0] or 0)) / float(str(found[1])) if found[1] and varied else 0.0


def _foreign(table: Table, mine: str, other: str) -> str:
    a, b = quoted(mine), quoted(other)
    return f"""SELECT broken FROM (
SELECT {literal(f"column `{mine}` holds values of `{other}`: ")} || {counted("SUM(n)")} || ' arriving rows' AS broken
FROM (SELECT {a} AS value, COUNT(*) AS n FROM {table.relation} WHERE {ARRIVES} AND {a} IS NOT NULL GROUP BY {a}) AS
  fresh
LEFT JOIN (SELECT DISTINCT {a} AS own FROM {table.relation} WHERE {KNOWN}) AS known ON known.own = fresh.value
LEFT JOIN (SELECT DISTINCT {b} AS far FROM {table.relation} WHERE {KNOWN}) AS others ON others.far = fresh.value
HAVING SUM(n) >= 5 AND SUM(CASE WHEN own IS NULL AND far IS NOT NULL THEN n ELSE 0 END) > 0.5 * SUM(n)
) AS foreign_values"""
