"""SQL of checks that need to look at keys that arrive alone, where all others are as they were found right.

`windvane.settled` is filled inside a transition: relations with one row per delivered key at the last commit, the
columns of that key, how many rows they had then, and of which only rows of arriving keys are other since.
"""

from __future__ import annotations

from windvane.stack.quality.arriving import ARRIVES
from windvane.stack.quality.table import Table, literal, quoted


def follows(table: Table) -> bool:
    """Whether rows of a table are the keys of what was delivered, so that what arrives tells which of them change."""
    above = table.upstream[0] if len(table.upstream) == 1 else ""
    return table.role == "whole" and bool(table.contract.key) and above.startswith("staging.")


def coming(table: Table) -> str:
    """CTEs `coming`, the keys that arrive, and `settled`, `_before` rows where no other key can have changed."""
    key = ", ".join(quoted(c) for c in table.contract.key)
    empty = " OR ".join(f"{quoted(c)} IS NULL" for c in table.contract.key)
    columns = ",".join(sorted(table.contract.key))
    return f"""coming AS (
  SELECT DISTINCT {key} FROM {table.upstream[0]} WHERE {ARRIVES}
), settled AS (
  SELECT rows AS _before FROM windvane.settled WHERE relation = {literal(table.relation)} AND keys = {literal(columns)}
    AND NOT EXISTS (SELECT 1 FROM coming WHERE {empty})
)"""


def met(table: Table, one: str, other: str) -> str:
    """The condition that two rows have the same key."""
    return " AND ".join(f"{one}.{quoted(c)} = {other}.{quoted(c)}" for c in table.contract.key)


def come_again(table: Table) -> str:
    """CTE `known_keys`, after those of `coming`: a row unless every key that arrives is surely a new one.

    A relation with one row per key, before and after, has as many rows more as there are new keys.
    """
    return f"""known_keys AS (
  SELECT 1 AS _known WHERE NOT EXISTS (
    SELECT 1 FROM settled WHERE _before + (SELECT COUNT(*) FROM coming) = (SELECT COUNT(*) FROM {table.relation}))
)"""
