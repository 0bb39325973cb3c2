"""What a query reads, and where a column comes from, through any number of models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, build_scope

from windvane.domain.errors import Usage
from windvane.sql.house import tree_of
from windvane.sql.parse import query_tree, split

Models = Mapping[str, str]  # relation -> text of its model


class ColumnOf(NamedTuple):
    """One column of one relation."""

    relation: str
    column: str


def tables(sql: str) -> tuple[str, ...]:
    """Relations that a query reads, sorted; names of its own CTEs are none. Raises `Usage` (`sql.*`)."""
    return tables_of(tree_of(sql))


@lru_cache(maxsize=256)
def reads(model_text: str) -> tuple[str, ...]:
    """Relations that a model reads, sorted."""
    return tables_of(query_tree(split(model_text)[1]))


def tables_of(tree: exp.Expr) -> tuple[str, ...]:
    """Relations in a tree, sorted."""
    inner = {cte.alias for cte in tree.find_all(exp.CTE)}
    found = {_relation(t) for t in tree.find_all(exp.Table) if t.db or t.name not in inner}
    return tuple(sorted(name for name in found if name))


def upstream(models: Models, relation: str) -> tuple[str, ...]:
    """Everything that `relation` is made from, sources first, without itself."""
    seen: list[str] = []
    _visit(models, relation, seen, path=())
    return tuple(seen[:-1])


def downstream(models: Models, relation: str) -> tuple[str, ...]:
    """Everything that is made from `relation`, nearest first."""
    return tuple(sorted((n for n in models if relation in upstream(models, n)), key=lambda n: len(upstream(models, n))))


def earliest(models: Models, relations: Iterable[str]) -> tuple[str, ...]:
    """Those of `relations` that are made from none of the others: where a symptom starts."""
    shown = set(relations)
    return tuple(sorted(r for r in shown if not shown & set(upstream(models, r))))


def parents(model_text: str, column: str) -> tuple[ColumnOf, ...]:
    """The columns that one column of a model is computed from, sorted.

    Raises `Usage` (`lineage.no_column`) when the model does not give that column.
    """
    scope = _scope(model_text)
    if scope is None or column not in _query(scope).named_selects:
        raise Usage(f"the model gives no column `{column}`", code="lineage.no_column", fix="name one it gives")
    return tuple(sorted(set(_sources(scope, column))))


def origins(models: Models, relation: str, column: str) -> tuple[ColumnOf, ...]:
    """What a column rests on in the end, through all models: columns of relations that no model makes, sorted."""
    if relation not in models:
        return (ColumnOf(relation, column),)
    found: set[ColumnOf] = set()
    for parent in parents(models[relation], column):
        found |= set(origins(models, parent.relation, parent.column))
    return tuple(sorted(found))


def _visit(models: Models, relation: str, seen: list[str], path: tuple[str, ...]) -> None:
    if relation in seen or relation in path:
        return
    for parent in reads(models[relation]) if relation in models else ():
        _visit(models, parent, seen, (*path, relation))
    seen.append(relation)


def _relation(table: exp.Table) -> str:
    return f"{table.db}.{table.name}" if table.db else table.name


@lru_cache(maxsize=64)
def _scope(model_text: str) -> Scope | None:
    """The scopes of a model's query; only read, so that a wide table is parsed once and not for each column."""
    return build_scope(query_tree(split(model_text)[1]))


def _query(scope: Scope) -> exp.Query:
    expression = scope.expression
    if not isinstance(expression, exp.Query):
        raise Usage("only queries have a lineage", code="lineage.no_query", fix="name a query")
    return expression


def _sources(scope: Scope, column: str) -> Iterator[ColumnOf]:
    """Columns of real relations that `column` of a scope is made of."""
    query = _query(scope)
    if scope.union_scopes:
        position = query.named_selects.index(column)
        for branch in scope.union_scopes:
            yield from _sources(branch, _query(branch).named_selects[position])
        return
    projection = next(p for p in query.selects if p.alias_or_name == column)
    for used in projection.find_all(exp.Column):
        yield from _resolve(scope, used)


def _resolve(scope: Scope, used: exp.Column) -> Iterator[ColumnOf]:
    names = [used.table] if used.table else list(scope.sources)
    for name in names:
        source = scope.sources.get(name)
        if isinstance(source, Scope):
            if used.name in _query(source).named_selects:
                yield from _sources(source, used.name)
        elif isinstance(source, exp.Table) and (used.table or len(names) == 1):
            yield ColumnOf(_relation(source), used.name)
