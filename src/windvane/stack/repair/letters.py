"""Replaces pieces of texts by what they stand for, when that gives the whole text back."""

from __future__ import annotations

import re
from collections.abc import Callable

from windvane.sql.alias import quote
from windvane.stack.quality.oddities import Oddity, holds
from windvane.stack.quality.table import literal
from windvane.stack.repair.case import Case
from windvane.stack.repair.plans import Fix

MOST_TEXTS = 5_000
MOST_PIECES = 40


def replacing(case: Case, column: str, odd: Oddity, back: Callable[[str], str | None]) -> Fix | None:
    """The column with every piece that `odd` finds replaced, if that gives for each odd text what `back` gives.

    `None` when one text has no way back, or there are too many to look at.
    """
    name = quote(column)
    found = case.rows(
        f"SELECT DISTINCT {name} FROM {case.arriving()} WHERE {name} IS NOT NULL AND {holds(odd, name)} ORDER BY 1 "
        f"LIMIT {MOST_TEXTS + 1}"
    )
    texts = [str(r[0]) for r in found]
    whole = {t: back(t) for t in texts}
    if not texts or len(texts) > MOST_TEXTS or any(v is None for v in whole.values()):
        return None
    pieces = _pieces(odd, texts, back)
    if not 0 < len(pieces) <= MOST_PIECES or any(_replaced(t, pieces) != whole[t] for t in texts):
        return None
    sql = case.text(column)
    for old, new in pieces.items():
        sql = f"REPLACE({sql}, {literal(old)}, {literal(new)})"
    shown = ", ".join(f"{old} is {new}" for old, new in list(pieces.items())[:4])
    return Fix(column, sql, f"{len(texts):,} texts, {shown}")


def _pieces(odd: Oddity, texts: list[str], back: Callable[[str], str | None]) -> dict[str, str]:
    """What stands for what, longest first; `&amp;` last, so that nothing is taken back twice."""
    form = re.compile(f"(?:{odd.pattern})+")
    found = {m.group(0) for t in texts for m in form.finditer(t)}
    single = re.compile(odd.pattern)
    parts = {m.group(0) for piece in found for m in single.finditer(piece) if back(m.group(0)) is not None}
    wanted = parts if all(back(p) is not None for p in parts) and parts else found
    made = {p: b for p in wanted | {f for f in found if not parts} if (b := back(p)) is not None}
    return dict(sorted(made.items(), key=lambda i: (i[0] == "&amp;", -len(i[0]), i[0])))


def _replaced(text: str, pieces: dict[str, str]) -> str:
    for old, new in pieces.items():
        text = text.replace(old, new)
    return text
