"""Texts without what makes spellings of one word differ."""

from __future__ import annotations


def folded(name: str) -> str:
    """SQL: a text without case, and with single blanks nowhere but between words."""
    inner = f"REPLACE(REPLACE(REPLACE({name}, CHR(160), ' '), CHR(9), ' '), '  ', ' ')"
    return f"LOWER(TRIM({inner}))"
