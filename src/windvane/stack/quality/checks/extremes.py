"""A few values far beyond everything known: a slipped decimal point, an overflow, a line read into the wrong column."""

from __future__ import annotations

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, KNOWN, counted
from windvane.stack.quality.surge import ALPHA
from windvane.stack.quality.table import Share, Table, Wish, check_of, literal, quoted

ENOUGH = 50
LEAST = 10.0  # times the largest known distance from the median; nearer ones are left to the shape of all values


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check over the measures."""
    if table.role != "whole" or table.rows < ENOUGH:
        return ()
    columns = tuple(c.name for c in table.measures)
    return (Wish("extremes", columns, fixed=ALPHA),) if columns else ()


def render(table: Table, share: Share) -> Check:
    """Counts values beyond; a tail of index 2 reaches c times the largest of N in n values with n / N / c^2."""
    alpha = share.alpha / len(share.wish.columns)
    sql = "\nUNION ALL\n".join(_beyond(table, c, alpha) for c in share.wish.columns)
    listed = ", ".join(f"`{c}`" for c in share.wish.columns)
    why = (
        f"largest distance from the median in {table.rows:,} known rows of {listed}, stretched as far as tails "
        f"of finite "
        f"variance reach with probability {ALPHA:.2%} in a delivery, and at least {LEAST:g} times."
    )
    return check_of(table, share, sql=sql, why=why)


def _beyond(table: Table, column: str, alpha: float) -> str:
    name = f"CAST({quoted(column)} AS DOUBLE PRECISION)"
    return f"""SELECT broken FROM (
WITH known AS (
  SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY {name}) AS middle, MIN({name}) AS low, MAX({name}) AS high,
    COUNT({name}) AS n FROM {table.relation} WHERE {KNOWN}
), arrived AS (
  SELECT COUNT({name}) AS n FROM {table.relation} WHERE {ARRIVES}
), edge AS (
  SELECT middle, GREATEST(high - middle, middle - low) * GREATEST({LEAST}, SQRT(arrived.n / ({alpha:.8f} * known.n)))
    AS reach FROM known CROSS JOIN arrived WHERE known.n >= {ENOUGH}
)
SELECT {literal(f"column `{column}`: ")} || {counted("COUNT(*)")} || ' values lie far beyond all known ones' AS broken
FROM {table.relation} CROSS JOIN edge WHERE {ARRIVES} AND reach > 0 AND ABS({name} - middle) > reach HAVING COUNT(*) > 0
) AS far"""
