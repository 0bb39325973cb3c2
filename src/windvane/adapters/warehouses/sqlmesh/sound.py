"""Tells checks which relations were right before, so that of the keys in them only those that arrive need a look.

A relation is *sound* with a commit when its keys and the number of its rows were found right over all of them. It is
*settled* in a transition when it was sound, by the same checks, and nothing but rows of arriving keys is other since:
it is refreshed by what arrived (`delta`), no batch is taken out, and before it had as many rows as were found right,
with the same keys: their hashes have the same sum, whoever wrote into it in between. That sum is carried on by what
comes and goes, so that a table is read once for it. What is not known to be settled is asked as a whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import duckdb

from windvane.adapters.warehouses.sqlmesh.storefile import identifier, insert, quoted, rows
from windvane.domain.estate import Check
from windvane.domain.ports import Value
from windvane.domain.run import CheckResult

RULES = ("row_conservation", "unique")  # that together say: one row for each key that was delivered, and no other


class Tally(NamedTuple):
    """How many rows a table has, and the sum of the hashes of their keys: it changes when a key does."""

    rows: int
    keys: int


class Stayed(NamedTuple):
    """A table of which only rows of arriving keys were made anew: the columns of its key, before and after that."""

    keys: tuple[str, ...]
    before: Tally
    after: Tally


def tally(cursor: duckdb.DuckDBPyConnection, table: str, keys: tuple[str, ...]) -> Tally:
    """The rows and keys of a table, read once."""
    listed = ", ".join(identifier(k) for k in keys)
    found = rows(cursor, f"SELECT COUNT(*), COALESCE(SUM(CAST(hash({listed}) AS HUGEINT)), 0) FROM {table}")
    return Tally(*(int(str(n)) for n in found[0]))


class Sound:
    """Reads and writes `windvane.sound` and `windvane.settled` on the writer's cursor, inside its transaction.

    `keys_of` gives the columns of the key of a relation; none when it can never be settled.
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection, keys_of: Callable[[str], tuple[str, ...]]) -> None:
        self._cursor = cursor
        self._keys_of = keys_of

    def tell(self, stayed: Mapping[str, Stayed], checks: Iterable[Check]) -> None:
        """Fill `windvane.settled`, which checks read, with those of `stayed` that were right when last asked."""
        if not stayed:
            return
        sound = {(str(r), str(m), n) for r, m, n in rows(self._cursor, "SELECT * FROM windvane.sound")}
        marks = _marks(checks)
        settled: list[list[Value]] = [
            [n, ",".join(s.keys), s.before.rows]
            for n, s in stayed.items()
            if n in marks and (n, _mark(marks[n], s.keys, s.before), s.before.rows) in sound
        ]
        insert(self._cursor, "windvane.settled", settled)

    def forget(self) -> None:
        """Let every check look at all rows from here on."""
        self._cursor.execute("DELETE FROM windvane.settled")

    def keep(
        self,
        reached: Iterable[str],
        checks: Iterable[Check],
        results: Iterable[CheckResult],
        stayed: Mapping[str, Stayed],
    ) -> None:
        """Write down which relations are sound now, of those that the plan `reached`."""
        self.drop(reached)
        checks = tuple(checks)
        marks = _marks(checks)
        named = {c.name for c in checks if c.rule in RULES}
        broken = {r.relation for r in results if not r.passed and r.check in named}
        for relation in sorted(set(marks) - broken):
            keys = stayed[relation].keys if relation in stayed else self._keys_of(relation)
            if keys:
                now = stayed[relation].after if relation in stayed else tally(self._cursor, relation, keys)
                values = [relation, _mark(marks[relation], keys, now), now.rows]
                self._cursor.execute("INSERT OR REPLACE INTO windvane.sound VALUES (?, ?, ?)", values)

    def drop(self, relations: Iterable[str]) -> None:
        """Trust these relations no longer."""
        listed = ", ".join(f"'{quoted(relation)}'" for relation in relations) or "NULL"
        self._cursor.execute(f"DELETE FROM windvane.sound WHERE relation IN ({listed})")


def _mark(asked: str, keys: tuple[str, ...], found: Tally) -> str:
    """How a relation was asked, and which keys it had."""
    return f"{asked} {','.join(keys)} {found.keys}"


def _marks(checks: Iterable[Check]) -> dict[str, str]:
    """For each relation that is asked about its keys and about lost rows, a mark of how it is asked."""
    asked: dict[str, dict[str, str]] = {}
    for check in checks:
        if check.rule in RULES:
            asked.setdefault(check.relation, {})[check.rule] = check.sql
    return {
        relation: hashlib.sha256("\n".join(sql[rule] for rule in RULES).encode()).hexdigest()[:16]
        for relation, sql in asked.items()
        if relation.startswith("core.") and set(sql) == set(RULES)
    }
