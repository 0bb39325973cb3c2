"""How many rows come: none at all, or far from what the same weekday, or the batches before, had."""

from __future__ import annotations

import math
from datetime import date

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, BATCHES, FRESH, KNOWN, counted, rounded
from windvane.stack.quality.budget import LEAST as FEWEST
from windvane.stack.quality.conformal import Limit, limit, median
from windvane.stack.quality.table import Share, Table, Wish, check_of, is_moment, literal, number, quoted
from windvane.stack.quality.worked import is_off

LEAST = math.log(1.5)  # a table may gain or lose a third without anyone being asked
LONG = 20  # known departures from which their tail is taken as lighter
RECENT, ENOUGH = 8, 4  # earlier days of the same weekday that say what is usual


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check: on a landing relation against empty deliveries, where rows are things against unusual numbers."""
    if table.role == "landing":
        return (Wish("volume"),)
    if table.role == "result" or not table.rows:
        return ()
    return (Wish("volume", weight=2.0, past=len(_departures(table))),)


def render(table: Table, share: Share) -> Check | None:
    """Compares the rows of arriving days (else of arriving batches) with the median of those like them before."""
    if not share.wish.weight:
        why = "a delivery without rows says nothing; holding it withholds nothing."
        return check_of(table, share, sql=_empty(table), why=why)
    found = _limit(table, share.alpha)
    top = max(LEAST, found.value)
    if top > math.log(20):
        return None
    by_day = _by_day(table)
    sql = _days(table, top) if by_day else _batches(table, top)
    if table.relation.startswith("staging."):
        sql = f"{_empty(table)}\nUNION ALL\nSELECT broken FROM (\n{sql}\n) AS unusual"
    return check_of(table, share, sql=_but_corrections(table, sql), why=_why(found, top, by_day))


def _but_corrections(table: Table, sql: str) -> str:
    """Silent about deliveries of which most rows are known keys with other values: corrections come in any number."""
    key = table.contract.key
    if not key or len(table.upstream) != 1 or not table.relation.startswith("core."):
        return sql
    source = table.upstream[0]
    same = " AND ".join(f"old.{quoted(k)} = fresh.{quoted(k)}" for k in key)
    again = f"EXISTS (SELECT 1 FROM {source} AS old WHERE old.{KNOWN} AND {same})"
    return (
        f"SELECT broken FROM (\n{sql}\n) AS odd\nWHERE (SELECT COALESCE(AVG(CASE WHEN {again} THEN 1.0 ELSE 0.0 "
        f"END), 0) "
        f"FROM {source} AS fresh WHERE fresh.{ARRIVES}) <= 0.5"
    )


def _limit(table: Table, alpha: float) -> Limit:
    """The conformal limit; a long past is stretched as a tail of index 3, as logs of counts are lighter than 2."""
    past = _departures(table)
    found = limit(past, alpha)
    if found.stretch <= 1 or len(past) < LONG:
        return found
    stretch = found.stretch ** (2 / 3)
    return Limit(max(past) * stretch, alpha, len(past), stretch)


def _why(found: Limit, top: float, by_day: str) -> str:
    unit = "days against the median of those like them before" if by_day else "batches against the median before"
    return (
        f"rows of {found.past:,} {unit}; fewer than 1/{math.exp(top):.2f} or more than {math.exp(top):.2f} times the "
        f"usual number is {found.origin}."
    )


def _by_day(table: Table) -> str:
    """The time column, when each day comes whole with one batch; otherwise empty."""
    time = table.contract.time_column
    column = next((c for c in table.contract.columns if c.name == time), None)
    if column is None or not is_moment(column.type):
        return ""
    split = table.engine.rows(
        "SELECT COUNT(*), CAST(SUM(CASE WHEN batches > 1 THEN 1 ELSE 0 END) AS BIGINT) FROM "
        f"(SELECT COUNT(DISTINCT _batch) AS batches FROM {table.history} WHERE {quoted(time)} IS NOT NULL "
        f"GROUP BY CAST({quoted(time)} AS DATE), {_part(table)}) AS days"
    )[0]
    days, shared = (v if isinstance(v, int) else 0 for v in split)
    return time if days and shared <= 0.05 * days else ""


def _departures(table: Table) -> list[float]:
    """|ln(rows / usual rows)| of every known day or batch that has enough before it."""
    time = _by_day(table)
    if not time:
        rows = table.engine.rows(
            f"SELECT {_part(table)}, COUNT(*) FROM {table.history} GROUP BY _seq, {_part(table)} ORDER BY _seq"
        )
        return _against([(f"{part!r}", n) for part, n in rows if isinstance(n, int)])
    day = f"CAST({quoted(time)} AS DATE)"
    rows = table.engine.rows(
        f"SELECT {_part(table)} AS part, {day} AS day, COUNT(*) FROM {table.history} "
        f"WHERE {day} IS NOT NULL{_worked(table, day)} GROUP BY {_part(table)}, {day} ORDER BY 2"
    )
    days = [(p, d, n) for p, d, n in rows if isinstance(d, date) and isinstance(n, int)]
    weekly = _against([(f"{p!r} {d.weekday()}", n) for p, d, n in days])
    return weekly if len(weekly) >= FEWEST else _against([(f"{p!r}", n) for p, _, n in days])


def _worked(table: Table, day: str) -> str:
    """SQL that leaves days off out: neither are they judged, nor do they say what is usual."""
    off = is_off(table.calendar, day)
    return f" AND NOT ({off})" if off else ""


def _is_weekly(table: Table) -> bool:
    """Whether history is long enough to compare a day with the same weekday; otherwise with the days before."""
    day = f"CAST({quoted(table.contract.time_column)} AS DATE)"
    rows = table.engine.rows(
        f"SELECT {_part(table)}, EXTRACT(DOW FROM {day}), COUNT(DISTINCT {day}) FROM {table.history} "
        f"WHERE {day} IS NOT NULL{_worked(table, day)} GROUP BY {_part(table)}, EXTRACT(DOW FROM {day})"
    )
    return sum(max(0, n - ENOUGH) for *_, n in rows if isinstance(n, int)) >= FEWEST


def _part(table: Table) -> str:
    """SQL of what tells deliveries of different things apart."""
    return f"COALESCE({quoted(table.segment)}, '')" if table.segment else "CAST('' AS VARCHAR)"


def _against(counts: list[tuple[str, int]]) -> list[float]:
    before: dict[str, list[int]] = {}
    found = []
    for phase, n in counts:
        earlier = before.setdefault(phase, [])
        if len(earlier) >= ENOUGH:
            found.append(abs(math.log(max(n, 0.5) / max(median(earlier[-RECENT:]), 0.5))))
        earlier.append(n)
    return found


def _empty(table: Table) -> str:
    source = table.relation.partition(".")[2]
    return (
        "SELECT 'a delivery without rows' AS broken\n"
        f"FROM ({BATCHES}) AS fresh\n"
        f"WHERE SUBSTR(fresh.batch, 1, LENGTH(fresh.batch) - 13) = {literal(source)}\n"
        f"  AND NOT EXISTS (SELECT 1 FROM {table.relation} AS rows_of WHERE rows_of._batch = fresh.batch)"
    )


def _days(table: Table, top: float) -> str:
    day = f"CAST({quoted(table.contract.time_column)} AS DATE)"
    same = "AND EXTRACT(DOW FROM known.day) = EXTRACT(DOW FROM late.day)\n  " if _is_weekly(table) else ""
    return f"""WITH days AS (
  SELECT {day} AS day, {_part(table)} AS part, COUNT(*) AS n, COUNT(_fresh) AS arrives
  FROM {table.relation} LEFT JOIN {FRESH}
  WHERE {day} IS NOT NULL{_worked(table, day)} GROUP BY {day}, {_part(table)}
), earlier AS (
  SELECT late.day, late.part, late.n, known.n AS was,
    ROW_NUMBER() OVER (PARTITION BY late.day, late.part ORDER BY known.day DESC) AS age
  FROM days AS late JOIN days AS known ON known.arrives = 0 AND known.part = late.part AND known.day < late.day
    {same}WHERE late.arrives > 0
), usual AS (
  SELECT day, part, MAX(n) AS n, PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY was) AS was
  FROM earlier WHERE age <= {RECENT} GROUP BY day, part HAVING COUNT(*) >= {ENOUGH}
)
SELECT {counted("CAST(n AS BIGINT)")} || ' rows on ' || {counted("days")} || ' arriving days, usual are ' ||
  {rounded("was", 0)} AS broken
FROM (SELECT SUM(n) AS n, SUM(was) AS was, COUNT(*) AS days FROM usual GROUP BY part) AS whole
WHERE was > 0 AND ABS(LN(n / CAST(was AS DOUBLE PRECISION))) > {number(top)}"""


def _batches(table: Table, top: float) -> str:
    return f"""WITH batches AS (
  SELECT _seq, {_part(table)} AS part, COUNT(*) AS n, COUNT(_fresh) AS arrives
  FROM {table.relation} LEFT JOIN {FRESH}
  GROUP BY _seq, {_part(table)}
), aged AS (
  SELECT n, part, ROW_NUMBER() OVER (PARTITION BY part ORDER BY _seq DESC) AS age FROM batches WHERE arrives = 0
), usual AS (
  SELECT part, PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY n) AS was
  FROM aged WHERE age <= {RECENT} GROUP BY part HAVING COUNT(*) >= {ENOUGH}
)
SELECT {counted("n")} || ' rows in a delivery, usual are ' || {rounded("was", 0)} AS broken
FROM batches JOIN usual ON usual.part = batches.part
WHERE arrives > 0 AND was > 0 AND ABS(LN(n / CAST(was AS DOUBLE PRECISION))) > {number(top)}"""
