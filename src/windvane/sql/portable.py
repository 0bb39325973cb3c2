"""Keeps generated models in the SQL that DuckDB, Postgres and Spark share."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.tokenizer_core import TokenType

from windvane.domain.errors import Failed
from windvane.sql.house import spell_for, tokens_of
from windvane.sql.parse import query_tree, split

ENGINES = ("postgres", "spark")
_REFUSED: dict[type[exp.Expr], str] = {
    exp.Star: "`*`",
    exp.TryCast: "TRY_CAST",
    exp.Pivot: "PIVOT",
    exp.Qualify: "QUALIFY",
    exp.Lambda: "a lambda",
    exp.Unnest: "UNNEST",
}
# Functions that DuckDB, Postgres and Spark share with the same name and meaning; all others are refused.
_SHARED = frozenset(
    """
    Abs And Avg Case Cast Ceil Coalesce Concat Cos Count CurrentDate CurrentTimestamp DateTrunc DenseRank Exp Extract
    FirstValue Floor Greatest If Lag LastValue Lead Least Length Ln Lower LTrim Max Min Mod Not Nullif Or Pow Rank
    RegexpLike Replace Round RowNumber RTrim Sign Sin Sqrt Stddev StddevPop StddevSamp Substring Sum TimestampTrunc
    Translate Trim Upper Variance VariancePop Xor
    """.split()  # noqa: SIM905
)


def objections(model_text: str) -> tuple[str, ...]:
    """What in a model does not travel, each as a short phrase; empty when it is portable."""
    _, query = split(model_text)
    tree = query_tree(query)
    found = [f"{words}: `{node.sql('duckdb')[:60]}`" for kind, words in _REFUSED.items() for node in _uses(tree, kind)]
    found += [f"function: `{node.sql('duckdb')[:60]}`" for node in tree.find_all(exp.Func) if not _is_shared(node)]
    found += [f"ASOF join: `{j.sql('duckdb')[:60]}`" for j in tree.find_all(exp.Join) if j.method == "ASOF"]
    found += ["GROUP BY ALL" for g in tree.find_all(exp.Group) if g.args.get("all")]
    found += ["`::`" for token in tokens_of(query) if token.token_type == TokenType.DCOLON]
    return tuple(dict.fromkeys(found))


def require_portable(model_text: str) -> None:
    """Raises `Failed` (`sql.not_portable`) when a model uses what other engines do not know."""
    found = objections(model_text)
    if found:
        raise Failed("a generated model is not portable", code="sql.not_portable", why="; ".join(found))
    for engine in ENGINES:
        transpiled(model_text, engine)


def transpiled(model_text: str, engine: str) -> str:
    """The query of a model as `engine` (`postgres`, `spark`) spells it. Raises `Failed` (`sql.not_portable`)."""
    return spell_for(query_tree(split(model_text)[1]), engine)


def _is_shared(function: exp.Func) -> bool:
    return type(function).__name__ in _SHARED


def _uses(tree: exp.Expr, kind: type[exp.Expr]) -> list[exp.Expr]:
    """Nodes of a kind; the star of `COUNT(*)` and the unit of a macro are no offence."""
    return [n for n in tree.find_all(kind) if not isinstance(n.parent, exp.Count)]
