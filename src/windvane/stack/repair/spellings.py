"""Columns of a batch whose texts are no values, and what is known of how they are spelled."""

from __future__ import annotations

import json

from windvane.sql.alias import quote
from windvane.stack.repair.case import Case

FEW = 0.001  # share of misfits that is left to quarantine
MOST_TEXTS = 2_000


def suspects(case: Case) -> tuple[str, ...]:
    """Columns with more misfits than a few, or named by a broken check about when rows are."""
    rows = max(1, case.batch.accepted)
    found = [c.name for c in case.made if c.type != "varchar" and case.misfits(c.name) > FEW * rows]
    return tuple(dict.fromkeys(found))


def texts_of(case: Case, column: str) -> dict[str, int]:
    """Distinct delivered texts of a column with their counts, null tokens and blanks left out."""
    raw = case.raw(column)
    none = {"", *null_tokens(case, column)}
    found = case.rows(
        f"SELECT TRIM({raw}) AS v, COUNT(*) FROM {case.landed} WHERE {raw} IS NOT NULL GROUP BY 1 ORDER BY hash(v), v "
        f"LIMIT {MOST_TEXTS}"
    )
    return {str(v): int(str(n)) for v, n in found if str(v) not in none}


def null_tokens(case: Case, column: str) -> tuple[str, ...]:
    """Texts that mean no value in a column, as the scout found them in known rows."""
    subject = f"{case.source}.{case.raw(column).strip(chr(34))}"
    found = [f for f in case.scene.findings if f.claim == "null_token" and f.subject == subject]
    best = max(found, key=lambda f: f.confidence, default=None)
    listed = json.loads(best.value) if best else []
    return tuple(str(t) for t in listed)


def values_mark(case: Case, column: str, text: str) -> str:
    """A mark over the values that a text gives: equal for readings that give equal values."""
    return str(
        case.rows(f"SELECT SUM(hash(_row, {quote(column)}) % 1000003) FROM {case.arriving({column: text})}")[0][0]
    )
