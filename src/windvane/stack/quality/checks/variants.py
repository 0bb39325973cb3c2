"""New spellings of known values: `bern`, `Bern ` and `Bren` beside `Bern` are one category spelled in several ways."""

from __future__ import annotations

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, KNOWN, counted
from windvane.stack.quality.plain_text import folded
from windvane.stack.quality.surge import ALPHA
from windvane.stack.quality.table import Share, Table, Wish, check_of, literal, quoted

MOST_COLUMNS = 12
MOST_VALUES = 400  # of a category; more are names of things, which may well be alike
FEWEST_ROWS = 10  # per value
SHORTEST = 4  # letters from which one wrong letter is a slip and not another code
LONGEST = 24


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check over the columns of categories and of keys in which no two known values are spellings of one."""
    if table.role != "whole" or table.rows < 50:
        return ()
    texts = [c.name for c in table.contract.columns if c.type.startswith("varchar")]
    columns = tuple(c for c in texts if _is_clean(table, c))[:MOST_COLUMNS]
    return (Wish("variants", columns, fixed=ALPHA),) if columns else ()


def render(table: Table, share: Share) -> Check:
    """Counts arriving rows in unseen values that differ from a known one in case, blanks or one letter."""
    sql = "\nUNION ALL\n".join(_unseen(table, c) for c in share.wish.columns)
    listed = ", ".join(f"`{c}`" for c in share.wish.columns)
    why = (
        f"no two values of {listed} in {table.rows:,} known rows are the same but for case, blanks or one letter of "
        f"{SHORTEST} or more; a new one that is, is a slip and no new category."
    )
    return check_of(table, share, sql=sql, why=why)


def _is_key(table: Table, column: str) -> bool:
    """Whether a column names things: a new name may well be one letter from another, but not the same word."""
    return column in {*table.contract.key, *(c for r in table.contract.references for c in r.columns)}


def _is_clean(table: Table, column: str) -> bool:
    name = quoted(column)
    different, same, rows = (
        int(str(v))
        for v in table.engine.rows(
            f"SELECT COUNT(DISTINCT {name}), COUNT(DISTINCT {folded(name)}), COUNT({name}) FROM {table.history}"
        )[0]
    )
    if _is_key(table, column):
        return 1 < different == same
    return 1 < different == same and different <= MOST_VALUES and rows >= FEWEST_ROWS * different


def _unseen(table: Table, column: str) -> str:
    name = quoted(column)
    known = f"SELECT DISTINCT {name} AS value, {folded(name)} AS plain FROM {table.relation} WHERE {KNOWN}"
    places = " UNION ALL ".join(f"SELECT {i} AS _at" for i in range(LONGEST))
    near = "" if _is_key(table, column) else _ONE_LETTER
    return f"""SELECT broken FROM (
WITH known AS (
  {known} AND {name} IS NOT NULL
), unseen AS (
  SELECT {name} AS value, {folded(name)} AS plain, COUNT(*) AS n FROM {table.relation}
  WHERE {ARRIVES} AND {name} IS NOT NULL AND {name} NOT IN (SELECT value FROM known) GROUP BY {name}
), places AS (
  {places}
), alike AS (
  SELECT DISTINCT unseen.value, unseen.n FROM unseen JOIN known ON known.plain = unseen.plain{near}
)
SELECT {literal(f"column `{column}`: ")} || {counted("CAST(SUM(n) AS BIGINT)")} ||
  ' rows hold new spellings of known values' AS broken
FROM alike HAVING COUNT(*) > 0
) AS spelled"""


_ONE_LETTER = f"""
  UNION
  SELECT DISTINCT unseen.value, unseen.n FROM unseen JOIN known
    ON LENGTH(known.plain) BETWEEN LENGTH(unseen.plain) - 1 AND LENGTH(unseen.plain) + 1
    AND LENGTH(unseen.plain) BETWEEN {SHORTEST} AND {LONGEST} AND LENGTH(known.plain) >= {SHORTEST}
  JOIN places ON _at < LENGTH(unseen.plain) AND SUBSTRING(unseen.plain, 1, _at) = SUBSTRING(known.plain, 1, _at)
  WHERE REGEXP_REPLACE(unseen.plain, '[^0-9]', '', 'g') = REGEXP_REPLACE(known.plain, '[^0-9]', '', 'g') AND (
    SUBSTRING(unseen.plain, _at + 2) = SUBSTRING(known.plain, _at + 2)
    OR SUBSTRING(unseen.plain, _at + 1) = SUBSTRING(known.plain, _at + 2)
    OR SUBSTRING(unseen.plain, _at + 2) = SUBSTRING(known.plain, _at + 1)
    OR (SUBSTRING(unseen.plain, _at + 3) = SUBSTRING(known.plain, _at + 3)
      AND SUBSTRING(unseen.plain, _at + 1, 1) = SUBSTRING(known.plain, _at + 2, 1)
      AND SUBSTRING(unseen.plain, _at + 2, 1) = SUBSTRING(known.plain, _at + 1, 1)))"""
