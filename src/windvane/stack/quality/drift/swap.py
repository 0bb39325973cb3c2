"""Two columns that came with each other's values."""

from __future__ import annotations

from itertools import combinations

from windvane.domain.batch import ColumnProfile, Profile
from windvane.domain.record import Record
from windvane.stack.quality.drift.likeness import likeness, same_kind
from windvane.stack.quality.drift.seam import Seam, surprise
from windvane.stack.quality.table import is_number

LIKE, UNLIKE = 0.6, 0.35  # likeness of profiles that counts as the same, and as another column
GOES_ON, BREAKS = 0.05, 0.002  # p-value of the step at the seam


class Swap(Record):
    """`one` and `other` seem to hold each other's values; `identifiable` when no second pair fits one of them."""

    one: str
    other: str
    identifiable: bool
    evidence: tuple[str, ...]


def swap(known: Profile, new: Profile, *, seam: Seam | None = None) -> tuple[Swap, ...]:
    """Pairs whose profiles cross over: each fits the other's history, neither fits its own.

    With a `seam`, numbers are judged by the step where arriving rows begin instead of by profiles.
    """
    both = [c for c in known.columns if new.column(c.name) is not None]
    found = [e for a, b in combinations(both, 2) if (e := _crossed(a, b, (known, new), seam))]
    used = [n for one, other, _ in found for n in (one, other)]
    return tuple(
        Swap(one=a, other=b, identifiable=used.count(a) == used.count(b) == 1, evidence=told) for a, b, told in found
    )


def _crossed(
    a: ColumnProfile, b: ColumnProfile, sides: tuple[Profile, Profile], seam: Seam | None
) -> tuple[str, str, tuple[str, ...]] | None:
    known, new = sides
    late_a, late_b = new.column(a.name), new.column(b.name)
    if late_a is None or late_b is None or not (same_kind(a, late_b) and same_kind(b, late_a)):
        return None
    if seam and is_number(a.type) and is_number(b.type):
        ps = [surprise(seam, x, y) for x, y in ((a.name, b.name), (b.name, a.name), (a.name, a.name), (b.name, b.name))]
        if all(p is not None for p in ps):
            return _verdict(a, b, [p or 0.0 for p in ps], (GOES_ON, BREAKS), "p of the step at the seam")
    rows = (known.rows, new.rows)
    alike = [likeness(x, y, rows) for x, y in ((a, late_b), (b, late_a), (a, late_a), (b, late_b))]
    return _verdict(a, b, alike, (LIKE, UNLIKE), "likeness of profiles")


def _verdict(
    a: ColumnProfile, b: ColumnProfile, values: list[float], limits: tuple[float, float], what: str
) -> tuple[str, str, tuple[str, ...]] | None:
    crossed, own = values[:2], values[2:]
    if min(crossed) < limits[0] or max(own) > limits[1]:
        return None
    told = (
        f"{what} to the other column's history: {crossed[0]:.3f} and {crossed[1]:.3f}",
        f"{what} to its own history: {own[0]:.3f} and {own[1]:.3f}",
    )
    return a.name, b.name, told
