"""A delivery that holds what one earlier delivery held, row for row but for times and numbers of its own."""

from __future__ import annotations

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, KNOWN, counted
from windvane.stack.quality.surge import ALPHA
from windvane.stack.quality.table import Share, Table, Wish, check_of, is_moment, quoted

SAME = 0.95  # share of rows that an earlier delivery has too
USUAL = 0.6  # of rows that deliveries share by habit: beyond, this says nothing
TELLING = 0.9  # share of different contents among known rows from which equal ones are no chance
ABOUT = 1.25  # times its size that an earlier delivery has at most, where they may be
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
    about = "" if _is_telling(table, share.wish.columns) else f" AND sizes.n <= {ABOUT} * arrived.n"
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
WHERE arrived.n >= {FEWEST} AND contents >= {VARIED}{about} AND k >= {SAME} * arrived.n
HAVING COUNT(*) > 0"""
    why = (
        f"deliveries that followed each other shared at most {USUAL:.0%} of their rows; one that has {SAME:.0%} of an "
        "earlier one is that one again, under another date."
    )
    return check_of(table, share, sql=sql, why=why)


def _content(table: Table) -> tuple[str, ...]:
    """What rows say beside times, keys and names of their own, when that is telling; else with what a series is about.

    What is another one on every row says nothing of whether rows came before, be it a text or a number.
    """
    names = [c.name for c in table.contract.columns if not is_moment(c.type)]
    shared = tuple(n for n in names if n not in table.contract.key and not _once(table, n))
    if shared and _is_telling(table, shared):
        return shared
    apart = {table.contract.time_column} if table.is_panel else set(table.contract.key)
    return tuple(n for n in names if n not in apart and not (_once(table, n) and _is_name(table, n)))


def _once(table: Table, column: str) -> bool:
    """Whether a column says something else on every row."""
    different, rows = table.engine.rows(f"SELECT COUNT(DISTINCT {quoted(column)}), COUNT(*) FROM {table.history}")[0]
    return different == rows


def _is_name(table: Table, column: str) -> bool:
    kind = next(c.type for c in table.contract.columns if c.name == column)
    return kind.startswith(("bigint", "integer", "varchar"))


def _is_telling(table: Table, columns: tuple[str, ...]) -> bool:
    """Whether hardly two known rows say the same, so that a large delivery does not hold a small one by chance."""
    cells = ", ".join(quoted(c) for c in columns)
    once = table.engine.rows(f"SELECT COUNT(*) FROM (SELECT 1 FROM {table.history} GROUP BY {cells}) AS contents")[0][0]
    return float(str(once)) >= TELLING * table.rows


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
