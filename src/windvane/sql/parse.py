"""Reads a model file of SQLMesh: its header, its query, and what the query gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from windvane.domain.errors import Usage
from windvane.sql.house import spell, statements, tokens_of

_OPEN, _CLOSE = TokenType.L_PAREN, TokenType.R_PAREN


@dataclass(frozen=True)
class Projection:
    """One column that a query gives: its name, its expression on one line, and the comments beside it."""

    name: str
    sql: str
    comments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parsed:
    """A model file, taken apart; `header` and `query` are the texts as they stand in the file."""

    name: str
    kind: str  # VIEW, FULL, INCREMENTAL_BY_TIME_RANGE, ...; VIEW when the file does not say
    time_column: str
    grain: tuple[str, ...]
    description: str
    header: str
    query: str
    projections: tuple[Projection, ...]


def parse_model(text: str) -> Parsed:
    """The parts of a model file.

    Raises `Usage`: `model.no_header`, `model.no_name`, `model.no_query`, `model.jinja`, `sql.unreadable`.
    """
    header, query = split(text)
    properties = dict(_properties(header))
    name = properties.get("name", "").strip().replace('"', "")
    if not name:
        raise Usage("a model has no name", code="model.no_name", fix="write `name layer.table` into its header")
    kind = properties.get("kind", "VIEW")
    return Parsed(
        name=name,
        kind=kind.split("(")[0].strip().upper(),
        time_column=_time_column(kind),
        grain=_names(properties.get("grain", "")),
        description=_text(properties.get("description", "")),
        header=header,
        query=query,
        projections=projections(query_tree(query)),
    )


def split(text: str) -> tuple[str, str]:
    """(header, rest): the text up to the `)` that closes `MODEL (`, and what follows its semicolon."""
    tokens = tokens_of(text)
    if len(tokens) < 2 or tokens[0].text.upper() != "MODEL" or tokens[1].token_type != _OPEN:
        raise Usage(
            "a model file has no header",
            code="model.no_header",
            why="it does not begin with `MODEL (`",
            fix="begin it with `MODEL (name layer.table, kind FULL);`",
        )
    end = _closing(tokens, 1)
    after = tokens[end + 1] if end + 1 < len(tokens) else None
    cut = after.end + 1 if after is not None and after.token_type == TokenType.SEMICOLON else tokens[end].end + 1
    rest = text[cut:]
    if "JINJA_QUERY_BEGIN" in rest.upper() or "JINJA_STATEMENT_BEGIN" in rest.upper():
        raise Usage("a model uses Jinja", code="model.jinja", why="its SQL cannot be followed", fix="write plain SQL")
    return text[: tokens[end].end + 1], rest.strip()


def query_tree(query: str) -> exp.Query:
    """The query among the statements of a model. Raises `Usage` (`model.no_query`, `sql.unreadable`)."""
    found = [tree for tree in statements(query) if isinstance(tree, exp.Query)]
    if len(found) != 1:
        raise Usage(
            "a model needs exactly one query",
            code="model.no_query",
            why=f"found {len(found)}",
            fix="keep one SELECT after the header",
        )
    return found[0]


def projections(query: exp.Query) -> tuple[Projection, ...]:
    """What a query gives, in order; of a union, what its first branch gives."""
    return tuple(
        Projection(name=p.alias_or_name, sql=spell(p.unalias()), comments=tuple(comments_of(p))) for p in query.selects
    )


def comments_of(tree: exp.Expr) -> Iterator[str]:
    """Comments anywhere in a tree, in the order of its nodes, one line each."""
    for node in tree.walk(bfs=False):
        for comment in node.comments or []:
            yield from (line.strip() for line in comment.splitlines() if line.strip())


def _closing(tokens: list[Token], start: int) -> int:
    depth = 0
    for i, token in enumerate(tokens[start:], start):
        depth += (token.token_type == _OPEN) - (token.token_type == _CLOSE)
        if depth == 0:
            return i
    raise Usage("the header of a model is not closed", code="model.no_header", fix="close `MODEL (` with `)`")


def _properties(header: str) -> Iterator[tuple[str, str]]:
    """(name in lower case, raw value) of each property of a header."""
    tokens = tokens_of(header)
    depth, start = 0, 2
    for i, token in enumerate(tokens[1:], 1):
        depth += (token.token_type == _OPEN) - (token.token_type == _CLOSE)
        if (depth == 1 and token.token_type == TokenType.COMMA) or depth == 0:
            if start < i:
                yield tokens[start].text.lower(), header[tokens[start].end + 1 : tokens[i - 1].end + 1].strip()
            start = i + 1


def _time_column(kind: str) -> str:
    words = [t.text for t in tokens_of(kind)]
    lower = [w.lower() for w in words]
    if "time_column" not in lower:
        return ""
    after = words[lower.index("time_column") + 1 :]
    return next((w for w in after if w != "("), "")


def _names(value: str) -> tuple[str, ...]:
    kinds = (_OPEN, _CLOSE, TokenType.COMMA)
    return tuple(t.text for t in tokens_of(value) if t.token_type not in kinds) if value else ()


def _text(value: str) -> str:
    return tokens_of(value)[0].text if value else ""
