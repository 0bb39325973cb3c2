"""A query without its constants: what the workload log counts, so that it holds shapes and never values."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.tokenizer_core import TokenType

from windvane.domain.errors import WindvaneError
from windvane.sql.house import spell, statements, tokens_of
from windvane.sql.lineage import tables_of

_VALUES = (TokenType.STRING, TokenType.NUMBER, TokenType.NATIONAL_STRING, TokenType.HEX_STRING)


@dataclass(frozen=True)
class Fingerprint:
    """`shape`: the query with `?` for every constant; `id`: 16 hexadecimal digits of it; `tables`: what it reads."""

    id: str
    shape: str
    tables: tuple[str, ...]


def fingerprint(sql: str) -> Fingerprint:
    """The fingerprint of any text; what cannot be parsed is normalised word by word, and never raises."""
    try:
        trees = [tree.transform(_blank) for tree in statements(sql)]
        shape = "; ".join(spell(tree).strip() for tree in trees)
        tables = tuple(sorted({t for tree in trees for t in tables_of(tree)}))
    except WindvaneError:
        shape, tables = _words(sql), ()
    return Fingerprint(id=hashlib.sha256(shape.encode()).hexdigest()[:16], shape=shape, tables=tables)


def _blank(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Literal):
        return exp.Placeholder()
    if isinstance(node, exp.In) and node.expressions:
        node.set("expressions", [exp.Placeholder()])  # lists of any length are one shape
    if isinstance(node, exp.Identifier) and not node.quoted:
        node.set("this", node.name.lower())
    return node


def _words(sql: str) -> str:
    try:
        return " ".join("?" if t.token_type in _VALUES else t.text.lower() for t in tokens_of(sql))
    except WindvaneError:
        return "unreadable"
