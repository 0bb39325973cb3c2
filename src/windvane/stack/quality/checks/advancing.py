"""New things that are told with old days: keys or deliveries went on with time until now, and here they do not."""

from __future__ import annotations

from typing import NamedTuple

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, KNOWN, counted
from windvane.stack.quality.surge import ALPHA
from windvane.stack.quality.table import Share, Table, Wish, check_of, is_moment, literal, quoted

ENOUGH = 100  # rows from which an order is no chance
MANY = 5  # deliveries, likewise
PART = 10  # a step back beyond this part of all history, and there is no order to speak of
BY_KEY = 31  # days behind the newest known one that are asked about: a thing may be entered a month late
BY_DELIVERY = 366  # likewise, where only the order of deliveries tells: a forgotten file may be months old


class Order(NamedTuple):
    """What days go on with (`by`, a column), and the days that they lay behind at most until now."""

    by: str
    back: int
    least: int

    @property
    def most(self) -> int:
        """Days behind the newest known one from which on the order is broken."""
        return self.least + 2 * self.back


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check where a row is a thing, not a thing at a time, and its day goes on with its key or its delivery."""
    return (Wish("advancing", (_time(table),), fixed=ALPHA),) if _order(table) else ()


def render(table: Table, share: Share) -> Check | None:
    """Fires when most rows beyond all that is known have days far behind the newest known one."""
    order = _order(table)
    if order is None:
        return None
    time = _time(table)
    day, by = f"CAST({quoted(time)} AS DATE)", quoted(order.by)
    behind = f"SUM(CASE WHEN _newest - {day} > {order.most} THEN 1 ELSE 0 END)"
    sql = f"""SELECT {literal(f"column `{time}`: ")} || {counted(behind)} || ' of ' ||
  {counted("COUNT(*)")} || ' new rows have days long before the newest known ones' AS broken
FROM {table.relation} CROSS JOIN (
  SELECT MAX({day}) AS _newest, MAX({by}) AS _last FROM {table.relation} WHERE {KNOWN}
) AS known WHERE {ARRIVES} AND {by} > _last AND {day} IS NOT NULL
HAVING {behind} * 2 > COUNT(*)"""
    along = "deliveries" if order.by == "_seq" else f"`{order.by}`"
    why = (
        f"`{time}` goes on with {along}: in {table.rows:,} known rows it lay {order.back} days "
        f"behind at most; new rows that lie more than {order.most} days behind have a wrong date."
    )
    return check_of(table, share, sql=sql, why=why)


def _time(table: Table) -> str:
    """The column that tells when a row is; where none is named, the only one that could."""
    moments = [c.name for c in table.contract.columns if is_moment(c.type)]
    named = table.contract.time_column
    return named if named in moments else moments[0] if not named and len(moments) == 1 else ""


def _order(table: Table) -> Order | None:
    """The key, where it goes on with days; else the deliveries."""
    if table.role != "whole" or not _time(table) or table.is_panel or table.rows < ENOUGH or len(table.batches) < MANY:
        return None
    key = table.contract.key
    whole = any(c.name in key and c.type in {"bigint", "integer"} for c in table.contract.columns)
    tried = [(key[0], BY_KEY)] if len(key) == 1 and whole else []
    found = (_along(table, by, least) for by, least in (*tried, ("_seq", BY_DELIVERY)))
    return next((o for o in found if o), None)


def _along(table: Table, by: str, least: int) -> Order | None:
    day = f"CAST({quoted(_time(table))} AS DATE)"
    rows = table.engine.rows(f"""SELECT MAX(before - oldest), MAX(newest) - MIN(oldest) FROM (
  SELECT oldest, newest, MAX(newest) OVER (ORDER BY _at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
  FROM (SELECT {quoted(by)} AS _at, MIN({day}) AS oldest, MAX({day}) AS newest FROM {table.history}
    WHERE {day} IS NOT NULL AND {quoted(by)} IS NOT NULL GROUP BY 1) AS steps
) AS past""")
    back, span = rows[0] if rows else (None, None)
    if not isinstance(back, int) or not isinstance(span, int):
        return None
    return Order(by, max(0, back), least) if max(0, back) * PART <= span else None
