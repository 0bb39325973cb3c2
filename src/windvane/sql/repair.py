"""Lets a staging model read a column of named batches in another way, leaving the rest of the text as it stands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from windvane.domain.errors import Usage
from windvane.sql.house import expression_of, spell, tokens_of
from windvane.sql.parse import split

BATCH = "_batch"


class Way(NamedTuple):
    """How rows of some batches are read: `text` is SQL over delivered columns that gives castable text."""

    batches: tuple[str, ...]
    text: str


def ways(text: str) -> tuple[tuple[Way, ...], str]:
    """(the ways of named batches, how all others are read) of the text of a cast."""
    tree = expression_of(text)
    while isinstance(tree, exp.Paren):
        tree = tree.this
    if not isinstance(tree, exp.Case) or tree.this is not None or tree.args.get("default") is None:
        return (), spell(tree)
    found = []
    for branch in tree.args["ifs"]:
        named = _named(branch.this)
        if not named:
            return (), spell(tree)
        found.append(Way(named, spell(branch.args["true"])))
    return tuple(found), spell(tree.args["default"])


def read_otherwise(model_text: str, column: str, way: Way, *, kind: str = "", because: str) -> str:
    """The staging model in which rows of `way.batches` make `column` from `way.text`, all others as before.

    `kind` is a new type for the whole column, when it has to be wider. The reason stands above as a comment. A way that
    is known for other batches gets these too. Raises `Usage` (`model.no_place`) when the model gives no such column.
    """
    start, end = _place(model_text, column)
    parted = _parted(model_text[start:end], column)
    known, others = ways(parted.text)
    made = _spelled(_with(known, way), others)
    line = model_text.rfind("\n", 0, start) + 1
    indent = model_text[line:start] if not model_text[line:start].strip() else "  "
    comment = f"-- {_flat(because)}\n{indent}"
    before = "" if not model_text[line:start].strip() else "\n" + indent
    cast = f"CAST({_laid(made, indent)} AS {(kind or parted.kind).upper()}) AS {parted.name}"
    return model_text[:start] + before + comment + cast + model_text[end:]


def as_others(model_text: str, batches: tuple[str, ...]) -> str:
    """The staging model in which rows of `batches` are read as all others are: their ways are gone."""
    text = model_text
    header, _ = split(text)
    names = [p[-1].text for p in _projections([t for t in tokens_of(text) if t.start > len(header)]) if p]
    for name in names:
        start, end = _place(text, name)
        parted = _parted(text[start:end], name)
        known, others = ways(parted.text)
        left = tuple(Way(b, w.text) for w in known if (b := tuple(x for x in w.batches if x not in batches)))
        if left == known:
            continue
        line = text.rfind("\n", 0, start) + 1
        indent = text[line:start] if not text[line:start].strip() else "  "
        made = _laid(_spelled(left, others), indent) if left else others
        text = f"{text[:start]}CAST({made} AS {parted.kind.upper()}) AS {parted.name}{text[end:]}"
    return text


class _Parted(NamedTuple):
    text: str
    kind: str
    name: str


def _parted(projection: str, column: str) -> _Parted:
    tree = expression_of(projection)
    name = projection[projection.rstrip().rfind(" ") + 1 :].strip() if isinstance(tree, exp.Alias) else column
    bare = tree.unalias()
    while isinstance(bare, exp.Paren):
        bare = bare.this
    if isinstance(bare, exp.Cast) and not isinstance(bare, exp.TryCast):
        return _Parted(spell(bare.this), spell(bare.to), name)
    return _Parted(spell(bare), "VARCHAR", name)


def _with(known: tuple[Way, ...], way: Way) -> tuple[Way, ...]:
    """A batch is read in one way: the last word on it counts."""
    rest = [Way(tuple(b for b in w.batches if b not in way.batches), w.text) for w in known]
    same = next((w for w in rest if w.text == way.text), None)
    if same is not None:
        joined = Way((*same.batches, *way.batches), way.text)
        return tuple(joined if w is same else w for w in rest if w.batches or w is same)
    return (*(w for w in rest if w.batches), way)


def _spelled(known: tuple[Way, ...], others: str) -> list[str]:
    listed = (", ".join("'" + b.replace("'", "''") + "'" for b in w.batches) for w in known)
    whens = [f"WHEN {BATCH} IN ({ids}) THEN {w.text}" for ids, w in zip(listed, known, strict=True)]
    return [*whens, f"ELSE {others}"]


def _laid(branches: list[str], indent: str) -> str:
    return "CASE" + "".join(f"\n{indent}  {b}" for b in branches) + f"\n{indent}END"


def _named(condition: exp.Expr) -> tuple[str, ...]:
    """Batches of `_batch IN ('a', 'b')`; empty for any other condition."""
    if isinstance(condition, exp.In) and isinstance(condition.this, exp.Column) and condition.this.name == BATCH:
        return tuple(e.this for e in condition.expressions if isinstance(e, exp.Literal))
    if isinstance(condition, exp.EQ) and isinstance(condition.this, exp.Column) and condition.this.name == BATCH:
        return (condition.expression.this,) if isinstance(condition.expression, exp.Literal) else ()
    return ()


def _place(text: str, column: str) -> tuple[int, int]:
    """Where the projection of `column` begins and ends in the first SELECT of the query."""
    header, _ = split(text)
    tokens = [t for t in tokens_of(text) if t.start > len(header)]
    for part in _projections(tokens):
        if (
            part
            and part[-1].text == column
            and (len(part) == 1 or part[-2].token_type in (TokenType.ALIAS, TokenType.DOT))
        ):
            return part[0].start, part[-1].end + 1
    raise Usage(
        f"the model gives no column `{column}`", code="model.no_place", fix="write the repair by hand where it belongs"
    )


def _projections(tokens: list[Token]) -> Iterable[list[Token]]:
    depth, part, inside = 0, list[Token](), False
    for token in tokens:
        kind = token.token_type
        depth += (kind == TokenType.L_PAREN) - (kind == TokenType.R_PAREN)
        if kind == TokenType.SELECT and depth == 0:
            inside = True
        elif inside and depth == 0 and kind in (TokenType.COMMA, TokenType.FROM):
            yield part
            part = []
            if kind == TokenType.FROM:
                return
        elif inside:
            part.append(token)


def _flat(text: str) -> str:
    return " ".join(text.replace("*/", "* /").replace("/*", "/ *").split())
