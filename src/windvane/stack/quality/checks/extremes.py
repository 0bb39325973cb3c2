"""Values beyond everything known: a slipped decimal point, an overflow, another unit, a line read one column aside."""

from __future__ import annotations

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, KNOWN, counted
from windvane.stack.quality.ends import at_end
from windvane.stack.quality.surge import ALPHA
from windvane.stack.quality.table import Share, Table, Wish, check_of, is_number, literal, quoted

ENOUGH = 50
LEAST = 10.0  # times the largest known distance from the median; nearer ones are left to the shape of all values
DOUBLE = 2.0  # times the highest, or of the lowest, or known ranges aside: where several values are no tail
SEVERAL, SHARE = 3, 0.05  # values, and their share of those that arrive
DELIVERIES = 4  # known ones from which the reach of numbers that count on is known


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check over all numbers, those that count or name things among them."""
    if table.role != "whole" or table.rows < ENOUGH:
        return ()
    columns = tuple(c.name for c in table.contract.columns if is_number(c.type))
    return (Wish("extremes", columns, fixed=ALPHA),) if columns else ()


def render(table: Table, share: Share) -> Check:
    """Counts values beyond; a tail of index 2 reaches c times the largest of N in n values with n / N / c^2."""
    columns = share.wish.columns
    measures = {c.name for c in table.measures}
    alpha = share.alpha / len(columns)
    told = "\nUNION ALL\n".join(_told(i, c) for i, c in enumerate(columns))
    sql = f"""WITH known AS (
  SELECT COUNT(DISTINCT _seq) AS deliveries, {", ".join(_bounds(i, c) for i, c in enumerate(columns))}
  FROM {table.relation} WHERE {KNOWN}
), arrived AS (
  SELECT {", ".join(_ends(i, c) for i, c in enumerate(columns))}
  FROM {table.relation} WHERE {ARRIVES}
), middles AS (
  SELECT {", ".join(_middle(i, c) for i, c in enumerate(columns))}
  FROM {table.relation} WHERE {KNOWN} AND EXISTS (SELECT 1 FROM known CROSS JOIN arrived
    WHERE {" OR ".join(_beyond(i) for i, _ in enumerate(columns))})
), counts AS (
  SELECT {", ".join(_counts(i, c, alpha, measure=c in measures) for i, c in enumerate(columns))}
  FROM {table.relation} CROSS JOIN known CROSS JOIN arrived CROSS JOIN middles
  WHERE {ARRIVES}
)
{told}"""
    listed = ", ".join(f"`{c}`" for c in columns)
    why = (
        f"largest distance from the median in {table.rows:,} known rows of {listed}, stretched as far as tails of "
        f"finite variance reach with probability {ALPHA:.2%} in a delivery, and at least {LEAST:g} times; "
        f"{SEVERAL} values and {SHARE:.0%} of a delivery at {DOUBLE:g} times the known bounds are no tail either; nor "
        "is a single one at the end of what a machine counts."
    )
    return check_of(table, share, sql=sql, why=why)


def _bounds(i: int, column: str) -> str:
    low, high = (f"CAST({end}({quoted(column)}) AS DOUBLE PRECISION)" for end in ("MIN", "MAX"))
    return f"{low} AS l{i}, {high} AS h{i}, COUNT({quoted(column)}) AS n{i}"


def _ends(i: int, column: str) -> str:
    name = f"CAST({quoted(column)} AS DOUBLE PRECISION)"
    return f"COUNT({name}) AS a{i}, MIN({name}) AS lo{i}, MAX({name}) AS hi{i}"


def _middle(i: int, column: str) -> str:
    return f"PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY CAST({quoted(column)} AS DOUBLE PRECISION)) AS m{i}"


def _beyond(i: int) -> str:
    """Whether a value may be far, without the median of all that is known: most deliveries have none.

    A value `LEAST` times as far from the median as any known one is outside of the known bounds by more than
    (LEAST - 1) / 2 times what lies between them.
    """
    wide = f"{LEAST / 2 - 1} * (h{i} - l{i})"
    return f"lo{i} < l{i} - {wide} OR hi{i} > h{i} + {wide}"


def _counts(i: int, column: str, alpha: float, *, measure: bool) -> str:
    """Values far beyond, values of several at twice the bounds, values at the end of a machine's range."""
    name = f"CAST({quoted(column)} AS DOUBLE PRECISION)"
    asked = f"n{i} >= {ENOUGH}" if measure else f"n{i} >= {ENOUGH} AND deliveries >= {DELIVERIES}"
    reach = f"CASE WHEN h{i} > l{i} THEN GREATEST(h{i} - m{i}, m{i} - l{i}) ELSE GREATEST(1, ABS(m{i})) END"
    far = f"ABS({name} - m{i}) > {reach} * GREATEST({LEAST}, SQRT(a{i} / ({alpha:.8f} * n{i})))"
    high, low = f"h{i} + {DOUBLE - 1} * (h{i} - l{i})", f"l{i} - {DOUBLE - 1} * (h{i} - l{i})"
    ratio = f"(l{i} > 0 AND ({name} > {DOUBLE} * h{i} OR {name} < l{i} / {DOUBLE}))"
    wide = f"h{i} > l{i} AND ({name} > {high} OR {name} < {low} OR {ratio})"
    kinds = {"far": far, "end": at_end(name, f"l{i}", f"h{i}"), "wide": wide if measure else "FALSE"}
    sums = (f"SUM(CASE WHEN {asked} AND ({test}) THEN 1 ELSE 0 END) AS {kind}{i}" for kind, test in kinds.items())
    return ", ".join((f"COUNT({name}) AS a{i}", *sums))


def _told(i: int, column: str) -> str:
    told = literal(f"column `{column}`: ")
    far, end, wide, all_ = (counted(f"{name}{i}") for name in ("far", "end", "wide", "a"))
    return f"""SELECT {told} || CASE WHEN far{i} > 0 THEN {far} || ' values lie far beyond all known ones'
  WHEN end{i} > 0 THEN {end} || ' values stand at the end of what a machine counts'
  ELSE {wide} || ' of ' || {all_} || ' values lie beyond twice the known bounds' END AS broken
FROM counts WHERE far{i} > 0 OR end{i} > 0 OR (wide{i} >= {SEVERAL} AND wide{i} >= {SHARE} * a{i})"""
