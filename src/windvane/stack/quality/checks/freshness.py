"""How far apart points in time are: days that were left out, or a date far in the future.

Reads no clock, so that the same batch always gets the same answer; the age of the newest row is for those who serve it.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from statistics import fmean, pvariance
from typing import NamedTuple

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, KNOWN, counted
from windvane.stack.quality.conformal import limit
from windvane.stack.quality.table import Share, Table, Wish, check_of, is_moment, literal, number, quoted
from windvane.stack.quality.worked import steps, worked_days

MANY = 5  # deliveries of several days, from which it is known what one leaves out
UNBROKEN = 20  # steps within deliveries without a day left out, from which one that is left out is no chance
BY_CHANCE = 0.05  # days that are empty by chance in a delivery of so many rows a day, up to which one is none
SCATTER = 3.0  # variance of the rows of a day over their mean, up to which they come by chance (Poisson: 1)


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check when there is a time column of days or finer."""
    if table.role != "whole" or not table.rows or not _is_timed(table):
        return ()
    gaps = _gaps(table)
    return (Wish("freshness", (table.contract.time_column,), weight=1.0, past=len(gaps)),) if gaps else ()


def render(table: Table, share: Share) -> Check:
    """Fires when the step from the newest known day to the next arriving one, or between those, is too long."""
    gaps = _gaps(table)
    found = limit(gaps, share.alpha)
    top = max(found.value, 1.0)
    day = f"CAST({quoted(table.contract.time_column)} AS DATE)"
    sql = f"""WITH newest AS (
  SELECT MAX({day}) AS _newest FROM {table.relation} WHERE {KNOWN}
), days AS (
  SELECT _newest AS day FROM newest WHERE _newest IS NOT NULL
  UNION
  SELECT {day} FROM {table.relation} CROSS JOIN newest WHERE {ARRIVES} AND {day} > _newest{_waiting(table, day)}
){_steps(table)}
SELECT {counted("MAX(gap)")} || ' days without a row, then rows again' AS broken
FROM steps WHERE gap > {number(top)} HAVING COUNT(*) > 0"""
    off = " besides days off" if table.calendar.days_off else ""
    why = (
        f"{len(gaps):,} steps between days with rows in `{table.contract.time_column}`, the longest {max(gaps):g} "
        f"days{off}; more than {top:.3g} days is {found.origin}: days are missing, or a date is wrong."
    )
    unbroken = _unbroken(_inside(table), table)
    if unbroken.steps:
        sql = f"{sql}\nUNION ALL\n{_holes(table, day, unbroken)}"
        where = "from delivery to delivery" if unbroken.seams else "of one delivery"
        why += f" None of {unbroken.steps:,} steps between days {where} left a day out: one that does lacks it."
    return check_of(table, share, sql=sql, why=why)


class Unbroken(NamedTuple):
    """How many steps within deliveries left no day out, whether each day had about as many rows as any other, and
    whether no day was left out where one delivery ended and the next began."""

    steps: int = 0
    even: bool = False
    seams: bool = False


def _holes(table: Table, day: str, unbroken: Unbroken) -> str:
    """SQL of days left out inside what arrives: between deliveries a day off may lie, unless none ever did.

    Rows that come by chance leave a day empty where they are few a day: then nothing is said.
    """
    gap = steps(table.calendar, "before", "day") if table.calendar.days_off else "day - before"
    chance = "" if unbroken.even else f" AND COUNT(many) * EXP(-SUM(many) / COUNT(many)) <= {BY_CHANCE:g}"
    days = f"""SELECT _batch AS delivery, {day} AS day, COUNT(*) AS many FROM {table.relation} WHERE {ARRIVES}
        AND {day} >= (SELECT MAX({day}) FROM {table.relation} WHERE {KNOWN}) GROUP BY 1, 2"""
    if unbroken.seams:
        days = f"""SELECT 'all' AS delivery, day, SUM(many) AS many FROM (
        SELECT day, many FROM ({days}) AS arriving
        UNION ALL
        SELECT _newest, NULL FROM newest{_waiting(table, day, more=", NULL")}
      ) AS seamless GROUP BY day"""
    return f"""SELECT {counted("SUM(missing)")} || ' days are left out inside the delivery' AS broken FROM (
  SELECT delivery, SUM(CASE WHEN gap > 1 THEN 1 ELSE 0 END) AS missing FROM (
    SELECT delivery, many, {gap} AS gap FROM (
      SELECT delivery, day, many, LAG(day) OVER (PARTITION BY delivery ORDER BY day) AS before
      FROM ({days}) AS each_day
    ) AS pairs_of_days
  ) AS gaps_of_days GROUP BY delivery HAVING MAX(gap) > 1{chance}
) AS holes HAVING COUNT(*) > 0"""


