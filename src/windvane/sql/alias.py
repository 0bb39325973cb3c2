"""Lets a staging model read a delivered column under a second name, leaving the rest of the text as it stands."""

from __future__ import annotations

from functools import lru_cache

from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from windvane.domain.errors import Usage
from windvane.sql.house import spell, tokens_of, tree_of
from windvane.sql.parse import split

CARRIED = frozenset({"_batch", "_seq", "_row"})  # where a row comes from; delivered by nobody


@lru_cache(maxsize=8192)  # asked for every column of every delivery; pure
def columns_of(expression: str) -> frozenset[str]:
    """Names of the delivered columns that a SQL expression reads. Raises `Usage` (`sql.*`)."""
    return frozenset(c.name for c in tree_of(f"SELECT {expression}").find_all(exp.Column)) - CARRIED


def add_alias(model_text: str, column: str, alias: str, *, because: str) -> str:
    """The model with `COALESCE("column", "alias")` wherever it read `column`, and the reason as a comment above.

    Raises `Usage` (`model.no_place`) when the model does not read `column`.
    """
    header, _ = split(model_text)
    tokens = tokens_of(model_text)
    places = [t for i, t in enumerate(tokens) if t.start > len(header) and _reads(tokens, i, column)]
    if not places:
        raise Usage(
            f"the model does not read `{column}`", code="model.no_place", fix="add the alias by hand where it belongs"
        )
    text = model_text
    for token in reversed(places):
        text = text[: token.start] + f"COALESCE({quote(column)}, {quote(alias)})" + text[token.end + 1 :]
    start = text.rfind("\n", 0, places[0].start) + 1
    indent = text[start : len(text) - len(text[start:].lstrip())] if text[start:].strip() else ""
    comment = " ".join(because.replace("*/", "* /").split())
    return text[:start] + f"{indent}-- {comment}\n" + text[start:]


def quote(name: str) -> str:
    """A name as a quoted identifier."""
    return '"' + name.replace('"', '""') + '"'


def _reads(tokens: list[Token], place: int, column: str) -> bool:
    token = tokens[place]
    if token.token_type not in (TokenType.IDENTIFIER, TokenType.VAR) or token.text != column:
        return False
    before = tokens[place - 1].token_type if place else None
    after = tokens[place + 1].token_type if place + 1 < len(tokens) else None
    return before != TokenType.ALIAS and after not in (TokenType.L_PAREN, TokenType.DOT)


def swap_column(expression: str, column: str, other: str) -> str:
    """The expression with `other` in place of `column`."""
    tree = tree_of(f"SELECT {expression}").selects[0]
    tree = exp.Select(expressions=[tree])
    for found in tree.find_all(exp.Column):
        if found.name == column:
            found.set("this", exp.to_identifier(other, quoted=True))
    return spell(tree.selects[0])


def put_in(expression: str, column: str, made: str) -> str:
    """The expression with the expression `made` in place of each reading of `column`."""
    tree = exp.Select(expressions=[tree_of(f"SELECT {expression}").selects[0]])
    given = tree_of(f"SELECT {made}").selects[0]
    for found in list(tree.find_all(exp.Column)):
        if found.name == column:
            found.replace(given.copy())
    return spell(tree.selects[0])
