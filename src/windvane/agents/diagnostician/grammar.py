"""The grammar of repairs of a number: respell it, multiply it, turn its sign; at most two of them in a row."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from windvane.stack.quality.canonical import canonical_sql
from windvane.stack.quality.numbers import readings
from windvane.stack.repair.case import Case
from windvane.stack.repair.numbers import MOST_DIGITS, times
from windvane.stack.repair.spellings import null_tokens, texts_of

TENS = (1000.0, 100.0, 10.0, 0.1, 0.01, 0.001)


class Candidate(NamedTuple):
    """One way to read a column: SQL, and in words."""

    text: str
    told: str


def candidates(case: Case, column: str) -> Iterator[Candidate]:
    """Compositions of at most two rules, simple ones first; the column as it is read now is none."""
    spellings = [Candidate(case.text(column), "")]
    spellings += [
        Candidate(canonical_sql(str(s), case.raw(column), null_tokens(case, column)), f"read as `{s}`")
        for s in readings(texts_of(case, column))
    ]
    changes = ["", *(f"times {f:g}" for f in TENS), "with the other sign"]
    for spelled, change in sorted(product(spellings, changes), key=lambda p: bool(p[0].told) + bool(p[1])):
        if spelled.told or change:
            told = " and ".join(t for t in (spelled.told, change) if t)
            yield Candidate(_changed(spelled.text, change), told)


def _changed(text: str, change: str) -> str:
    if not change:
        return text
    if change.startswith("times "):
        return times(text, f"* {float(change.removeprefix('times ')):.3f}", digits=MOST_DIGITS)
    return f"CASE WHEN {text} LIKE '-%' THEN SUBSTRING({text}, 2) ELSE '-' || {text} END"
