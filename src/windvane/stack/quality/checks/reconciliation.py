"""What rows say together is not what the row that they refer to says: a total without its parts, parts of another."""

from __future__ import annotations

import math

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, COPIES, counted
from windvane.stack.quality.reconciling import Law, laws
from windvane.stack.quality.surge import ALPHA, PRIOR
from windvane.stack.quality.table import Share, Table, Wish, check_of, literal, number, quoted


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check over the laws that bind rows to what they refer to."""
    found = laws(table)
    return (Wish("reconciliation", tuple(law.told for law in found), fixed=ALPHA),) if found else ()


def render(table: Table, share: Share) -> Check:
    """Counts things of which something arrives, and that break a law, beyond what known ones did.

    Things without any row are left out, they may come later; so are as many as rows were withheld from the delivery,
    copies of others apart: without these a total is what it was.
    """
    found = [law for law in laws(table) if law.told in share.wish.columns]
    sql = "\nUNION ALL\n".join(_broken(table, law, math.log(len(found) / ALPHA)) for law in found)
    listed = "; ".join(
        f"{law.told}: so for {law.things - law.broken:,} of {law.things:,} known ones, that is for at least "
        f"{1 - _rate(law):.2%}"
        for law in found
    )
    why = (
        f"{listed}. Asked when either side arrives, of those that have rows; fires only when chance is ruled out at "
        f"{ALPHA:.3%}."
    )
    return check_of(table, share, sql=sql, why=why)


def _rate(law: Law) -> float:
    """Upper bound on the share of things that break a law, by the rule of three."""
    return (law.broken + PRIOR) / (law.things + PRIOR)


def _broken(table: Table, law: Law, needed: float) -> str:
    reference, rate = law.other.reference, number(_rate(law))
    mine = ", ".join(f"{quoted(c)} AS _k{i}" for i, c in enumerate(reference.columns))
    theirs = ", ".join(f"{quoted(c)} AS _k{i}" for i, c in enumerate(reference.to_columns))
    lines = " AND ".join(f"touched._k{i} = child.{quoted(c)}" for i, c in enumerate(reference.columns))
    whole = " AND ".join(f"made._k{i} = parent.{quoted(c)}" for i, c in enumerate(reference.to_columns))
    keys = ", ".join(f"touched._k{i}" for i in range(len(reference.columns)))
    sums = ", ".join(f"{f.sql('child')} AS _m{i}" for i, f in enumerate(law.formulas))
    named = f"column{'s' if len(law.columns) > 1 else ''} {', '.join(f'`{c}`' for c in law.columns)}"
    return f"""SELECT {literal(f"{named}: {law.told}, not so for ")} || {counted("k")} || ' of ' || {counted("n")} ||
  ' of which rows arrive, of {law.things} known ones {law.broken}' AS broken
FROM (
  SELECT n, k, CAST(k - _withheld AS DOUBLE PRECISION) AS odd, CAST(n AS DOUBLE PRECISION) AS many FROM (
    SELECT COUNT(*) AS n, SUM(CASE WHEN {_off(law)} THEN 1 ELSE 0 END) AS k
    FROM {law.other.relation} AS parent JOIN (
      SELECT {keys}, COUNT(*) AS _n, {sums} FROM {table.relation} AS child JOIN (
        SELECT {theirs} FROM {law.other.relation} WHERE {ARRIVES}
        UNION SELECT {mine} FROM {table.relation} WHERE {ARRIVES}
      ) AS touched ON {lines} GROUP BY {keys}
    ) AS made ON {whole} WHERE parent.{quoted(law.total)} IS NOT NULL AND {_given(law)}
  ) AS asked CROSS JOIN (
    SELECT COALESCE(SUM(GREATEST(0, _last - _there - COALESCE(copies.rows, 0))), 0) AS _withheld FROM (
      SELECT _batch, MAX(_row) AS _last, COUNT(*) AS _there FROM {table.relation} WHERE {ARRIVES} GROUP BY _batch
    ) AS files LEFT JOIN {COPIES} AS copies ON copies.batch = files._batch
  ) AS gaps
) AS judged
WHERE odd > 0 AND odd > many * {rate} AND odd * LN(GREATEST(odd, 0.5) / (many * {rate})) + CASE WHEN odd < many
  THEN (many - odd) * LN((many - odd) / (many * (1 - {rate}))) ELSE 0 END > {number(needed)}"""


def _off(law: Law) -> str:
    """SQL: none of the formulas gives the total."""
    total = f"CAST(parent.{quoted(law.total)} AS DOUBLE PRECISION)"
    return " AND ".join(
        f"ABS({total} - made._m{i}) > {law.slack(f, 'made._n')} + 0.000000001 * ABS({total})"
        for i, f in enumerate(law.formulas)
    )


def _given(law: Law) -> str:
    return " AND ".join(f"made._m{i} IS NOT NULL" for i in range(len(law.formulas)))
