"""A delivery that holds what one earlier delivery held, row for row but for times and numbers of its own."""

from __future__ import annotations

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, KNOWN, counted
from windvane.stack.quality.surge import ALPHA
from windvane.stack.quality.table import Share, Table, Wish, check_of, is_moment, quoted

SAME = 0.95  # share of rows that an earlier delivery has too
USUAL = 0.6  # of rows that deliveries share by habit: beyond, this says nothing
FEWEST, VARIED = 10, 5  # rows, and different contents, of a delivery that can be told from another


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check where several deliveries are known, and no two that follow each other hold the same."""
    if table.role != "whole" or len(table.batches) < 3:
        return ()
    columns = _content(table)
    return (Wish("same_again", columns, fixed=ALPHA),) if columns and _alike(table, columns) <= USUAL else ()


def render(table: Table, share: Share) -> Check:
    """Compares the rows of the arriving delivery, as a bag, with those of each known one of about its size."""
    cells = ", ".join(quoted(c) for c in share.wish.columns)
    same = " AND ".join(f"known.{quoted(c)} IS NOT DISTINCT FROM fresh.{quoted(c)}" for c in share.wish.columns)
    sql = f"""WITH fresh AS (
  SELECT {cells}, COUNT(*) AS n FROM {table.relation} WHERE {ARRIVES} GROUP BY {cells}
), arrived AS (
  SELECT SUM(n) AS n, COUNT(*) AS contents FROM fresh
), known AS (
  SELECT _seq, {cells}, COUNT(*) AS n FROM {table.relation} WHERE {KNOWN} GROUP BY _seq, {cells}
), sizes AS (
  SELECT _seq, SUM(n) AS n FROM known GROUP BY _seq
), met AS (
  SELECT known._seq, SUM(LEAST(fresh.n, known.n)) AS k FROM fresh JOIN known ON {same} GROUP BY known._seq
)
SELECT {counted("CAST(MAX(k) AS BIGINT)")} || ' of ' || {counted("CAST(MAX(arrived.n) AS BIGINT)")} ||
  ' arriving rows are those of one earlier delivery, but for times and numbers' AS broken
FROM met JOIN sizes ON sizes._seq = met._seq CROSS JOIN arrived
WHERE arrived.n >= {FEWEST} AND contents >= {VARIED} AND sizes.n <= 1.25 * arrived.n AND k >= {SAME} * arrived.n
HAVING COUNT(*) > 0"""
    why = (
        f"deliveries that followed each other shared at most {USUAL:.0%} of their rows; one that has {SAME:.0%} of an "
        "earlier one is that one again, under another date."
    )
    return check_of(table, share, sql=sql, why=why)


def _content(table: Table) -> tuple[str, ...]:
    key = table.contract.key if len(table.contract.key) == 1 else ()
    names = [c.name for c in table.contract.columns if not is_moment(c.type) and c.name not in key]
    return tuple(n for n in names if not _numbers_rows(table, n))


def _numbers_rows(table: Table, column: str) -> bool:
    kind = next(c.type for c in table.contract.columns if c.name == column)
    if not kind.startswith(("bigint", "integer")):
        return False
    different, rows = table.engine.rows(f"SELECT COUNT(DISTINCT {quoted(column)}), COUNT(*) FROM {table.history}")[0]
    return different == rows


def _alike(table: Table, columns: tuple[str, ...]) -> float:
    """Largest share of rows that two deliveries in a row had in common."""
    cells = ", ".join(quoted(c) for c in columns)
    same = " AND ".join(f"a.{quoted(c)} IS NOT DISTINCT FROM b.{quoted(c)}" for c in columns)
    found = table.engine.rows(
        f"WITH counts AS (SELECT _seq, {cells}, COUNT(*) AS n FROM {table.history} GROUP BY _seq, {cells}), "
        "sizes AS (SELECT _seq, SUM(n) AS n, LEAD(_seq) OVER (ORDER BY _seq) AS later FROM counts GROUP BY _seq) "
        "SELECT MAX(k) FROM (SELECT sizes._seq, SUM(LEAST(a.n, b.n)) / MAX(sizes.n) AS k FROM sizes "
        f"JOIN counts AS a ON a._seq = sizes._seq JOIN counts AS b ON b._seq = sizes.later AND {same} GROUP BY "
        f"sizes._seq)"
    )[0][0]
    return float(str(found)) if found is not None else 0.0
