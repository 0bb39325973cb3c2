"""Codes of one width whose leading noughts were lost on the way, as a spreadsheet takes them for numbers."""

from __future__ import annotations

from windvane.sql.alias import quote
from windvane.stack.repair.case import Case

FEWEST = 3  # different known codes that a width is learnt from
RULES = ("accepted_values", "cut_texts", "null_share", "orphans", "attributes")  # checks that such codes break


def shortened(case: Case) -> dict[str, int]:
    """Width by column of codes that are all digits and of one width in history, and shorter in some arriving rows.

    Every shorter one must be, filled up with noughts, a known code, and never have been a code as it came.
    """
    named = [n for n in case.broken(*RULES) if (c := case.cast(n)) and c.type.startswith("varchar")]
    return {name: width for name in named if (width := _width(case, name))}


def filled(text: str, width: int) -> str:
    """SQL of a text with noughts before it up to `width` letters; anything but digits stays."""
    noughts = "0" * width
    full = f"SUBSTRING('{noughts}' || TRIM({text}), LENGTH(TRIM({text})) + 1, {width})"
    return (
        f"CASE WHEN REGEXP_MATCHES(TRIM({text}), '^[0-9]+$') AND LENGTH(TRIM({text})) < {width} THEN {full} "
        f"ELSE {text} END"
    )


def _width(case: Case, column: str) -> int:
    name = quote(column)
    known = case.rows(
        f"SELECT MIN(LENGTH({name})), MAX(LENGTH({name})), COUNT(DISTINCT {name}), "
        f"MIN(CASE WHEN REGEXP_MATCHES({name}, '^[0-9]+$') THEN 1 ELSE 0 END) FROM {case.known} "
        f"WHERE {name} IS NOT NULL"
    )[0]
    least, most, codes, digits = (int(str(v)) if v is not None else 0 for v in known)
    if least != most or codes < FEWEST or not digits:
        return 0
    strange = case.rows(
        f"WITH known AS (SELECT DISTINCT {name} AS code FROM {case.known}), "
        f"short AS (SELECT DISTINCT {name} AS code FROM {case.arriving()} "
        f"WHERE {name} IS NOT NULL AND LENGTH({name}) <> {most}) "
        f"SELECT COUNT(*), SUM(CASE WHEN {filled('code', most)} IN (SELECT code FROM known) THEN 1 ELSE 0 END) "
        "FROM short"
    )[0]
    many, home = (int(str(v)) if v is not None else 0 for v in strange)
    return most if many and many == home else 0
