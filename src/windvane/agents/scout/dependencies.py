"""Functional dependencies: columns that one or two others decide, with the rows that support it.

Approximate dependencies are measured by g3, the share of rows to remove until one holds (Kivinen and Mannila, 1995),
and counted against always guessing the most frequent value, which a nearly constant column satisfies for free.
"""

from __future__ import annotations

import math
from itertools import combinations

from windvane.agents.scout.table import HELD_ROWS, Table
from windvane.domain.batch import ColumnProfile
from windvane.domain.finding import Finding
from windvane.domain.ports import Engine
from windvane.stack.quality.sampling import identifier

_ERROR = 0.02
_GAIN = 0.9  # share of the errors of guessing that the determinant must remove
_REPEATED = 10  # rows in groups of two or more, below which nothing is said
_MOST = 14  # determinants tried singly
_PAIRED = 5  # and in pairs


def findings(engine: Engine, table: Table) -> list[Finding]:
    """Dependencies that hold on the first rows and, for those that do, on all (of large tables on whole groups)."""
    able = [p for p in table.profile.columns if _determines(table, p)]
    able = sorted(able, key=lambda p: p.distinct)[: _MOST if table.rows <= HELD_ROWS else _MOST // 2]
    made: list[Finding] = []
    for left in sorted(able, key=lambda p: table.columns.index(p.name)):
        made += _decided_by(engine, table, (left.name,), frozenset())
    held = {(f.value, f.subject) for f in made}
    for one, two in combinations(able[:_PAIRED], 2):
        known = frozenset(subject for value, subject in held if value in (one.name, two.name))
        made += _decided_by(engine, table, (one.name, two.name), known)
    return made


def _decided_by(engine: Engine, table: Table, left: tuple[str, ...], known: frozenset[str]) -> list[Finding]:
    """The columns that `left` decides, apart from those already known to follow from a part of it."""
    most = math.prod(table.by_name[c].distinct for c in left) * 1.02 + 1
    goals = [p.name for p in table.profile.columns if 1 < p.distinct < min(table.rows, most) and p.type != "double"]
    goals = [g for g in goals if g not in left and f"{table.source}.{g}" not in known]
    found = (_measured(engine, table, left, g) for g in _promising(engine, table, left, goals))
    return [f for f in found if f is not None]


def _determines(table: Table, seen: ColumnProfile) -> bool:
    """Repeated, discrete and not free text: a unique column decides everything and says nothing."""
    measure = seen.type == "double" or seen.type.startswith("decimal") or seen.type == "timestamp"
    return 1 < seen.distinct <= 0.6 * table.rows and not measure and seen.max_length <= 60


def _whole_groups(table: Table, listed: str) -> str:
    """A condition that keeps some 50,000 rows of a large table, every group whole, chosen by the hash of the group."""
    share = table.rows // 50_000
    return f" AND hash({listed}) % {share} = 0" if share > 2 else ""


def _promising(engine: Engine, table: Table, left: tuple[str, ...], goals: list[str]) -> list[str]:
    """Goals with about as many pairs with the determinant as it has values, in the first rows."""
    if not goals:
        return []
    listed = ", ".join(identifier(c) for c in left)
    counted = ", ".join(f"count(DISTINCT ({listed}, {identifier(g)}))" for g in goals)
    ((base, *pairs),) = engine.rows(f"SELECT count(DISTINCT ({listed})), {counted} FROM {table.sample}")
    return [g for g, n in zip(goals, pairs, strict=True) if float(str(n)) <= 1.2 * float(str(base)) + 1]


def _measured(engine: Engine, table: Table, left: tuple[str, ...], goal: str) -> Finding | None:
    listed = ", ".join(identifier(c) for c in left)
    given = " AND ".join(f"{identifier(c)} IS NOT NULL" for c in left) + _whole_groups(table, listed)
    ((kept, rows, repeated, groups, guess),) = engine.rows(
        f"WITH c AS (SELECT {listed}, {identifier(goal)} AS g, count(*) AS n FROM {table.relation} WHERE {given} "
        f"AND {identifier(goal)} IS NOT NULL GROUP BY ALL), "
        f"s AS (SELECT max(n) AS top, sum(n) AS n FROM c GROUP BY {listed}) "
        "SELECT sum(top), sum(n), sum(n) FILTER (WHERE n > 1), count(*) FILTER (WHERE n > 1), "
        "(SELECT max(t) FROM (SELECT sum(n) AS t FROM c GROUP BY g)) FROM s"
    )
    total, support, several = int(str(rows or 0)), int(str(repeated or 0)), int(str(groups or 0))
    if support < _REPEATED or several < 3:
        return None
    error, guessed = 1 - int(str(kept)) / total, 1 - int(str(guess)) / total
    if error > _ERROR or error > (1 - _GAIN) * guessed or not guessed:
        return None
    sure = several / (several + 2) * (1 - 10 * error)
    exactly = "holds in all" if not error else f"{error:.2%} against it in"
    return Finding(
        by="scout",
        subject=f"{table.source}.{goal}",
        claim="depends_on",
        value=",".join(left),
        confidence=round(min(0.99, sure), 3),
        evidence=f"{exactly} {total:,} rows; {support:,} rows in {several:,} repeated groups support it",
    )
