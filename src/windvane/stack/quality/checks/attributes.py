"""Known things come with other attributes than they always had: a code that lost its noughts, rows that were mixed."""

from __future__ import annotations

import math

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, KNOWN, counted
from windvane.stack.quality.changing import Attribute, attributes
from windvane.stack.quality.surge import ALPHA
from windvane.stack.quality.table import Share, Table, Wish, check_of, literal, number, quoted


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check over the columns that things keep."""
    columns = tuple(dict.fromkeys(a.column for a in attributes(table)))
    return (Wish("attributes", columns, fixed=ALPHA),) if columns else ()


def render(table: Table, share: Share) -> Check:
    """Counts arriving things with another attribute than any of their known rows, or with two at once.

    One thing may move: it is asked about when more have than chance brings at the share that had until now. What is a
    known code of the same thing without its leading noughts is no move, and one is enough.
    """
    found = [a for a in attributes(table) if a.column in share.wish.columns]
    needed = math.log(len(found) / ALPHA)
    groups = [[a for a in found if a.by == by] for by in dict.fromkeys(a.by for a in found)]
    listed = ", ".join(f"`{a.column}` by `{a.by}` ({a.changed:,} of {a.again:,} times another)" for a in found)
    why = (
        f"what things keep when they come again, in {table.rows:,} known rows: {listed}. One may change; asked when so "
        f"many do that chance is ruled out at {ALPHA:.3%}, or when a code comes without its leading noughts."
    )
    sql = "\nUNION ALL\n".join(_group(table, group, needed) for group in groups)
    return check_of(table, share, sql=sql, why=why)


def _group(table: Table, group: list[Attribute], needed: float) -> str:
    """What is kept by the same things: `fresh` is what arriving ones are said to be, `known` what was said before."""
    by = quoted(group[0].by)
    cells = ", ".join(f"{quoted(a.column)} AS c{i}" for i, a in enumerate(group))
    listed = ", ".join([by, *(quoted(a.column) for a in group)])
    kinds = {c.name: c.type for c in table.contract.columns}
    parts = "\n  UNION ALL\n".join(
        _counted(i, a, text=kinds[a.column].startswith("varchar")) for i, a in enumerate(group)
    )
    return f"""SELECT told || CASE WHEN bare > 0 THEN {counted("bare")} ||
  {literal(f" `{group[0].by}` come with the code that they had, without its leading noughts")}
  ELSE {counted("CAST(k AS BIGINT)")} || ' of ' || {counted("CAST(n AS BIGINT)")} ||
  {literal(f" `{group[0].by}` come with another than they had, or with two")} END AS broken FROM (
WITH fresh AS MATERIALIZED (
  SELECT {by} AS thing, {cells}, COUNT(*) AS n FROM {table.relation} WHERE {ARRIVES} AND {by} IS NOT NULL
  GROUP BY {listed}
), known AS MATERIALIZED (
  SELECT {by} AS thing, {cells} FROM {table.relation} WHERE {KNOWN} AND {by} IN (SELECT thing FROM fresh)
  GROUP BY {listed}
)
{parts}
) AS counts
WHERE bare > 0 OR (k > n * rate AND k * LN(GREATEST(k, 0.5) / (n * rate)) + CASE WHEN k < n
  THEN (n - k) * LN((n - k) / (n * (1 - rate))) ELSE 0 END > {number(needed)})"""


def _counted(place: int, attribute: Attribute, *, text: bool) -> str:
    """How many things come again or twice (`n`), as something else (`k`), and with a code without noughts (`bare`)."""
    code = "known.value LIKE '0%' AND fresh.value = LTRIM(known.value, '0')" if text else "FALSE"
    return f"""  SELECT {literal(f"column `{attribute.column}`: ")} AS told, {number(attribute.rate)} AS rate,
    CAST(COUNT(*) AS DOUBLE PRECISION) AS n, SUM(bare) AS bare,
    CAST(SUM(CASE WHEN ways > 1 OR other = 1 THEN 1 ELSE 0 END) AS DOUBLE PRECISION) AS k FROM (
    SELECT thing, SUM(n) AS n, COUNT(*) AS ways, MAX(other) AS other, MAX(met) AS met, MAX(bare) AS bare FROM (
      SELECT fresh.thing, fresh.value, MAX(fresh.n) AS n, MAX(CASE WHEN known.thing IS NULL THEN 0 ELSE 1 END) AS met,
        CASE WHEN COUNT(known.thing) > 0 THEN MIN(CASE WHEN known.value = fresh.value THEN 0 ELSE 1 END) ELSE 0 END
          AS other,
        MAX(CASE WHEN {code} THEN 1 ELSE 0 END) *
          MIN(CASE WHEN known.value = fresh.value THEN 0 ELSE 1 END) AS bare
      FROM (SELECT thing, c{place} AS value, SUM(n) AS n FROM fresh WHERE c{place} IS NOT NULL GROUP BY thing, c{place})
        AS fresh
      LEFT JOIN (SELECT DISTINCT thing, c{place} AS value FROM known WHERE c{place} IS NOT NULL) AS known
        ON known.thing = fresh.thing GROUP BY fresh.thing, fresh.value
    ) AS ways GROUP BY thing
  ) AS things WHERE met = 1 OR n > 1"""
