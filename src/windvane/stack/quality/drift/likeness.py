"""How alike two columns are by their profiles alone."""

from __future__ import annotations

from datetime import date

from windvane.domain.batch import ColumnProfile
from windvane.stack.quality.table import is_moment, is_number


def same_kind(one: ColumnProfile, other: ColumnProfile) -> bool:
    """Whether type and grammar agree; whole and decimal numbers are one family, as widening is no other column.

    So are texts with and without blanks around them.
    """
    if is_number(one.type) and is_number(other.type):
        return _family(one.grammar) == _family(other.grammar)
    alike = one.grammar == other.grammar or (_is_text(one) and _is_text(other))
    return one.type.partition("(")[0] == other.type.partition("(")[0] and alike


def _is_text(column: ColumnProfile) -> bool:
    """Plain text, with blanks around some of it or not: which of them a delivery has is chance."""
    return column.grammar.partition(":")[0] == "text"


def days_of(column: ColumnProfile) -> tuple[date, date] | None:
    """The first and the last day of a column of dates or timestamps; `None` of others and of an empty one."""
    if not is_moment(column.type):
        return None
    try:
        return date.fromisoformat(column.minimum[:10]), date.fromisoformat(column.maximum[:10])
    except ValueError:
        return None


def _family(grammar: str) -> str:
    """What surrounds the digits; a plain integer and a plain decimal with a point are spelled the same way."""
    kind, _, rest = grammar.partition(":")
    parts = sorted(p for p in rest.split(";") if p and p != "point=.") if kind in ("integer", "decimal") else [grammar]
    return ";".join(parts)


def likeness(one: ColumnProfile, other: ColumnProfile, rows: tuple[int, int]) -> float:
    """0..1 from where the values lie, how many are empty, how many differ, and the most frequent ones."""
    empty = 1 - abs(one.nulls / max(1, rows[0]) - other.nulls / max(1, rows[1]))
    if len(one.quantiles) == len(other.quantiles) == 5:
        return empty * _quantiles(one.quantiles, other.quantiles)
    return empty * max(_top(one, other), 0.8 * _length(one, other) * _variety(one, other, rows))


def _quantiles(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    spread = max(a[3] - a[1], b[3] - b[1], 1e-9 * max(abs(a[2]), abs(b[2]), 1.0))
    level = max(spread, 0.05 * max(abs(a[2]), abs(b[2])))
    return 1 / (1 + sum(abs(x - y) for x, y in zip(a, b, strict=True)) / (5 * level))


def _top(one: ColumnProfile, other: ColumnProfile) -> float:
    a, b = dict(one.top), dict(other.top)
    whole_a, whole_b = sum(a.values()) or 1, sum(b.values()) or 1
    return sum(min(a[k] / whole_a, b[k] / whole_b) for k in a.keys() & b.keys())


def _length(one: ColumnProfile, other: ColumnProfile) -> float:
    longest = max(one.max_length, other.max_length)
    return min(one.max_length, other.max_length) / longest if longest else 1.0


def _variety(one: ColumnProfile, other: ColumnProfile, rows: tuple[int, int]) -> float:
    a, b = one.distinct / max(1, rows[0]), other.distinct / max(1, rows[1])
    return min(a, b) / max(a, b) if max(a, b) else 1.0
