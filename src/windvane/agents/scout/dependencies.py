"""Functional dependencies: columns that one or two others decide, with the rows that support it.

Approximate dependencies are measured by g3, the share of rows to remove until one holds (Kivinen and Mannila, 1995),
and counted against always guessing the most frequent value, which a nearly constant column satisfies for free.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np

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
_LOOKED_AT = 2_000  # rows that tell what need not be counted
_WIDE = 40  # columns beyond which only the shortest list of dependencies is said that the others follow from
_SLACK = 0.005  # error of a share measured on so few rows

Codes = dict[str, np.ndarray]


def findings(engine: Engine, table: Table) -> list[Finding]:
    """Dependencies that hold on a few rows and, for those that do, on all (of large tables on whole groups)."""
    able = [p for p in table.profile.columns if _determines(table, p)]
    able = sorted(able, key=lambda p: p.distinct)[: _MOST if table.rows <= HELD_ROWS else _MOST // 2]
    made: list[Finding] = []
    codes = _codes(engine, table) if able else {}
    for left in sorted(able, key=lambda p: table.columns.index(p.name)):
        made += _decided_by(engine, table, (left.name,), _said(table, made, left.name), codes)
    held = {(f.value, f.subject) for f in made}
    for one, two in combinations(able[:_PAIRED], 2):
        known = frozenset(subject for value, subject in held if value in (one.name, two.name))
        made += _decided_by(engine, table, (one.name, two.name), known, codes)
    return made


def _said(table: Table, made: list[Finding], column: str) -> frozenset[str]:
    """What needs no saying of `column` in a wide table: an earlier column that decides it decides the same and more.

    What follows from what `column` decides follows from that one too, so of columns that decide each other only the
    first is said to decide the rest; the others are said to be decided by it.
    """
    if len(table.columns) <= _WIDE:
        return frozenset()
    above = {f.value for f in made if f.subject == f"{table.source}.{column}"}
    return frozenset(f.subject for f in made if f.value in above)


def _decided_by(
    engine: Engine, table: Table, left: tuple[str, ...], known: frozenset[str], codes: Codes
) -> list[Finding]:
    """The columns that `left` decides, apart from those already known to follow from a part of it."""
    most = math.prod(table.by_name[c].distinct for c in left) + _ERROR * table.rows + 1
    goals = [p.name for p in table.profile.columns if 1 < p.distinct < min(table.rows, most) and p.type != "double"]
    goals = [g for g in goals if g not in left and f"{table.source}.{g}" not in known]
    goals = [g for g in goals if _may_hold(codes, left, g)]
    found = (_judged(engine, table, left, g) for g in _promising(engine, table, left, goals))
    return [f for f in found if f is not None]


def _codes(engine: Engine, table: Table) -> Codes:
    """Some 2,000 rows of the sample, each column as small numbers, 0 where there is no value."""
    ((rows,),) = engine.rows(f"SELECT count(*) FROM {table.sample}")
    few = f" WHERE hash(_seq, _row) % {max(1, int(str(rows)) // _LOOKED_AT)} = 0"
    names = [p.name for p in table.profile.columns if p.distinct > 1]
    found = engine.rows(f"SELECT {', '.join(map(identifier, names))} FROM {table.sample}{few}") if names else []
    made: Codes = {}
    for name, values in zip(names, zip(*found, strict=True), strict=False):
        known: dict[object, int] = {None: 0}
        made[name] = np.array([known.setdefault(v, len(known)) for v in values], dtype=np.int64)
    return made


def _may_hold(codes: Codes, left: tuple[str, ...], goal: str) -> bool:
    """Whether the few rows leave it open that `left` decides `goal`.

    With few rows a dependency seems to hold rather than not, so what does not hold in them is not looked at further;
    nor is what always guessing the most frequent value does nearly as well.
    """
    if goal not in codes or any(c not in codes for c in left):
        return True
    given = (codes[goal] > 0) & np.logical_and.reduce([codes[c] > 0 for c in left])
    groups = np.zeros(int(given.sum()), dtype=np.int64)
    for column in left:
        groups = groups * (int(codes[column].max()) + 1) + codes[column][given]
    _, groups = np.unique(groups, return_inverse=True)
    goals = codes[goal][given]
    width = int(goals.max(initial=0)) + 1
    pairs, counts = np.unique(groups * width + goals, return_counts=True)
    best = np.zeros(int(groups.max(initial=0)) + 1, dtype=np.int64)
    np.maximum.at(best, pairs // width, counts)
    rows = max(1, len(goals))
    error, guessed = 1 - best.sum() / rows, 1 - np.bincount(goals, minlength=1).max() / rows
    return bool(error <= 2 * _ERROR and (error <= 2 * (1 - _GAIN) * guessed + _SLACK))


def _determines(table: Table, seen: ColumnProfile) -> bool:
    """Repeated, discrete and not free text: a unique column decides everything and says nothing."""
    measure = seen.type == "double" or seen.type.startswith("decimal") or seen.type == "timestamp"
    return 1 < seen.distinct <= 0.6 * table.rows and not measure and seen.max_length <= 60


def _whole_groups(table: Table, listed: str) -> str:
    """A condition that keeps some 50,000 rows of a large table, every group whole, chosen by the hash of the group."""
    share = table.rows // 50_000
    return f" AND hash({listed}) % {share} = 0" if share > 2 else ""


def _promising(engine: Engine, table: Table, left: tuple[str, ...], goals: list[str]) -> list[str]:
    """Goals that may hold in the first rows: every pair more than the determinant has values is a row against it."""
    if not goals:
        return []
    listed = ", ".join(identifier(c) for c in left)
    counted = ", ".join(f"count(DISTINCT ({listed}, {identifier(g)}))" for g in goals)
    ((rows, base, *pairs),) = engine.rows(f"SELECT count(*), count(DISTINCT ({listed})), {counted} FROM {table.sample}")
    most = int(str(base)) + _ERROR * int(str(rows))
    few = [g for g, n in zip(goals, pairs, strict=True) if int(str(n)) <= most + 1]
    return [g for g in few if _counted(engine, table.sample, (left, g)).error <= 2 * _ERROR]


@dataclass(frozen=True)
class _Counted:
    """g3 `error`, the `guessed` error of the most frequent value, rows, and the rows and groups that repeat."""

    error: float
    guessed: float
    rows: int
    support: int
    groups: int


def _counted(engine: Engine, relation: str, rule: tuple[tuple[str, ...], str], extra: str = "") -> _Counted:
    left, goal = rule
    listed = ", ".join(identifier(c) for c in left)
    given = " AND ".join(f"{identifier(c)} IS NOT NULL" for c in (*left, goal)) + extra
    ((kept, rows, repeated, groups, guess),) = engine.rows(
        f"WITH c AS (SELECT {listed}, {identifier(goal)} AS g, count(*) AS n FROM {relation} WHERE {given} "
        "GROUP BY ALL), "
        f"s AS (SELECT max(n) AS top, sum(n) AS n FROM c GROUP BY {listed}) "
        "SELECT sum(top), sum(n), sum(n) FILTER (WHERE n > 1), count(*) FILTER (WHERE n > 1), "
        "(SELECT max(t) FROM (SELECT sum(n) AS t FROM c GROUP BY g)) FROM s"
    )
    best, total, support, several, most = (int(str(n or 0)) for n in (kept, rows, repeated, groups, guess))
    return _Counted(1 - best / max(1, total), 1 - most / max(1, total), total, support, several)


def _judged(engine: Engine, table: Table, left: tuple[str, ...], goal: str) -> Finding | None:
    """The dependency as a finding when enough repeated rows bear it out and guessing would not do as well."""
    listed = ", ".join(identifier(c) for c in left)
    seen = _counted(engine, table.relation, (left, goal), _whole_groups(table, listed))
    if seen.support < _REPEATED or seen.groups < 3:
        return None
    most = _ERROR if len(left) == 1 else 0.0  # a few rows against a pair are soon explained by its many small groups
    if seen.error > most or seen.error > (1 - _GAIN) * seen.guessed or not seen.guessed:
        return None
    total, support, several, error = seen.rows, seen.support, seen.groups, seen.error
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
