"""Known categories give way to unknown ones in many rows: a recoding, a default, or a new line of business."""

from __future__ import annotations

import math

from windvane.domain.estate import Check
from windvane.stack.quality.arriving import ARRIVES, KNOWN, counted, some
from windvane.stack.quality.novelty import Novelty, novelty
from windvane.stack.quality.table import Share, Table, Wish, check_of, literal, number, quoted

BENIGN = 1 / 6  # share of rows in categories not seen before that is taken as ordinary: one new shop among several
USUAL = 0.05  # share of new values that a column may have by habit; beyond, they are names and no categories
ENOUGH = 50  # known rows
MOST_COLUMNS, MOST_VALUES = 8, 20


def wishes(table: Table) -> tuple[Wish, ...]:
    """One check over the text columns that hardly ever say anything new."""
    if table.role != "whole" or table.rows < ENOUGH:
        return ()
    found = [(c, novelty(table, c)) for c in _texts(table)]
    columns = tuple(c for c, n in found if n.values > 1 and n.rows >= ENOUGH and n.rate <= USUAL)[:MOST_COLUMNS]
    return (Wish("accepted_values", columns, weight=2.0, past=table.rows),) if columns else ()


def render(table: Table, share: Share) -> Check:
    """Fires when more than `BENIGN` of the arriving rows are in unseen categories, and chance is ruled out."""
    needed = math.log(len(share.wish.columns) / share.alpha)
    known = {c: novelty(table, c) for c in share.wish.columns}
    sql = "\nUNION ALL\n".join(_unseen(table, c, n, needed) for c, n in known.items())
    counts = ", ".join(f"`{c}` ({n.values:,})" for c, n in known.items())
    why = (
        f"categories known in {table.rows:,} rows: {counts}. New ones may come; whether codes changed or business did "
        f"is asked when more than {BENIGN:.0%} of the arriving rows are in new ones, and so many that chance at the "
        f"share of new ones until now is ruled out at {share.alpha:.3%}."
    )
    return check_of(table, share, sql=sql, why=why)


def _texts(table: Table) -> tuple[str, ...]:
    """Text columns that may be categories; names, which differ on more rows than new ones may, are not looked at."""
    names = [c.name for c in table.contract.columns if c.type.startswith("varchar")]
    if not names:
        return ()
    found = table.engine.rows(f"SELECT {', '.join(f'COUNT(DISTINCT {quoted(n)})' for n in names)} FROM {table.history}")
    most = max(MOST_VALUES, USUAL * table.rows)
    return tuple(n for n, many in zip(names, found[0], strict=True) if isinstance(many, int) and 1 < many <= most)


def _unseen(table: Table, column: str, usual: Novelty, needed: float) -> str:
    name = quoted(column)
    rate = number(usual.rate)
    # n * KL(k / n || rate), Chernoff's bound; where nothing new came in N rows: all k new ones among the last n of
    # N + n in any order, at most (n / (N + n)) ** k
    chance = (
        f"unseen * LN(unseen / (n * {rate})) + CASE WHEN unseen < n "
        f"THEN (n - unseen) * LN((n - unseen) / (n * (1 - {rate}))) ELSE 0 END"
    )
    if usual.never:
        chance = f"GREATEST({chance}, unseen * LN((past + n) / n))"
    fresh = f"SELECT {name} AS value FROM {table.relation} WHERE {name} IS NOT NULL AND {ARRIVES}"
    known = f"{table.relation} WHERE {KNOWN} AND EXISTS (SELECT 1 FROM odd) GROUP BY {name}"
    few, ordinary = some(table, column), f"GREATEST({number(BENIGN)}, {rate})"
    return (
        f"SELECT broken FROM (\nWITH fresh AS (\n  {fresh}\n), odd AS (\n"
        f"  SELECT 1 AS _odd FROM fresh LEFT JOIN (SELECT DISTINCT {name} AS _near FROM {few}) AS near\n"
        f"  ON _near = value\n"
        f"  HAVING SUM(CASE WHEN _near IS NULL THEN 1 ELSE 0 END) > 0.99 * {ordinary} * COUNT(*)\n), known AS (\n"
        f"  SELECT {name} AS value, COUNT({name}) AS n FROM {known}\n)\n"
        f"SELECT {literal(f'column `{column}`: ')} || {counted('CAST(unseen AS INTEGER)')} || ' of ' || "
        f"{counted('CAST(n AS INTEGER)')} || ' arriving rows are in categories never seen before' AS broken\n"
        f"FROM (\n  SELECT CAST(COUNT(*) AS DOUBLE PRECISION) AS n,\n"
        f"    CAST(SUM(CASE WHEN known.value IS NULL THEN 1 ELSE 0 END) AS DOUBLE PRECISION) AS unseen,\n"
        f"    (SELECT CAST(SUM(n) AS DOUBLE PRECISION) FROM known) AS past\n"
        f"  FROM fresh LEFT JOIN known ON known.value = fresh.value\n) AS counts\n"
        f"WHERE past > 0 AND unseen > n * {ordinary} AND {chance} > {number(needed)}\n) AS unusual"
    )