def _inside(table: Table) -> list[list[tuple[date, int]]]:
    """Days and their rows, in order, of each delivery that tells several days."""
    day = f"CAST({quoted(table.contract.time_column)} AS DATE)"
    rows = table.engine.rows(
        f"SELECT _seq, {day}, COUNT(*) FROM {table.history} WHERE {day} IS NOT NULL GROUP BY ALL ORDER BY 1, 2"
    )
    found: dict[object, list[tuple[date, int]]] = {}
    for delivery, at, many in rows:
        if isinstance(at, date) and isinstance(many, int):
            found.setdefault(delivery, []).append((at, many))
    return [days for days in found.values() if len(days) > 1]


def _unbroken(inside: list[list[tuple[date, int]]], table: Table) -> Unbroken:
    """Nothing when some day was left out, or when its rows vary too much to say whether one may be empty.

    The first and the last day of a delivery may be cut by its ends: their rows say nothing.
    """
    gaps = [worked_days(table.calendar, a, b) for days in inside for (a, _), (b, _) in pairwise(days)]
    rows = sorted(many for days in inside for _, many in days[1:-1])
    if len(inside) < MANY or len(gaps) < UNBROKEN or max(gaps) > 1 or not rows:
        return Unbroken()
    even = rows[0] >= rows[len(rows) // 2] / 2
    if not even and pvariance(rows) > SCATTER * fmean(rows):
        return Unbroken()
    return Unbroken(len(gaps), even, seams=max(_gaps(table)) <= 1)


def _waiting(table: Table, day: str, more: str = "") -> str:
    """SQL of the days before the last arriving one of which rows wait for a person: they are not missing."""
    if len(table.upstream) != 1 or not table.upstream[0].startswith("staging."):
        return ""
    source, column = table.upstream[0].partition(".")[2], table.contract.time_column
    return f"""
  UNION{" ALL" if more else ""}
  SELECT day{more} FROM windvane.waiting CROSS JOIN newest
  WHERE source = {literal(source)} AND col = {literal(column)} AND day > _newest
    AND day < (SELECT MAX({day}) FROM {table.relation} WHERE {ARRIVES})"""


def _steps(table: Table) -> str:
    if not table.calendar.days_off:
        return """, steps AS (
  SELECT day - LAG(day) OVER (ORDER BY day) AS gap FROM days
)"""
    return f""", pairs AS (
  SELECT day, LAG(day) OVER (ORDER BY day) AS before FROM days
), steps AS (
  SELECT {steps(table.calendar, "before", "day")} AS gap FROM pairs
)"""


def _is_timed(table: Table) -> bool:
    return any(c.name == table.contract.time_column and is_moment(c.type) for c in table.contract.columns)


def _gaps(table: Table) -> list[float]:
    day = f"CAST({quoted(table.contract.time_column)} AS DATE)"
    rows = table.engine.rows(f"SELECT DISTINCT {day} FROM {table.history} WHERE {day} IS NOT NULL ORDER BY 1")
    days = [r[0] for r in rows if isinstance(r[0], date)]
    return [float(worked_days(table.calendar, a, b)) for a, b in pairwise(days)]
