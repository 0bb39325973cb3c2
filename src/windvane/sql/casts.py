"""What a staging model says about each column: which text it is made of, and which type it becomes."""

from __future__ import annotations

from functools import lru_cache

from sqlglot import exp
from sqlglot.optimizer.annotate_types import annotate_types

from windvane.domain.batch import Cast
from windvane.domain.errors import Usage
from windvane.sql.house import expression_of, spell, type_name
from windvane.sql.parse import parse_model, query_tree

CARRIED = ("_batch", "_seq", "_row")  # where a row comes from; not made of text


@lru_cache(maxsize=256)  # asked for every batch that arrives; pure, and its answer cannot be changed
def casts(model_text: str) -> tuple[Cast, ...]:
    """One `Cast` per column of a staging model, in its order, however a person has spelled it.

    `CAST(text AS type) AS name`, `text::type AS name`, a bare column and an expression that gives text are
    understood; table aliases are dropped from `text`, so that it can be run over any relation with the
    delivered columns. Raises `Usage` (`staging.*`) when the model is not one row per delivered row, or when
    a value could turn into NULL or another type without a word.
    """
    parsed = parse_model(model_text)
    query = query_tree(parsed.query)
    _refuse_shape(query, parsed.name)
    made = [p for p in query.selects if p.alias_or_name not in CARRIED]
    return tuple(_cast(p, parsed.name) for p in made)


def delivered(model_text: str) -> tuple[str, ...]:
    """Delivered columns that a staging model reads, in the order they first appear. Raises as `casts` does."""
    found: dict[str, None] = {}
    for cast in casts(model_text):
        read = (c.name for c in expression_of(cast.text).find_all(exp.Column))
        found |= dict.fromkeys(name for name in read if name not in CARRIED)
    return tuple(found)


def _refuse_shape(query: exp.Query, model: str) -> None:
    """A staging model reads one source, row by row."""
    source = query.args.get("from_")
    plain = isinstance(query, exp.Select) and source is not None and isinstance(source.this, exp.Table)
    extras = [
        n
        for n in ("with_", "joins", "where", "group", "having", "qualify", "distinct", "limit", "laterals")
        if query.args.get(n)
    ]
    if plain and not extras:
        return
    raise Usage(
        f"`{model}` is not one row per delivered row",
        code="staging.shape",
        why=f"it has {', '.join(e.strip('_').upper() for e in extras)}" if extras else "it does not read one source",
        fix="keep `SELECT ... FROM src.<source>` in staging; filter, join and group in a core model",
    )


def _cast(projection: exp.Expr, model: str) -> Cast:
    name, expression = projection.alias_or_name, projection.unalias()
    if not name or isinstance(expression, exp.Star):
        raise _refuse(model, spell(projection), "it has no name of its own", "write `AS name` behind it, no `*`")
    while isinstance(expression, exp.Paren):
        expression = expression.this
    if isinstance(expression, exp.TryCast):
        raise _refuse(model, name, "TRY_CAST turns what does not fit into NULL without a word", "write CAST")
    if isinstance(expression, exp.Cast):
        return Cast(name=name, text=_text(expression.this, model, name), type=type_name(expression.to))
    if _gives_text(expression):
        return Cast(name=name, text=_text(expression, model, name), type="varchar")
    raise _refuse(model, name, "its type cannot be told from its text", "write `CAST(... AS type)` around it")


def _text(expression: exp.Expr, model: str, name: str) -> str:
    """The expression over delivered columns, without table aliases."""
    if expression.find(exp.Query, exp.AggFunc, exp.Window):
        raise _refuse(model, name, "it looks at other rows", "compute it in a core model")
    if expression.find(exp.TryCast):
        raise _refuse(model, name, "TRY_CAST turns what does not fit into NULL without a word", "write CAST")
    bare = expression.copy()
    for column in [bare] if isinstance(bare, exp.Column) else bare.find_all(exp.Column):
        column.set("table", None)
        column.set("db", None)
    return spell(bare)


def _gives_text(expression: exp.Expr) -> bool:
    if isinstance(expression, exp.Column):
        return True
    typed = expression.copy()
    for column in list(typed.find_all(exp.Column)):
        column.replace(exp.cast(column.copy(), "varchar"))
    return annotate_types(typed, dialect="duckdb").is_type(*exp.DataType.TEXT_TYPES)


def _refuse(model: str, column: str, why: str, fix: str) -> Usage:
    return Usage(f"cannot tell how `{column}` of `{model}` comes from text", code="staging.column", why=why, fix=fix)
