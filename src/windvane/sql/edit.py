"""Small edits of a model that leave the rest of a person's text exactly as it stands."""

from __future__ import annotations

from sqlglot.tokenizer_core import Token, TokenType

from windvane.domain.errors import Usage
from windvane.sql.house import tokens_of
from windvane.sql.parse import split


def insert_projection(model_text: str, projection: str, *, before: str) -> str:
    """The model with `projection` (SQL, with its name) as a line of its own before each column `before`.

    Every SELECT of the model that gives `before` as a bare column gets it, so that a column travels through
    subqueries. Raises `Usage` (`model.no_place`) when no SELECT gives `before`.
    """
    header, _ = split(model_text)
    places = [p for p in _places(model_text, before) if p > len(header)]
    if not places:
        raise Usage(
            f"there is no place to add a column before `{before}`",
            code="model.no_place",
            why=f"no SELECT of the model gives `{before}` as it is",
            fix="add the column by hand",
        )
    text = model_text
    for place in reversed(places):
        start = text.rfind("\n", 0, place) + 1
        indent = text[start:place] if not text[start:place].strip() else ""
        between = " " if not indent and "--" not in projection else f"\n{indent}"
        text = text[:place] + projection + between + text[place:]
    return text


def _places(text: str, name: str) -> list[int]:
    """Where `name` stands as a whole projection: between SELECT or a comma, and a comma or FROM, at one depth."""
    tokens = tokens_of(text)
    found: list[int] = []
    selecting: list[TokenType] = []  # the clause each open parenthesis stands in
    clause = TokenType.SEMICOLON
    for i, token in enumerate(tokens):
        kind = token.token_type
        if kind == TokenType.L_PAREN:
            selecting.append(clause)
            clause = TokenType.L_PAREN
        elif kind == TokenType.R_PAREN:
            clause = selecting.pop() if selecting else clause
        elif kind in (TokenType.SELECT, TokenType.FROM):
            clause = kind
        elif clause == TokenType.SELECT and token.text == name and _alone(tokens[i - 1 : i + 2]):
            found.append(token.start)
    return found


def _alone(window: list[Token]) -> bool:
    first, last = window[0].token_type, window[-1].token_type
    return first in (TokenType.COMMA, TokenType.SELECT) and last in (TokenType.COMMA, TokenType.FROM)
