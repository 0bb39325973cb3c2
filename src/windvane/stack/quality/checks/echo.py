"""Rows that say what known rows said, under another key or another date: a frozen feed, a copy, new numbers for all."""

from __future__ import annotations

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, KNOWN, counted
from windvane.stack.quality.surge import ALPHA
from windvane.stack.quality.table import Share, Table, Wish, check_of, is_moment, quoted

TELLING = 0.9  # share of known rows whose content is said once only: then equal content is no chance
ECHOED = 0.3  # share of arriving rows that is stopped
FEWEST = 3


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check when what a row says beside its key and time is nearly unique."""
    if table.role != "whole" or table.rows < 20:
        return ()
    columns = _content(table)
    return (Wish("echo", columns, fixed=ALPHA),) if columns and _is_telling(table, columns) else ()


def render(table: Table, share: Share) -> Check:
    """Counts arriving rows whose content equals that of a known row."""
    cells = ", ".join(quoted(c) for c in share.wish.columns)
    same = " AND ".join(f"known.{quoted(c)} IS NOT DISTINCT FROM fresh.{quoted(c)}" for c in share.wish.columns)
    met = ", ".join(f"fresh.{quoted(c)}" for c in share.wish.columns)
    sql = f"""WITH fresh AS (
  SELECT {cells}, COUNT(*) AS n FROM {table.relation} WHERE {ARRIVES} GROUP BY {cells}
), known AS (
  SELECT {met}, COUNT(*) AS n FROM {table.relation} AS known JOIN fresh ON {same} WHERE {KNOWN} GROUP BY {met}
), met AS (
  SELECT SUM(CASE WHEN known.n IS NULL THEN fresh.n - 1 ELSE fresh.n END) AS k FROM fresh LEFT JOIN known ON {same}
), arrived AS (
  SELECT SUM(n) AS n FROM fresh
)
SELECT {counted("CAST(k AS BIGINT)")} || ' of ' || {counted("CAST(n AS BIGINT)")} ||
  ' arriving rows say what other rows said, but for key and time' AS broken
FROM met CROSS JOIN arrived WHERE k >= {FEWEST} AND k > {ECHOED} * n
  AND EXISTS (SELECT 1 FROM {table.relation} WHERE {KNOWN})"""
    listed = ", ".join(f"`{c}`" for c in share.wish.columns)
    why = (
        f"of {table.rows:,} known rows {TELLING:.0%} or more say something of their own in {listed}; a delivery "
        f"that repeats "
        f"more than {ECHOED:.0%} of its rows from known ones is an old one under a new date or new keys."
    )
    return check_of(table, share, sql=sql, why=why)


def _content(table: Table) -> tuple[str, ...]:
    """What a row says beside its times and its numbers of its own: columns that are unique are names, not content."""
    key = table.contract.key if len(table.contract.key) == 1 else ()
    names = [c.name for c in table.contract.columns if not is_moment(c.type) and c.name not in key]
    return tuple(n for n in names if not _names(table, n))


def _names(table: Table, column: str) -> bool:
    """Whether a whole number or short text is another one on every row: then it numbers the rows."""
    kind = next(c.type for c in table.contract.columns if c.name == column)
    if not kind.startswith(("bigint", "integer")):
        return False
    different, rows = table.engine.rows(f"SELECT COUNT(DISTINCT {quoted(column)}), COUNT(*) FROM {table.history}")[0]
    return different == rows


def _is_telling(table: Table, columns: tuple[str, ...]) -> bool:
    cells = ", ".join(quoted(c) for c in columns)
    once, rows = table.engine.rows(
        f"SELECT COUNT(*), SUM(n) FROM (SELECT COUNT(*) AS n FROM {table.history} GROUP BY {cells}) AS contents"
    )[0]
    return float(str(rows or 0)) > 0 and float(str(once)) / float(str(rows)) >= TELLING
