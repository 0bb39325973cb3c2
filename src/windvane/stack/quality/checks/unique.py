"""The key: one row per key in the relation, and no key twice within one delivery."""

from __future__ import annotations

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, counted
from windvane.stack.quality.conformal import three_of
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
    landing = table.role == "landing"
    group, where = (f"_batch, {key}", f" WHERE {ARRIVES}") if landing else (key, "")
    place = "within one delivery" if landing else "on more than one row"
    sql = (
        f"SELECT {counted('COUNT(*)')} || ' keys stand {place}{' twice' if landing else ''}' AS broken\n"
        f"FROM (SELECT {key} FROM {table.relation}{where} GROUP BY {group} HAVING COUNT(*) > 1) AS twice\n"
        "HAVING COUNT(*) > 0"
    )
    why = f"{shown} is the key: one row per key by construction."
    if landing:
        why = (
            f"no delivery had {shown} twice in {table.rows:,} known rows, and of two rows with one key only one "
            f"could be kept; rule of three: at most {share.alpha:.2%} of benign batches would."
        )
    return check_of(table, share, sql=sql, why=why)


def _repeated(table: Table) -> bool:
    key = ", ".join(quoted(c) for c in table.contract.key)
    found = table.engine.rows(f"SELECT 1 FROM {table.history} GROUP BY _batch, {key} HAVING COUNT(*) > 1 LIMIT 1")
    return bool(found)
