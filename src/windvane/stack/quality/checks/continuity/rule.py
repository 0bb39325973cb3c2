"""Where the rule fits, and the check it makes."""

from __future__ import annotations

import math

from windvane.domain.estate import Check, Column
from windvane.stack.quality.arriving import ARRIVES, FRESH, KNOWN, counted, rounded
from windvane.stack.quality.checks.continuity.past import QUIET, RECENT, Bound, bounds, steps_known, typical_gap
from windvane.stack.quality.checks.continuity.steps import POOLED, Form, Plane, Scale, jumps, points
from windvane.stack.quality.table import Share, Table, Wish, check_of, is_moment, literal, number, quoted

LEAST = 0.01  # relative step that is never worth a question
WIDEST = math.log(10)  # a limit that lets a misplaced decimal point pass is of no use
MOST_COLUMNS = 8
COMPARABLE = 3  # columns without an entity that can be pooled as if each were one


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check over the measures of a table of series, or of one with enough deliveries to have levels."""
    plane = _plane(table)
    if plane is None:
        return ()
    return (Wish("continuity", tuple(c for c, _ in plane.columns), weight=6.0, past=steps_known(plane)),)


def render(table: Table, share: Share) -> Check | None:
    """Fires when the median step at the seam is beyond the limit of its measure."""
    plane = _plane(table)
    if plane is None:
        return None
    scales = dict(plane.columns)
    pooled_scale: Scale = "ratio"
    found = [
        b for b in bounds(plane, share.alpha) if scales.get(b.measure, pooled_scale) != "ratio" or b.plain < WIDEST
    ]
    if not found:
        return None
    kept = plane if plane.form == "wide" else _only(plane, {b.measure for b in found})
    why = "; ".join(_told(b, scales.get(b.measure, pooled_scale)) for b in found)
    why += f". Median step over every {plane.unit} at the seam, against {found[0].origin.past:,} known steps: a larger "
    why += f"one is {found[0].origin.origin}. A real move of all of them looks the same, so it asks."
    return check_of(table, share, sql=_sql(kept, found, scales), why=why)


def _told(bound: Bound, scale: Scale) -> str:
    name = f"`{bound.measure}`{f' of {bound.part}' if bound.part else ''}"
    if scale == "ratio":
        return f"{name} moves by {math.exp(bound.usual) - 1:.2%} as a rule, limit {math.exp(bound.plain) - 1:.1%}"
    return f"{name} moves by {bound.usual:.4g} as a rule, limit {bound.plain:.4g}"


def _plane(table: Table) -> Plane | None:
    if table.role != "whole" or not table.rows:
        return None
    columns = tuple((c.name, _scale(table, c)) for c in table.measures)[:MOST_COLUMNS]
    if not columns:
        return None
    if not table.is_panel:
        return _without_series(table, columns)
    positive = tuple((c.name, "ratio") for c in table.measures if _scale(table, c) == "ratio")
    form: Form = "panel"
    if not table.entities and len(positive) >= COMPARABLE:
        form = "wide"
        return Plane(table, form, tuple((name, "ratio") for name, _ in positive))
    return Plane(table, form, columns)


def _without_series(table: Table, columns: tuple[tuple[str, Scale], ...]) -> Plane | None:
    """The levels of deliveries, where rows are things that are sure or have no time; else the moments as one series.

    Silent where a moment holds several rows and no key is sure: they may be many things or versions of one, and a
    delivery that leaves one out moves every median although nothing is odd. `distribution` looks at those.
    """
    time = table.contract.time_column
    if table.contract.key or not time:
        return Plane(table, "batches", columns) if len(table.batches) > 1 else None
    crowded = table.engine.rows(
        f"SELECT 1 FROM {table.history} WHERE {quoted(time)} IS NOT NULL "
        f"GROUP BY {quoted(time)} HAVING COUNT(*) > 1 LIMIT 1"
    )
    return None if crowded else Plane(table, "panel", columns)


def _scale(table: Table, column: Column) -> Scale:
    """Ratios where no known value is zero or negative."""
    found = table.engine.rows(f"SELECT MIN({quoted(column.name)}) > 0 FROM {table.history}")
    return "ratio" if found[0][0] else "difference"


def _only(plane: Plane, measures: set[str]) -> Plane:
    return Plane(plane.table, plane.form, tuple(c for c in plane.columns if c[0] in measures))


def _sql(plane: Plane, found: list[Bound], scales: dict[str, Scale]) -> str:
    gap = typical_gap(plane)
    fresh = "CASE WHEN _fresh IS NULL THEN 0 ELSE 1 END"
    joined = f"{plane.table.relation} LEFT JOIN {FRESH}"
    limits = "\n  UNION ALL\n".join(_limit(b, scales) for b in found)
    signs = "".join(_sign(plane.table, c) for c, scale in plane.columns if scale == "ratio")
    series = points(plane, joined, arrives=fresh, where=_recent(plane, gap))
    return f"""WITH points AS (
{series}
), jumps AS (
{jumps(plane, gap)}
), seam AS (
  SELECT measure, part, PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY jump) AS jump, COUNT(*) AS n
  FROM jumps WHERE arrives = 1 AND before = 0 GROUP BY measure, part
), aged AS (
  SELECT measure, part, ABS(PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY jump)) AS size,
    ROW_NUMBER() OVER (PARTITION BY measure, part ORDER BY moment DESC) AS age
  FROM jumps WHERE arrives = 0 AND jump IS NOT NULL GROUP BY measure, part, moment
), recent AS (
  SELECT measure, part, AVG(size) AS size FROM aged WHERE age <= {RECENT} GROUP BY measure, part
), limits AS (
{limits}
), judged AS (
  SELECT seam.measure, seam.jump, seam.n, limits.scale,
    GREATEST(limits.least, CASE WHEN seam.n < limits.half THEN limits.alone
      ELSE limits.most * SQRT(GREATEST(COALESCE(recent.size, usual), {QUIET} * usual) * usual) END) AS most
  FROM seam JOIN limits ON limits.measure = seam.measure AND limits.part = seam.part
  LEFT JOIN recent ON recent.measure = seam.measure AND recent.part = seam.part
)
SELECT 'column `' || measure || '` jumps by ' || CASE WHEN scale = 'ratio' THEN 'factor ' || {rounded("EXP(jump)")}
  ELSE {rounded("jump")} END || ' where arriving rows begin (median of ' || {counted("n")}
  || ' series); benign steps stay within ' || CASE WHEN scale = 'ratio' THEN 'factor ' || {rounded("EXP(most)")}
  ELSE {rounded("most")} END AS broken
