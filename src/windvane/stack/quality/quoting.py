"""Text inside SQL: literals and patterns."""

from __future__ import annotations


def quoted(text: str) -> str:
    """`text` as a SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def like(text: str, form: str) -> str:
    """A condition on the SQL `text`; `form` holds `%` and `_` as wildcards only."""
    return f"{text} LIKE {quoted(form)}"
