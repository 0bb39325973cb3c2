"""One value on many rows of a column in which values hardly repeat: filled in upstream, with a mean or a default."""

from __future__ import annotations

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, KNOWN, counted
from windvane.stack.quality.surge import ALPHA
from windvane.stack.quality.table import Share, Table, Wish, check_of, literal, quoted

VARIED = 0.5  # different values per known row, at least
FEWEST, SHARE = 5, 0.1  # rows with one value, and their share of a delivery, that are asked about
USUAL = 0.01  # share of known rows with the most frequent value, at most


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check over measures whose values hardly repeat."""
    if table.role != "whole" or table.rows < 100:
        return ()
    columns = tuple(c.name for c in table.measures if _is_varied(table, c.name))
    return (Wish("point_mass", columns, fixed=ALPHA),) if columns else ()


def render(table: Table, share: Share) -> Check:
    """Counts the most frequent arriving value of each column."""
    sql = "\nUNION ALL\n".join(_most(table, c) for c in share.wish.columns)
    listed = ", ".join(f"`{c}`" for c in share.wish.columns)
    why = (
        f"values of {listed} hardly repeat in {table.rows:,} known rows; one on {SHARE:.0%} of a delivery and on "
        f"{FEWEST} rows or more was filled in."
    )
    return check_of(table, share, sql=sql, why=why)


def _is_varied(table: Table, column: str) -> bool:
    name = quoted(column)
    most, different, rows = table.engine.rows(
        f"SELECT MAX(n), COUNT(*), SUM(n) FROM (SELECT COUNT(*) AS n FROM {table.history} "
        f"WHERE {name} IS NOT NULL GROUP BY {name}) AS counts"
    )[0]
    if rows is None:
        return False
    whole = float(str(rows))
    return float(str(different)) >= VARIED * whole and float(str(most)) <= USUAL * whole


def _most(table: Table, column: str) -> str:
    name = quoted(column)
    return f"""SELECT broken FROM (
SELECT {literal(f"column `{column}`: ")} || {counted("MAX(k)")} || ' of ' || {counted("CAST(SUM(k) AS BIGINT)")} ||
  ' arriving rows have one value' AS broken
FROM (SELECT COUNT(*) AS k FROM {table.relation} WHERE {ARRIVES} AND {name} IS NOT NULL GROUP BY {name}) AS fresh
WHERE EXISTS (SELECT 1 FROM {table.relation} WHERE {KNOWN})
HAVING MAX(k) >= {FEWEST} AND MAX(k) >= {SHARE} * SUM(k)
) AS masses"""