FROM judged WHERE ABS(jump) > most{signs}"""


def _sign(table: Table, column: str) -> str:
    """A ratio needs positive values: when most are not, the step is beyond any limit."""
    name = quoted(column)
    return f"""
UNION ALL
SELECT {literal(f"column `{column}`: ")} || {counted(f"SUM(CASE WHEN {name} > 0 THEN 0 ELSE 1 END)")} || ' of ' ||
  {counted("COUNT(*)")} || ' arriving values are not positive, all known ones are' AS broken
FROM {table.relation} WHERE {ARRIVES} AND {name} IS NOT NULL AND EXISTS (SELECT 1 FROM {table.relation} WHERE {KNOWN})
HAVING SUM(CASE WHEN {name} > 0 THEN 0 ELSE 1 END) * 2 > COUNT(*)"""


def _limit(bound: Bound, scales: dict[str, Scale]) -> str:
    scale = "ratio" if bound.measure == POOLED else scales[bound.measure]
    least = number(LEAST if scale == "ratio" else LEAST * bound.usual)
    alone = number(min(bound.alone, 50.0) if scale == "ratio" else bound.alone)
    return (
        f"  SELECT {literal(bound.measure)} AS measure, {literal(bound.part)} AS part, {literal(scale)} AS scale, "
        f"{number(bound.usual)} AS usual, {number(bound.most)} AS most, {alone} AS alone, "
        f"{number(bound.half)} AS half, {least} AS least"
    )


def _recent(plane: Plane, gap: float) -> str:
    """Only the rows that the last steps need, so that a daily arrival does not read all years."""
    time = plane.table.contract.time_column
    if not plane.is_dated or not any(c.name == time and is_moment(c.type) for c in plane.table.contract.columns):
        return ""
    days = int(gap * 2 * RECENT) + 7
    name = quoted(time)
    first = f"SELECT MIN({name}) FROM {plane.table.relation} WHERE {ARRIVES}"
    return f"{name} >= ({first}) - INTERVAL '{days}' DAY"
