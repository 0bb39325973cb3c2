"""At which hours rows come: the whole day's rhythm moved, as it does when a time zone changes.

Rows of one moment bear witness once: a file whose rows all say 17:00 is one time of day, not a thousand. Where enough
deliveries are known, all rows bear witness too, measured by what rows of these would have said.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, KNOWN, rounded
from windvane.stack.quality.conformal import limit
from windvane.stack.quality.surge import ALPHA
from windvane.stack.quality.table import Share, Table, Wish, check_of, literal, number, quoted

ENOUGH = 100
MANY = 8  # deliveries from which it is known how much their rows turn from day to day
MOST_COLUMNS = 3
FLOOR = 0.002  # share of an hour without any row


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check over columns of times with a rhythm: some hours have far more rows than others."""
    if table.role != "whole" or table.rows < ENOUGH:
        return ()
    columns = tuple(c.name for c in table.contract.columns if c.type.startswith("timestamp") and _rhythm(table, c.name))
    return (Wish("hours", columns[:MOST_COLUMNS], fixed=ALPHA),) if columns else ()


def render(table: Table, share: Share) -> Check:
    """Fires when the hours of the known rows, turned by whole hours, explain the arriving rows far better."""
    sql = "\nUNION ALL\n".join(
        _turned(table, c, witnesses)
        for c in share.wish.columns
        for witnesses in _witnesses(table, c, math.log(24 * len(share.wish.columns) / share.alpha), share.alpha)
    )
    listed = ", ".join(f"`{c}`" for c in share.wish.columns)
    why = (
        f"hours of the day in {listed} over {table.rows:,} known rows; a likelihood that is higher by more than "
        f"1 / {share.alpha:.0e} when these hours are turned says that another time zone came."
    )
    return check_of(table, share, sql=sql, why=why)


def _rhythm(table: Table, column: str) -> bool:
    name = quoted(column)
    found = table.engine.rows(
        f"SELECT COUNT(*) FROM {table.history} WHERE {name} IS NOT NULL GROUP BY EXTRACT(HOUR FROM {name}) ORDER BY 1"
    )
    counts = [int(str(r[0])) for r in found]
    counts = [0] * (24 - len(counts)) + counts
    return sum(counts) >= ENOUGH and len(found) > 1 and counts[23] >= 3 * max(1, counts[6])


class Witnesses(NamedTuple):
    """What is counted of each hour (SQL), and by how much a turn must be likelier (natural logarithm)."""

    counted: str
    needed: float


def _witnesses(table: Table, column: str, needed: float, alpha: float) -> tuple[Witnesses, ...]:
    """Moments always; rows where it is known what those of one delivery say when nothing is turned."""
    moments = Witnesses(f"COUNT(DISTINCT {quoted(column)})", needed)
    past = _gains(table, column)
    if len(past) < MANY:
        return (moments,)
    return (moments, Witnesses("COUNT(*)", max(needed, limit(past, alpha / 24).value)))


def _gains(table: Table, column: str) -> list[float]:
    """How much likelier some turn made the rows of each known delivery, by the hours of all others."""
    name = quoted(column)
    rows = table.engine.rows(
        f"SELECT _seq, CAST(EXTRACT(HOUR FROM {name}) AS INTEGER), COUNT(*) FROM {table.history} "
        f"WHERE {name} IS NOT NULL GROUP BY ALL ORDER BY ALL"
    )
    deliveries: dict[object, list[int]] = {}
    for delivery, hour, many in rows:
        deliveries.setdefault(delivery, [0] * 24)[int(str(hour))] += int(str(many))
    every = [sum(hours) for hours in zip(*deliveries.values(), strict=True)]
    return [_gain(hours, [a - b for a, b in zip(every, hours, strict=True)]) for hours in deliveries.values()]


def _gain(fresh: list[int], known: list[int]) -> float:
    total = max(1, sum(known))
    weight = [math.log(FLOOR + n / total) for n in known]
    turned = [sum(n * weight[(hour - turn) % 24] for hour, n in enumerate(fresh)) for turn in range(24)]
    return max(turned) - turned[0]


def _turned(table: Table, column: str, witnesses: Witnesses) -> str:
    name = quoted(column)
    hour = f"CAST(EXTRACT(HOUR FROM {name}) AS INTEGER)"
    hours = " UNION ALL ".join(f"SELECT {h} AS turn" for h in range(24))
    return f"""SELECT broken FROM (
WITH known AS (
  SELECT {hour} AS _at, COUNT(*) AS n FROM {table.relation} WHERE {KNOWN} AND {name} IS NOT NULL GROUP BY {hour}
), hours AS (
  {hours}
), usual AS (
  SELECT turn AS _at, LN({FLOOR} + COALESCE(n, 0) / CAST((SELECT SUM(n) FROM known) AS DOUBLE PRECISION)) AS weight
  FROM hours LEFT JOIN known ON known._at = hours.turn WHERE EXISTS (SELECT 1 FROM known)
), fresh AS (
  SELECT {hour} AS _at, {witnesses.counted} AS n FROM {table.relation}
  WHERE {ARRIVES} AND {name} IS NOT NULL GROUP BY {hour}
), likely AS (
  SELECT turn, SUM(fresh.n * weight) AS weight FROM fresh CROSS JOIN hours JOIN usual
    ON usual._at = MOD(fresh._at - turn + 24, 24) GROUP BY turn
)
SELECT {literal(f"column `{column}`: ")} || 'the hours are turned by ' || CAST(best.turn AS VARCHAR) ||
  ', which is likelier by exp(' || {rounded("best.weight - still.weight", 1)} || ')' AS broken
FROM likely AS best CROSS JOIN likely AS still
WHERE still.turn = 0 AND best.weight - still.weight > {number(witnesses.needed)}
ORDER BY best.weight DESC LIMIT 1
) AS turned"""
