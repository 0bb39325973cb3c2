"""How windvane spells SQL: DuckDB's dialect, with the words that people and other engines expect."""

from __future__ import annotations

from sqlglot import ErrorLevel, exp, parse, tokenize
from sqlglot.dialects.dialect import Dialect
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import SqlglotError
from sqlglot.generators.duckdb import DuckDBGenerator
from sqlglot.parser import Parser
from sqlglot.parsers.duckdb import DuckDBParser
from sqlglot.tokenizer_core import Token, TokenType

from windvane.domain.errors import Failed, Usage


class House(DuckDB):
    """DuckDB, but `VARCHAR` rather than `TEXT`, and `x IS NOT NULL` rather than `NOT x IS NULL`."""

    class Tokenizer(DuckDB.Tokenizer):
        """Knows `@` as the mark of a macro, not as DuckDB's operator for the absolute value."""

        SINGLE_TOKENS = {**DuckDB.Tokenizer.SINGLE_TOKENS, "@": TokenType.PARAMETER}  # noqa: RUF012
        VAR_SINGLE_TOKENS = {"$"}  # noqa: RUF012

    class Parser(DuckDBParser):
        """Reads `@start_date` as one thing."""

        NO_PAREN_FUNCTION_PARSERS = {  # noqa: RUF012
            k: v for k, v in DuckDBParser.NO_PAREN_FUNCTION_PARSERS.items() if k != "@"
        }
        PLACEHOLDER_PARSERS = {  # noqa: RUF012
            **DuckDBParser.PLACEHOLDER_PARSERS,
            TokenType.PARAMETER: lambda self: _macro(self),
        }

    class Generator(DuckDBGenerator):
        """Spells expressions; layout is done elsewhere."""

        TYPE_MAPPING = {**DuckDBGenerator.TYPE_MAPPING, exp.DType.TEXT: "VARCHAR"}  # noqa: RUF012

        def cast_sql(self, expression: exp.Cast, safe_prefix: str | None = None) -> str:
            """`DATE '2024-01-31'` for a literal, otherwise a CAST."""
            if not safe_prefix and expression.this.is_string and expression.to.this == exp.DType.DATE:
                return f"DATE {self.sql(expression, 'this')}"
            return super().cast_sql(expression, safe_prefix)

        def not_sql(self, expression: exp.Not) -> str:
            """`x IS NOT y`, `x NOT IN (...)`, otherwise `NOT x`."""
            inner = expression.this
            if isinstance(inner, exp.Is):
                return f"{self.sql(inner, 'this')} IS NOT {self.sql(inner, 'expression')}"
            if isinstance(inner, exp.In):
                left = self.sql(inner, "this")
                return f"{left} NOT{self.in_sql(inner).removeprefix(left)}"
            return super().not_sql(expression)


# SQLMesh, when it is imported, puts its own reading of macros into every registered dialect; ours has one already.
# (`Dialect.classes` would import every dialect there is.)
Dialect._classes.pop("house", None)


def _macro(parser: Parser) -> exp.Expr | None:
    """A macro of SQLMesh (`@start_date`) or a placeholder (`$1`), whose mark was just read."""
    mark, name = parser._prev.text, parser._curr
    if name is None:
        return None
    parser._advance()
    return exp.Placeholder(this=name.text) if mark == "$" else exp.Var(this=f"@{name.text}")


def statements(sql: str) -> list[exp.Expr]:
    """The statements of `sql` as trees. Raises `Usage` (`sql.unreadable`) with the place of the mistake."""
    try:
        return [tree for tree in parse(sql, dialect=House) if tree is not None]
    except SqlglotError as error:
        raise Usage(
            "cannot read a piece of SQL", code="sql.unreadable", why=_first_line(error), fix="correct the SQL"
        ) from error


def tree_of(sql: str) -> exp.Query:
    """The one query in `sql`. Raises `Usage` (`sql.unreadable`, `sql.not_a_query`)."""
    found = statements(sql)
    if len(found) != 1 or not isinstance(found[0], exp.Query):
        raise Usage(
            "this is not one query",
            code="sql.not_a_query",
            why=f"found {len(found)} statements: {', '.join(type(t).__name__.upper() for t in found) or 'nothing'}",
            fix="write one SELECT",
        )
    return found[0]


def expression_of(sql: str) -> exp.Expr:
    """A scalar expression as a tree. Raises `Usage` (`sql.unreadable`)."""
    query = tree_of(f"SELECT {sql}")
    if len(query.selects) != 1 or query.find(exp.From, exp.Where, exp.Union):
        raise Usage("this is not one expression", code="sql.unreadable", why=f"found `{sql}`", fix="correct the SQL")
    return query.selects[0]


def tokens_of(sql: str) -> list[Token]:
    """The tokens of `sql`. Raises `Usage` (`sql.unreadable`)."""
    try:
        return list(tokenize(sql, dialect=House))
    except SqlglotError as error:
        raise Usage(
            "cannot read a piece of SQL", code="sql.unreadable", why=_first_line(error), fix="close quotes and comments"
        ) from error


def spell(tree: exp.Expr) -> str:
    """An expression on one line, without comments."""
    return tree.sql(House, comments=False)


def spell_for(tree: exp.Expr, dialect: str) -> str:
    """A query for another engine. Raises `Failed` (`sql.not_portable`) when it has no words for a part of it."""
    try:
        return tree.sql(dialect, comments=False, unsupported_level=ErrorLevel.RAISE)
    except (SqlglotError, ValueError) as error:
        raise Failed(f"this SQL does not run on {dialect}", code="sql.not_portable", why=_first_line(error)) from error


def normal(sql: str) -> str:
    """An expression as windvane spells it: equal texts mean equal expressions."""
    return spell(expression_of(sql))


def type_name(kind: exp.Expr | None) -> str:
    """A type as contracts write it: lower case, no spaces, `varchar` for every kind of text."""
    if kind is None:
        return ""
    text = kind.sql(House).lower().replace(", ", ",")
    return "varchar" if text.startswith(("varchar", "char(")) else text


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].replace("\x1b[4m", "").replace("\x1b[0m", "") if str(error) else "no reason given"
