"""Prints models for people: one thing per line, aligned, comments beside what they explain."""

from __future__ import annotations

from collections import Counter

from sqlglot import exp

from windvane.sql.house import House, spell, statements, tokens_of
from windvane.sql.parse import comments_of, split

WIDTH = 120
BESIDE = 110  # a comment that would end further right stands above its line
_ALIGN_UP_TO = 64  # longer expressions do not push the names of the others to the right
_ONE_LINE = 100  # what a call or a CASE may take before it is broken into lines
_KNOWN = {"expressions", "from_", "joins", "where", "group", "having", "order", "limit", "with_", "distinct", "kind"}


def pretty(model_text: str) -> str:
    """The same model, laid out; its header is left as it stands.

    Laying it out twice changes nothing. No comment is lost: a model with a comment at a place where the parser
    drops it stays as it is. Raises `Usage` as `parse_model` does.
    """
    header, query = split(model_text)
    parts = ["\n".join(query_lines(tree)) for tree in statements(query)]
    laid_out = header + ";\n\n" + ";\n\n".join(parts) + "\n"
    return laid_out if _remarks_in(laid_out) == _remarks_in(model_text) else model_text


def _remarks_in(text: str) -> Counter[str]:
    """How often each line of comment stands in a text."""
    comments = [line.strip() for token in tokens_of(text) for c in token.comments for line in c.splitlines()]
    return Counter(c for c in comments if c)


def query_lines(tree: exp.Expr) -> list[str]:
    """The lines of one statement; what this printer has no layout for is printed by sqlglot's."""
    if isinstance(tree, exp.Union) and not _extras(tree, {"this", "expression", "distinct", "with_"}):
        word = "UNION ALL" if tree.args.get("distinct") is False else "UNION"
        sides = [*query_lines(tree.this), word, *query_lines(tree.expression)]
        return [*_remarks(tree), *_with(tree), *sides]
    if isinstance(tree, exp.Select) and not _extras(tree, _KNOWN):
        return _select(tree)
    return tree.sql(House, pretty=True).splitlines()


def _extras(tree: exp.Expr, known: set[str]) -> set[str]:
    return {name for name, value in tree.args.items() if value and name not in known}


def _select(tree: exp.Select) -> list[str]:
    lines = [*_remarks(tree), *_with(tree)]
    lines.append("SELECT DISTINCT" if tree.args.get("distinct") else "SELECT")
    lines += _projections(tree.selects)
    if source := tree.args.get("from_"):
        lines += _source("FROM ", source.this, remarks=_own(source))
    for join in tree.args.get("joins") or []:
        lines += _join(join)
    for name, word in (("where", "WHERE "), ("having", "HAVING ")):
        if clause := tree.args.get(name):
            lines += [*_remarks(clause), *_condition(word, clause.this)]
        if name == "where" and (group := tree.args.get("group")):
            lines += _beside(spell(group).strip(), list(comments_of(group)))
    for name in ("order", "limit"):
        if clause := tree.args.get(name):
            lines += _beside(spell(clause).strip(), list(comments_of(clause)))
    return lines


def _own(tree: exp.Expr) -> list[str]:
    """Comments of a node itself, not of what is inside it."""
    return [line.strip() for comment in tree.comments or [] for line in comment.splitlines() if line.strip()]


def _remarks(tree: exp.Expr) -> list[str]:
    return [f"-- {line}" for line in _own(tree)]


def _with(tree: exp.Expr) -> list[str]:
    clause = tree.args.get("with_")
    if clause is None:
        return []
    lines = _remarks(clause)
    for i, cte in enumerate(clause.expressions):
        opening = ("WITH " if i == 0 else "") + f"{spell(cte.args['alias'])} AS ("
        lines += [*(f"-- {c}" for c in _own_comments(cte)), opening]
        lines += ["  " + line for line in query_lines(cte.this)]
        lines.append(")" if i == len(clause.expressions) - 1 else "),")
    return lines


def _own_comments(tree: exp.Expr) -> list[str]:
    """Comments of a CTE or a subquery and its name, not of the query inside."""
    alias = tree.args.get("alias")
    return _own(tree) + (list(comments_of(alias)) if alias is not None else [])


def _projections(selects: list[exp.Expr]) -> list[str]:
    cells = [_cell(p) for p in selects]
    widths = [len(left) for left, name, _ in cells if name and len(left) <= _ALIGN_UP_TO and "\n" not in left]
    width = max(widths, default=0)
    lines: list[str] = []
    for i, (left, name, comments) in enumerate(cells):
        text = f"{left.ljust(width)} AS {name}" if name else left
        text = "  " + text.replace("\n", "\n  ") + ("," if i < len(cells) - 1 else "")
        lines += _beside(text, comments, indent="  ")
    return lines


def _cell(projection: exp.Expr) -> tuple[str, str, list[str]]:
    """(expression, name, comments) of one projection."""
    comments = list(comments_of(projection))
    if not isinstance(projection, exp.Alias):
        return spell(projection), "", comments
    inner = projection.this
    left, name = spell(inner), spell(projection.args["alias"])
    if len(left) + len(name) > WIDTH - 10:
        left = _broken(inner)
    return left, name, comments


def _broken(tree: exp.Expr) -> str:
    """A long expression on several lines; a cast of what fits on one line keeps that line whole."""
    if isinstance(tree, exp.Cast):
        inside, kind = spell(tree.this), spell(tree.args["to"])
        if len(inside) <= WIDTH - 4:
            gap = " " if len(inside) + len(kind) <= WIDTH - 8 else "\n  "
            return f"CAST(\n  {inside}{gap}AS {kind}\n)"
    return tree.sql(House, pretty=True, comments=False, max_text_width=_ONE_LINE)


def _beside(text: str, comments: list[str], *, indent: str = "") -> list[str]:
    """A text of one line with its comment behind it when it fits there, above it otherwise."""
    lines = text.split("\n")
    if len(lines) == len(comments) == 1 and len(text) + len(comments[0]) + 4 <= BESIDE:
        return [f"{text} -- {comments[0]}"]
    return [*(f"{indent}-- {c}" for c in comments), *lines]


def _source(word: str, source: exp.Expr, *, remarks: list[str]) -> list[str]:
    if isinstance(source, exp.Subquery) and not _extras(source, {"this", "alias"}):
        alias = f" AS {spell(source.args['alias'])}" if source.args.get("alias") else ""
        inner = ["  " + line for line in query_lines(source.this)]
        return _beside("\n".join([f"{word}(", *inner, f"){alias}"]), remarks + _own_comments(source))
    return _beside(f"{word}{spell(source)}", remarks + list(comments_of(source)))


def _join(join: exp.Join) -> list[str]:
    words = [w.upper() for w in (join.method, join.side, join.kind) if w]
    lines = _source(" ".join([*words, "JOIN "]), join.this, remarks=_own(join))
    if on := join.args.get("on"):
        lines += ["  " + line for line in _condition("ON ", on)]
    if using := join.args.get("using"):
        lines.append(f"  USING ({', '.join(spell(c) for c in using)})")
    return lines


def _condition(word: str, tree: exp.Expr) -> list[str]:
    """A condition with one term of its AND per line, the terms below each other."""
    terms = list(tree.flatten()) if isinstance(tree, exp.And) else [tree]
    lead = "AND ".rjust(max(len(word), 4))
    lines: list[str] = []
    for i, term in enumerate(terms):
        lines += _beside((word if i == 0 else lead) + spell(term), list(comments_of(term)))
    return lines
