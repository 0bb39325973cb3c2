"""How texts of numbers are multiplied in SQL without a digit lost, and how many digits a column uses."""

from __future__ import annotations

from windvane.sql.alias import quote
from windvane.stack.repair.case import Case

PLAIN = "^[+-]?[0-9]+([.][0-9]+)?$"
SHORT = "^[+-]?[0-9]{1,9}([.][0-9]{1,9})?$"  # fits 18 digits, which engines read a hundred times faster than 24
MOST_DIGITS = 9


def times(text: str, factor: str, *, digits: int) -> str:
    """SQL: the number that `text` spells times `factor` (SQL), with `digits` behind the point; other texts stay."""
    short = f"CAST(CAST({text} AS DECIMAL(18, 9)) AS DECIMAL(24, 9))"
    number = f"CASE WHEN REGEXP_MATCHES({text}, '{SHORT}') THEN {short} ELSE CAST({text} AS DECIMAL(24, 9)) END"
    product = f"CAST(ROUND({number} {factor}, {digits}) AS DECIMAL(38, {digits}))"
    return f"CASE WHEN REGEXP_MATCHES({text}, '{PLAIN}') THEN CAST({product} AS VARCHAR) ELSE {text} END"


def digits_of(case: Case, column: str, relation: str) -> int:
    """Digits behind the point that the values of a column use; `MOST_DIGITS` + 1 when more."""
    for asked in (range(3), range(3, MOST_DIGITS + 1)):  # most have two at most, and each that is asked costs time
        tests = ", ".join(_beyond(f"CAST({quote(column)} AS DOUBLE)", d) for d in asked)
        found = case.rows(f"SELECT {tests} FROM {relation} WHERE {quote(column)} IS NOT NULL")[0]
        fits = next((d for d, n in zip(asked, found, strict=True) if not n), None)
        if fits is not None:
            return fits
    return MOST_DIGITS + 1


def _beyond(name: str, digits: int) -> str:
    """How many values have more digits behind the point."""
    scaled = f"{name} * 1e{digits}"
    return f"COUNT(*) FILTER (abs({scaled} - round({scaled})) > 1e-6 * greatest(1, abs({name}) * 1e{digits} * 1e-9))"
