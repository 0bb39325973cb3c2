"""How many rows come: none at all, or far from what the same weekday, or the batches before, had."""

from __future__ import annotations

import math
from datetime import date

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, BATCHES, KNOWN, counted, rounded
from windvane.stack.quality.budget import LEAST as FEWEST
from windvane.stack.quality.conformal import Limit, limit, median
from windvane.stack.quality.prediction import ALPHA, reach, reach_sql
from windvane.stack.quality.table import FEW_BATCHES, Share, Table, Wish, check_of, is_moment, literal, number, quoted
from windvane.stack.quality.worked import is_off

LEAST = math.log(1.5)  # a table may gain or lose a third without anyone being asked
LONG = 20  # known departures from which their tail is taken as lighter; fewer say what they can whatever they cost
MOST = 20.0  # times the usual number: a limit beyond says nothing
RECENT, ENOUGH = 8, 4  # earlier days of the same weekday that say what is usual
_WHY_SHORT = (
    "rows of the deliveries known when it is asked, four or more; more or fewer than their logarithms reach with "
    f"{ALPHA:.2%} chance (Student), and than few rule out, is a cut or a doubled delivery."
)


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check: on a landing relation against empty deliveries, where rows are things against unusual numbers."""
    if table.role == "landing":
        return (Wish("volume"),)
    if table.role == "result" or not table.rows:
        return ()
    past = len(_departures(table))
    return (Wish("volume", weight=2.0, past=past) if past >= LONG else Wish("volume", fixed=ALPHA),)


def render(table: Table, share: Share) -> Check | None:
    """Compares the rows of arriving days (else of arriving batches) with the median of those like them before."""
    if table.role == "landing":
        why = "a delivery without rows says nothing; holding it withholds nothing."
        return check_of(table, share, sql=_empty(table), why=why)
    past, by_day = _departures(table), _by_day(table)
    if not share.wish.weight and (not by_day or len(past) < ENOUGH):
        parts, why = [_batches(table, "")], _WHY_SHORT
    else:
        found = _limit(past, share.alpha)
        top = max(LEAST, min(found.value, reach(past, _usual(table, by_day))))
        told = top <= math.log(MOST)
        parts = [_days(table, top) if by_day else _batches(table, number(top))] if told else []
        parts += [_batches(table, "", floor=True)] if by_day else []
        why = _why(found, top, by_day) if told else _WHY_SHORT
    tally = f"WITH {_tally(table, by_day)}\n" if parts else ""
    parts += [_empty(table)] if table.relation.startswith("staging.") else []
    if not parts:
        return None
    sql = tally + "\nUNION ALL\n".join(f"SELECT broken FROM (\n{p}\n) AS unusual" for p in parts)
    return check_of(table, share, sql=_but_corrections(table, sql), why=why)


def _usual(table: Table, by_day: str) -> float:
    """Rows of an ordinary day, or of an ordinary batch."""
    if not by_day:
        return table.per_batch
    days = table.engine.rows(f"SELECT COUNT(DISTINCT CAST({quoted(by_day)} AS DATE)) FROM {table.history}")[0][0]
    return table.rows / max(1.0, float(str(days)))


def _but_corrections(table: Table, sql: str) -> str:
    """Silent about deliveries of which most rows are known keys with other values: corrections come in any number."""
    key = table.contract.key
    if not key or len(table.upstream) != 1 or not table.relation.startswith("core."):
        return sql
    source = table.upstream[0]
    cells, mine = ", ".join(quoted(k) for k in key), ", ".join(f"old.{quoted(k)}" for k in key)
    same, met = (" AND ".join(f"{o}.{quoted(k)} = fresh.{quoted(k)}" for k in key) for o in ("old", "again"))
    return f"""WITH odd AS (
{sql}
), fresh AS (
  SELECT {cells} FROM {source} WHERE {ARRIVES} AND EXISTS (SELECT 1 FROM odd)
), again AS (
  SELECT DISTINCT {mine} FROM {source} AS old JOIN fresh ON {same} WHERE old.{KNOWN}
)
SELECT broken FROM odd
WHERE 2 * (SELECT COUNT(*) FROM fresh JOIN again ON {met}) <= (SELECT COUNT(*) FROM fresh)"""


def _limit(past: list[float], alpha: float) -> Limit:
    """The conformal limit; a long past is stretched as a tail of index 3, as logs of counts are lighter than 2."""
    found = limit(past, alpha)
    if found.stretch <= 1 or len(past) < LONG:
        return found
    stretch = found.stretch ** (2 / 3)
    return Limit(max(past) * stretch, alpha, len(past), stretch)


def _why(found: Limit, top: float, by_day: str) -> str:
    unit = "days against the median of those like them before" if by_day else "batches against the median before"
    return (
        f"rows of {found.past:,} {unit}; fewer than 1/{math.exp(top):.2f} or more than {math.exp(top):.2f} times the "
        f"usual number is {found.origin if found.value <= top else 'beyond what departures of this size reach'}."
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


def _tally(table: Table, by_day: str) -> str:
    """CTE `tally`: rows per delivery, part and, where rows are told by day, day; `_fresh` where some of them arrive.

    All that follows adds these up.
    """
    day = f"CAST({quoted(by_day)} AS DATE)" if by_day else "CAST(NULL AS DATE)"
    each = f"_seq, {_part(table)}, {day}" if table.segment else f"_seq, {day}"
    return f"""come AS (
  SELECT DISTINCT _seq AS _delivery, {_part(table)} AS _part, {day} AS _day FROM {table.relation} WHERE {ARRIVES}
), tally AS (
  SELECT _seq, part, day, n, last_row, _delivery AS _fresh FROM (
    SELECT _seq, {_part(table)} AS part, {day} AS day, COUNT(*) AS n, MAX(_row) AS last_row
    FROM {table.relation} GROUP BY {each}
  ) AS counts LEFT JOIN come ON _delivery = _seq AND _part = part AND _day IS NOT DISTINCT FROM day
)"""


def _days(table: Table, top: float) -> str:
    same = "AND EXTRACT(DOW FROM known.day) = EXTRACT(DOW FROM late.day)\n  " if _is_weekly(table) else ""
    return f"""WITH days AS (
  SELECT day, part, CAST(SUM(n) AS BIGINT) AS n, COUNT(_fresh) AS arrives
  FROM tally WHERE day IS NOT NULL{_worked(table, "day")} GROUP BY day, part
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


def _batches(table: Table, top: str, *, floor: bool = False) -> str:
    """Each arriving batch against the median before; without a `top` the limit follows from those known then.

    A delivery may hold many rows that were known already: its last ordinal tells how many rows it had at least.
    `floor`: beside days that are told one by one, only far fewer rows are asked about, and no day off is; the first few
    deliveries may all be archives, after which smaller ones come.
    """
    fewest = FEW_BATCHES if floor else ENOUGH
    limit_ = f"MAX({top})" if top else reach_sql("n", usual="GREATEST(1.0, AVG(n))")
    newest = LONG if not top else RECENT
    worked = _worked(table, "day") if floor else ""
    return f"""WITH batches AS (
  SELECT _seq, part, CAST(SUM(n) AS BIGINT) AS n, MAX(last_row) AS last, COUNT(_fresh) AS arrives
  FROM tally{" WHERE TRUE" + worked if worked else ""}
  GROUP BY _seq, part
), aged AS (
  SELECT n, part, ROW_NUMBER() OVER (PARTITION BY part ORDER BY _seq DESC) AS age FROM batches WHERE arrives = 0
), usual AS (
  SELECT part, PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY CASE WHEN age <= {RECENT} THEN n END) AS was,
    {limit_} AS reach FROM aged WHERE age <= {newest} GROUP BY part HAVING COUNT(*) >= {fewest}
)
SELECT {counted("n")} || ' rows in a delivery, usual are ' || {rounded("was", 0)} AS broken
FROM batches JOIN usual ON usual.part = batches.part WHERE arrives > 0 AND was > 0{" AND n < was" if floor else ""}
  AND ABS(LN(CASE WHEN n < was THEN LEAST(was, last) ELSE n END / CAST(was AS DOUBLE PRECISION))) > reach"""
