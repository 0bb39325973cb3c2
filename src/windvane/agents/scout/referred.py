"""A column whose values another table repeats is surer to be a key: few rows alone say little about uniqueness."""

from __future__ import annotations

from dataclasses import replace

from windvane.agents.scout.keys import Key
from windvane.agents.scout.overlap import Overlap
from windvane.agents.scout.table import Table

_COVERED = 0.95  # share of the other column's values that must be in the key
_FEWEST = 5  # distinct values; fewer may be there by chance
_CODE = 24  # characters; longer texts are names or sentences
# How much likelier all values of a column that repeats them are found in a unique text column that is meant as a key
# than in one that only happens to be unique so far.
_RATIO = 5.0
_CAP = 0.97


def supported(tables: tuple[Table, ...], known: dict[str, tuple[Key, ...]], shared: tuple[Overlap, ...]) -> None:
    """Raise the confidence of single text keys in `known` that a column of another table refers to, once each."""
    by_source = {t.source: t for t in tables}
    witnesses: dict[tuple[str, str], Overlap] = {}
    for overlap in sorted(shared, key=lambda o: (-o.compared, o.left)):
        if overlap.share >= _COVERED and _repeats(by_source[overlap.left[0]], overlap):
            witnesses.setdefault(overlap.right, overlap)
    for source, keys in known.items():
        raised = [_raised(k, witnesses.get((source, k.columns[0]))) if len(k.columns) == 1 else k for k in keys]
        known[source] = tuple(sorted(raised, key=lambda k: (-k.confidence, k.columns)))


def _repeats(table: Table, overlap: Overlap) -> bool:
    """Whether the column holds short texts, each in several rows, of another table."""
    seen = table.by_name[overlap.left[1]]
    several = seen.distinct * 2 <= table.rows - seen.nulls
    code = seen.type == "varchar" and seen.max_length <= _CODE
    return overlap.left[0] != overlap.right[0] and overlap.compared >= _FEWEST and several and code


def _raised(key: Key, witness: Overlap | None) -> Key:
    if witness is None or not 0.5 <= key.confidence < _CAP:  # what is improbable by itself stays so
        return key
    odds = key.confidence / (1 - key.confidence) * _RATIO
    told = f"{witness.share:.0%} of {witness.compared:,} values of `{'.'.join(witness.left)}` are in it"
    return replace(key, confidence=round(min(_CAP, odds / (1 + odds)), 3), evidence=f"{key.evidence}; {told}")
