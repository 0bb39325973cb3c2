"""Tells whether a query can be computed for some keys alone: then what changed is enough to bring its table up to date.

A query is *local* in columns K of one relation it reads when the rows it gives for a value of K depend on no other row
of that relation than those with that value. Filters and joins from the relation to others are; so are groups and
windows whose keys hold K. What is not understood is not local.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from windvane.domain.errors import Usage
from windvane.sql.house import spell, tree_of

_OWN = frozenset({"expressions", "from_", "joins", "where", "group", "having"})  # parts of a SELECT understood
_CHANGEFUL = (
    exp.Anonymous,
    exp.AnyValue,
    exp.ArgMax,
    exp.ArgMin,
    exp.CurrentDate,
    exp.CurrentDatetime,
    exp.CurrentTime,
    exp.CurrentTimestamp,
    exp.First,
    exp.Last,
    exp.Rand,
    exp.Randn,
    exp.Uuid,
)  # may give something else for the same rows, or something that nobody here knows


@dataclass(frozen=True)
class Local:
    """A query that is local in `keys`: column of the relation -> name under which the query gives it."""

    query: str
    relation: str
    keys: Mapping[str, str]

    def over(self, other: str) -> str:
        """The query, reading the relation `other` (a name, with the same columns) in place of its own."""
        tree = tree_of(self.query)
        table = next(t for t in tree.find_all(exp.Table) if _name(t) == self.relation)
        table.replace(exp.alias_(exp.to_table(other), table.alias_or_name, table=True, quoted=True))
        return spell(tree)


@dataclass(frozen=True)
class _Level:
    """What a SELECT gives: output name -> column of the relation; `bound` are the columns that K must be among."""

    given: Mapping[str, str]
    bound: frozenset[str] | None = None  # None: any


def local(query: str, relation: str, *, wanted: tuple[str, ...]) -> Local | None:
    """How `query` is local in columns of `relation`, in those `wanted` if it can be; `None` when it is not, or unclear.

    `query`: one SELECT in which each column says of which relation it is; it reads `relation` once.
    """
    try:
        tree = tree_of(query)
    except Usage:
        return None
    read = list(tree.find_all(exp.Table))
    named = all(isinstance(t.this, exp.Identifier) for t in read)  # no function that reads who knows what
    if not named or tree.find(*_CHANGEFUL) or [_name(t) for t in read].count(relation) != 1:
        return None
    level = _followed(tree, relation)
    if level is None:
        return None
    names = {column: name for name, column in reversed([*level.given.items()])}
    bound = frozenset(names) if level.bound is None else level.bound & frozenset(names)
    keys = wanted if wanted and set(wanted) <= bound else tuple(sorted(bound)) if level.bound is not None else ()
    return Local(query, relation, {k: names[k] for k in keys}) if keys else None


def _followed(tree: exp.Expr, relation: str) -> _Level | None:
    """The level of a SELECT that reads the relation in its FROM, directly or in a SELECT there."""
    source = tree.args.get("from_")
    if not isinstance(tree, exp.Select) or source is None or not _plain(tree):
        return None
    below = _below(source.this, relation)
    if below is None:
        return None
    return _bounded(tree, source.this.alias_or_name, below)


def _below(source: exp.Expr, relation: str) -> _Level | None:
    """The level of what stands behind FROM; of the relation itself every column is given."""
    if isinstance(source, exp.Table) and _name(source) == relation and not _beside(source, "this", "db", "catalog"):
        return _Level(_Everything())
    if isinstance(source, exp.Subquery) and not _beside(source, "this"):
        return _followed(source.this, relation)
    return None


def _plain(tree: exp.Select) -> bool:
    """Whether nothing in a SELECT looks beyond its rows in a way that is not understood."""
    if any(value for part, value in tree.args.items() if part not in _OWN):
        return False
    group = tree.args.get("group")
    if group is not None and any(value for part, value in group.args.items() if part != "expressions"):
        return False
    own = [*tree.selects, *(tree.args[p] for p in ("where", "having") if tree.args.get(p))]
    if any(p.find(exp.Query, exp.Star) and not _only_counts(p) for p in own):
        return False
    return all(_joins_on(j) for j in tree.args.get("joins") or ())


def _only_counts(part: exp.Expr) -> bool:
    """Whether each star is that of `COUNT(*)`, and there is no query inside."""
    return part.find(exp.Query) is None and all(isinstance(s.parent, exp.Count) for s in part.find_all(exp.Star))


def _joins_on(join: exp.Join) -> bool:
    """Whether each row before a join comes out of it by itself: with what fits it, or alone."""
    known = {"this", "on", "side", "kind"}
    if any(value for part, value in join.args.items() if part not in known):
        return False
    on = join.args.get("on")
    return (
        isinstance(join.this, exp.Table | exp.Subquery)
        and join.side in ("", "LEFT")
        and join.kind in ("", "INNER", "OUTER", "CROSS")
        and (on is None or on.find(exp.Query) is None)
    )


def _bounded(tree: exp.Select, alias: str, below: _Level) -> _Level | None:
    """The level of a SELECT over `alias`; `None` when it adds up all of its rows."""
    bounds = [below.bound] if below.bound is not None else []
    group = tree.args.get("group")
    windows = [w for part in tree.selects for w in part.find_all(exp.Window)]
    inside = {id(n) for w in windows for n in w.find_all(exp.AggFunc)}
    if group is not None:
        bounds.append(_columns(group.expressions, alias, below))
    elif any(id(n) not in inside for part in tree.selects for n in part.find_all(exp.AggFunc)):
        return None
    bounds += [_columns(w.args.get("partition_by") or [], alias, below) for w in windows]
    given: dict[str, str] = {}
    for part in tree.selects:
        column = _column(part.unalias(), alias, below)
        if column is not None:
            given[part.alias_or_name] = column
    return _Level(given, frozenset.intersection(*bounds) if bounds else None)


def _columns(parts: list[exp.Expr], alias: str, below: _Level) -> frozenset[str]:
    return frozenset(c for part in parts if (c := _column(part, alias, below)) is not None)


def _column(part: exp.Expr, alias: str, below: _Level) -> str | None:
    """The column of the relation that an expression is, bare; `None` when it is none, or not surely."""
    if not isinstance(part, exp.Column) or part.table != alias:
        return None
    return below.given.get(part.name)


def _beside(tree: exp.Expr, *parts: str) -> bool:
    """Whether a node has more than `parts` and a plain alias."""
    alias = tree.args.get("alias")
    renamed = alias is not None and bool(alias.args.get("columns"))
    return renamed or any(value for part, value in tree.args.items() if part not in (*parts, "alias"))


def _name(table: exp.Table) -> str:
    return f"{table.db}.{table.name}" if table.db else table.name


class _Everything(dict[str, str]):
    """Every name stands for the column of that name."""

    def get(self, key: str, default: str | None = None) -> str | None:  # type: ignore[override]  # noqa: ARG002
        return key
