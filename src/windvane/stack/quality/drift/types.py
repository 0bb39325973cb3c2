"""Columns whose values became of another type: wider, narrower, or no longer of that kind at all."""

from __future__ import annotations

import re
from typing import Literal

from windvane.domain.batch import Profile
from windvane.domain.record import Record

Kind = Literal["widened", "narrowed", "respelled", "other"]
_ORDER = {"boolean": 0, "smallint": 1, "integer": 2, "bigint": 3, "hugeint": 4, "decimal": 5, "double": 6}
_DECIMAL = re.compile(r"decimal\((\d+),\s*(\d+)\)")


class TypeChange(Record):
    """`kind`: `widened` (every known value fits the new type), `narrowed` (the new values fit the known type),
    `respelled` (same type, other grammar), `other` (numbers or dates became text, or the like)."""

    column: str
    kind: Kind
    before: str
    after: str
    evidence: str


def type_changes(known: Profile, new: Profile) -> tuple[TypeChange, ...]:
    """What changed of the columns that both sides have under one name; columns without values are left out."""
    found = []
    for before in known.columns:
        after = new.column(before.name)
        if after is None or after.nulls >= new.rows or before.nulls >= known.rows:
            continue
        kind = _kind(before.type, after.type)
        if kind is None and before.grammar != after.grammar:
            kind = "respelled"
        if kind:
            a, b = f"{before.type} ({before.grammar or 'plain'})", f"{after.type} ({after.grammar or 'plain'})"
            told = f"`{before.name}` was {a} in {known.rows:,} rows and is {b} in {new.rows:,} arriving ones"
            found.append(TypeChange(column=before.name, kind=kind, before=before.type, after=after.type, evidence=told))
    return tuple(found)


def _kind(before: str, after: str) -> Kind | None:
    if before == after:
        return None
    a, b = _DECIMAL.fullmatch(before), _DECIMAL.fullmatch(after)
    if a and b:
        return _decimals((int(a[1]), int(a[2])), (int(b[1]), int(b[2])))
    one, other = before.partition("(")[0], after.partition("(")[0]
    if one == other:
        return None
    if {one, other} <= {"date", "timestamp", "timestamptz"}:
        return "narrowed" if other == "date" else "widened"
    if one in _ORDER and other in _ORDER:
        return "widened" if _ORDER[other] > _ORDER[one] else "narrowed"
    return "other"


def _decimals(before: tuple[int, int], after: tuple[int, int]) -> Kind:
    """Precision and scale: wider only when neither the digits before nor those behind the point become fewer."""
    whole, scale = before[0] - before[1], before[1]
    if after[0] - after[1] <= whole and after[1] <= scale:
        return "narrowed"
    return "widened"
