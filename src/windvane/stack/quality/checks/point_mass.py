"""One value on many rows of a column in which none was frequent: filled in upstream, with a mean or a default."""

from __future__ import annotations

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, KNOWN, counted
from windvane.stack.quality.surge import ALPHA
from windvane.stack.quality.table import Share, Table, Wish, check_of, literal, number, quoted

VARIED = 0.5  # different values per known row, at least
FEWEST, SHARE = 5, 0.1  # rows with one value, and their share of a delivery, that are asked about
USUAL = 0.01  # share of known rows with the most frequent value, at most
SLICES = 20  # of known rows in order, in which values that do repeat are counted
OFTEN, TIMES = 0.3, 2.0  # share of a delivery with one value, and of the largest in slices, that is asked about


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check over measures in which no value takes a large part of the rows."""
    if table.role != "whole" or table.rows < 100:
        return ()
    columns = tuple(c.name for c in table.measures if _limits(table, c.name)[0] < 1)
    return (Wish("point_mass", columns, fixed=ALPHA),) if columns else ()


def render(table: Table, share: Share) -> Check:
    """Counts the most frequent arriving value of each column."""
    sql = "\nUNION ALL\n".join(_most(table, c, *_limits(table, c)) for c in share.wish.columns)
    listed = ", ".join(f"`{c}`" for c in share.wish.columns)
    why = (
        f"values of {listed} hardly repeat in {table.rows:,} known rows, or none is frequent in any slice of them; one "
        f"on {SHARE:.0%} of a delivery (on {OFTEN:.0%} where values repeat, and {TIMES:g} times what a slice ever had) "
        f"and on {FEWEST} rows or more was filled in."
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


def _least(table: Table, column: str, *, rare: str = "") -> float:
    """Share of a delivery with one value from which it was filled in; 1 and more for columns that cannot say.

    `rare`: SQL that leaves values out of the count.
    """
    if not rare and _is_varied(table, column):
        return SHARE
    name = quoted(column)
    found = table.engine.rows(
        f"SELECT MAX(most) FROM (SELECT MAX(CASE WHEN {rare or 'TRUE'} THEN n ELSE 0 END) "
        "/ CAST(SUM(n) AS DOUBLE PRECISION) AS most FROM (SELECT slice, value, COUNT(*) "
        f"AS n FROM (SELECT {name} AS value, NTILE({SLICES}) OVER (ORDER BY _seq, _row) AS slice FROM {table.history} "
        f"WHERE {name} IS NOT NULL) AS sliced GROUP BY slice, value) AS counts GROUP BY slice) AS masses"
    )[0][0]
    return max(OFTEN, TIMES * float(str(found))) if found is not None else 1.0


def _frequent(column: str, relation: str, where: str) -> str:
    """SELECT of the values that many known rows have: nought, full, closed."""
    name = quoted(column)
    return (
        f"SELECT {name} FROM {relation} WHERE {where} AND {name} IS NOT NULL GROUP BY {name} "
        f"HAVING COUNT(*) > {USUAL} * (SELECT COUNT({name}) FROM {relation} WHERE {where})"
    )


def _limits(table: Table, column: str) -> tuple[float, bool]:
    """The share of a delivery that is asked about, and whether it is asked of values only that were never frequent."""
    least = _least(table, column)
    if least < 1:
        return least, False
    return _least(table, column, rare=f"value NOT IN ({_frequent(column, table.history, 'TRUE')})"), True


def _most(table: Table, column: str, least: float, rare: bool) -> str:  # noqa: FBT001
    name = quoted(column)
    counted_ = f"CASE WHEN value NOT IN ({_frequent(column, table.relation, KNOWN)}) THEN k ELSE 0 END" if rare else "k"
    return f"""SELECT broken FROM (
SELECT {literal(f"column `{column}`: ")} || {counted("MAX(m)")} || ' of ' || {counted("CAST(SUM(k) AS BIGINT)")} ||
  ' arriving rows have one value' AS broken
FROM (SELECT k, {counted_} AS m FROM (SELECT {name} AS value, COUNT(*) AS k FROM {table.relation}
  WHERE {ARRIVES} AND {name} IS NOT NULL GROUP BY {name}) AS counts) AS fresh
WHERE EXISTS (SELECT 1 FROM {table.relation} WHERE {KNOWN})
HAVING MAX(m) >= {FEWEST} AND MAX(m) >= {number(least)} * SUM(k)
) AS masses"""
