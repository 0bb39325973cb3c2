"""Two versions of a relation, cell by cell."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from windvane.app.drill.oracle import Relation
from windvane.domain.ports import Row, Value


@dataclass(frozen=True)
class Difference:
    """What readers see (`seen`) that they should not, and the other way round."""

    relation: str
    wrong: tuple[tuple[Row, str], ...] = ()  # key and column of cells with another value
    extra: int = 0  # rows that should not be there
    missing: tuple[Row, ...] = ()  # keys (or whole rows) of rows that should be there
    width: int = 1

    @property
    def corrupted(self) -> int:
        """Cells that readers should not see as they do."""
        return len(self.wrong) + self.extra * self.width


def difference(right: Relation, seen: Relation) -> Difference:
    """How `seen` differs from what is right; both have the same columns in the same order."""
    if not right.key:
        return _as_rows(right, seen)
    wanted, found = _by_key(right), _by_key(seen)
    if len(wanted) < len(right.rows) or len(found) < len(seen.rows):
        return _as_rows(right, seen)
    wrong = tuple(
        (key, right.columns[at])
        for key in wanted.keys() & found.keys()
        for at, (a, b) in enumerate(zip(wanted[key], found[key], strict=True))
        if a != b
    )
    missing = tuple(key for key in wanted if key not in found)
    extra = sum(key not in wanted for key in found)
    return Difference(right.name, wrong, extra, missing, len(right.columns))


def _as_rows(right: Relation, seen: Relation) -> Difference:
    wanted, found = Counter(map(plain_row, right.rows)), Counter(map(plain_row, seen.rows))
    extra = sum((found - wanted).values())
    missing = tuple((wanted - found).elements())
    return Difference(right.name, (), extra, missing, len(right.columns))


def _by_key(relation: Relation) -> dict[Row, Row]:
    rows = map(plain_row, relation.rows)
    return {tuple(row[i] for i in relation.key): row for row in rows}


def plain_row(row: Row) -> Row:
    """Values that are equal whatever type holds them."""
    return tuple(map(plain, row))


def plain(value: Value) -> Value:
    """A number by its digits, a floating one by the first twelve, a moment by its text."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float | Decimal):
        return (
            f"{Decimal(value).normalize():f}" if isinstance(value, Decimal | int) else f"{Decimal(f'{value:.12g}'):f}"
        )
    if isinstance(value, datetime):
        return value.isoformat(sep=" ").removesuffix(" 00:00:00")
    return value.isoformat() if isinstance(value, date) else str(value)
