"""Known keys that come with wholly other contents: the number was given to another thing."""

from __future__ import annotations

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, KNOWN, counted
from windvane.stack.quality.settled import come_again, coming, follows
from windvane.stack.quality.surge import ALPHA
from windvane.stack.quality.table import Share, Table, Wish, check_of, quoted

MOST_COLUMNS = 16
OTHER = 0.75  # share of what a row says, beside its key, that must be other than before
FEWEST = 2  # columns that say something of the thing


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check where a key stands for a thing with attributes."""
    columns = _attributes(table)
    fits = table.role == "whole" and bool(table.contract.key) and not table.is_panel and len(table.upstream) == 1
    return (Wish("identity", columns, fixed=ALPHA),) if fits and len(columns) >= FEWEST and table.rows else ()


def render(table: Table, share: Share) -> Check:
    """Counts keys whose newest row and the one before it share next to nothing."""
    key = ", ".join(quoted(c) for c in table.contract.key)
    cells = ", ".join(quoted(c) for c in share.wish.columns)
    same = " AND ".join(f"old.{quoted(c)} = fresh.{quoted(c)}" for c in table.contract.key)
    told = " + ".join(
        f"CASE WHEN old.{quoted(c)} IS NOT NULL AND fresh.{quoted(c)} IS NOT NULL THEN 1 ELSE 0 END"
        for c in share.wish.columns
    )
    moved = " + ".join(f"CASE WHEN old.{quoted(c)} <> fresh.{quoted(c)} THEN 1 ELSE 0 END" for c in share.wish.columns)
    source = table.upstream[0]
    keys = ", ".join(f"old.{quoted(c)}" for c in table.contract.key)
    aged = f"ROW_NUMBER() OVER (PARTITION BY {keys} ORDER BY _seq DESC, _row DESC) AS age"
    both = ", ".join(f"old.{quoted(c)}" for c in (*table.contract.key, *share.wish.columns))
    met = " AND ".join(f"old.{quoted(c)} = again.{quoted(c)}" for c in table.contract.key)
    gated = follows(table)
    first = f"{coming(table)}, {come_again(table)}, " if gated else ""
    sql = f"""WITH {first}fresh AS (
  SELECT {key}, {cells} FROM {source} WHERE {ARRIVES}{" AND EXISTS (SELECT 1 FROM known_keys)" if gated else ""}
), again AS (
  SELECT DISTINCT {keys} FROM {source} AS old JOIN fresh ON {same} WHERE {KNOWN}
), old AS (
  SELECT {both}, {aged} FROM {source} AS old JOIN again ON {met} WHERE {KNOWN}
), pairs AS (
  SELECT {told} AS told, {moved} AS moved FROM fresh JOIN old ON {same} WHERE old.age = 1
)
SELECT {counted("COUNT(*)")} || ' known keys come with the contents of other things' AS broken
FROM pairs WHERE told >= {FEWEST} AND moved >= {OTHER} * told HAVING COUNT(*) > 0"""
    why = (
        f"a row of {', '.join(f'`{k}`' for k in table.contract.key)} that comes again changes in a few places; when "
        f"{OTHER:.0%} of what it says is new, the key was given to something else."
    )
    return check_of(table, share, sql=sql, why=why)


def _attributes(table: Table) -> tuple[str, ...]:
    """Columns beside the key; of two values by chance alike (flags, small counts) nothing is learnt."""
    names = [c.name for c in table.contract.columns if c.name not in table.contract.key]
    return tuple(n for n in names if _different(table, n) >= 10)[:MOST_COLUMNS]


def _different(table: Table, column: str) -> int:
    if not table.history:
        return 0
    found = table.engine.rows(f"SELECT COUNT(DISTINCT {quoted(column)}) FROM {table.history}")[0][0]
    return found if isinstance(found, int) else 0
