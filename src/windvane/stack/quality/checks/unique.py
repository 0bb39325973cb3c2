"""The key: one row per key in the relation, and no key twice within one delivery."""

from __future__ import annotations

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, counted
from windvane.stack.quality.conformal import three_of
from windvane.stack.quality.settled import coming, follows, met
from windvane.stack.quality.table import Share, Table, Wish, check_of, quoted


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check when there is a key; on a landing relation only if no delivery ever had a key twice."""
    key = table.contract.key
    if not key:
        return ()
    if table.role != "landing":
        return (Wish("unique", key),)
    if not table.rows or _repeated(table):
        return ()
    return (Wish("unique", key, fixed=three_of(table.rows / max(1.0, table.per_batch))),)


def render(table: Table, share: Share) -> Check:
    """Counts keys that stand on more than one row."""
    key = ", ".join(quoted(c) for c in share.wish.columns)
    shown = ", ".join(f"`{c}`" for c in share.wish.columns)
    if table.role == "landing":
        why = (
            f"no delivery had {shown} twice in {table.rows:,} known rows, and of two rows with one key only one "
            f"could be kept; rule of three: at most {share.alpha:.2%} of benign batches would."
        )
        twice = f"SELECT {key} FROM {table.relation} WHERE {ARRIVES} GROUP BY _batch, {key} HAVING COUNT(*) > 1"
        return check_of(table, share, sql=_counted("within one delivery twice", twice), why=why)
    why = f"{shown} is the key: one row per key by construction."
    asked = "asked" if follows(table) else table.relation
    twice = f"SELECT {key} FROM {asked} GROUP BY {key} HAVING COUNT(*) > 1"
    sql = _counted("on more than one row", twice)
    return check_of(table, share, sql=f"WITH {_asked(table)}\n{sql}" if follows(table) else sql, why=why)


def _counted(place: str, twice: str) -> str:
    return (
        f"SELECT {counted('COUNT(*)')} || ' keys stand {place}' AS broken\nFROM ({twice}) AS twice\nHAVING COUNT(*) > 0"
    )


def _asked(table: Table) -> str:
    """CTE `asked`: all keys, or, where the others stand as they were found right, those that arrive."""
    key = ", ".join(quoted(c) for c in table.contract.key)
    here = ", ".join(f"here.{quoted(c)}" for c in table.contract.key)
    return f"""{coming(table)}, asked AS (
  SELECT {key} FROM {table.relation} WHERE NOT EXISTS (SELECT 1 FROM settled)
  UNION ALL
  SELECT {here} FROM {table.relation} AS here JOIN coming ON {met(table, "here", "coming")}
  WHERE EXISTS (SELECT 1 FROM settled)
)"""


def _repeated(table: Table) -> bool:
    key = ", ".join(quoted(c) for c in table.contract.key)
    found = table.engine.rows(f"SELECT 1 FROM {table.history} GROUP BY _batch, {key} HAVING COUNT(*) > 1 LIMIT 1")
    return bool(found)
