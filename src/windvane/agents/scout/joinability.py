"""Columns of different sources that share values, so that their rows can be brought together, whatever their names."""

from __future__ import annotations

from collections import Counter

from windvane.agents.scout import wording
from windvane.agents.scout.overlap import Overlap
from windvane.agents.scout.references import Reference
from windvane.agents.scout.table import Table
from windvane.domain.finding import Finding

_SHARE = 0.5
_MOST = 5  # columns of one other source that may share the values of a column
_FEW = 3  # distinct values below which sharing says nothing


def findings(
    tables: tuple[Table, ...], shared: tuple[Overlap, ...], references: tuple[Reference, ...]
) -> list[Finding]:
    """Joinable pairs that are no reference, from the column with fewer values to the one with more."""
    by_source = {t.source: t for t in tables}
    known = {((r.source, r.columns[0]), (r.target, r.target_columns[0])) for r in references if len(r.columns) == 1}
    common = _common(shared)
    made = []
    for overlap in sorted(shared, key=lambda o: (o.left, o.right)):
        left = by_source[overlap.left[0]].by_name[overlap.left[1]]
        right = by_source[overlap.right[0]].by_name[overlap.right[1]]
        forward = (left.distinct, overlap.left) < (right.distinct, overlap.right)
        if overlap.left[0] == overlap.right[0] or not forward or (overlap.left, overlap.right) in known:
            continue
        sure = _sure(by_source, overlap)
        named = left.name.casefold() == right.name.casefold()
        if sure >= 0.3 and (named or not _singled_out_by_none(common, overlap)):
            made.append(_finding(overlap, sure))
    return made


def _common(shared: tuple[Overlap, ...]) -> Counter[tuple[tuple[str, str], str]]:
    """For each column and each other source, how many columns there share its values."""
    pairs = {(o.left, o.right) for o in shared} | {(o.right, o.left) for o in shared}
    return Counter((one, other[0]) for one, other in pairs)


def _singled_out_by_none(common: Counter[tuple[tuple[str, str], str]], overlap: Overlap) -> bool:
    """Whether either column shares its values with many of the other table: marks from 1 to 5, yes and no, cities.

    They lead to none of them, and wide tables would be said to join in thousands of ways.
    """
    here, there = common[overlap.left, overlap.right[0]], common[overlap.right, overlap.left[0]]
    return max(here, there) > _MOST


def _finding(overlap: Overlap, sure: float) -> Finding:
    other = ".".join(overlap.right)
    return Finding(
        by="scout",
        subject=".".join(overlap.left),
        claim="joinable",
        value=other,
        confidence=sure,
        evidence=f"{overlap.share:.0%} of {overlap.compared:,} distinct values compared are in `{other}`",
    )


def _sure(tables: dict[str, Table], overlap: Overlap) -> float:
    """Shared texts say much; shared dates that both lie in one period; small numbers nothing without names."""
    left, right = tables[overlap.left[0]], tables[overlap.right[0]]
    seen, other = left.by_name[overlap.left[1]], right.by_name[overlap.right[1]]
    if overlap.compared < _FEW or overlap.share < _SHARE:
        return 0.0
    enough = overlap.compared / (overlap.compared + 3)
    if seen.type == "varchar":
        return round(min(0.95, overlap.share * enough), 3)
    if seen.type == "date":
        return round(0.7 * overlap.share * enough, 3)
    named = wording.same_thing(wording.stem(left.words[seen.name]), wording.stem(right.words[other.name]))
    spread = float(other.maximum) - float(other.minimum) + 1 if other.quantiles else 1.0
    rare = 1 - min(1.0, other.distinct / max(1.0, spread))
    says_id = wording.is_id(left.words[seen.name]) and wording.is_id(right.words[other.name])
    trust = max(0.9 * rare, 0.8 * named if says_id else 0.3 * named)
    return round(min(0.9, overlap.share * enough * trust), 3)
