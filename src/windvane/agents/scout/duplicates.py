"""Tables with nearly the same rows, also when their columns have other names."""

from __future__ import annotations

from itertools import combinations

from windvane.agents.scout.overlap import Overlap
from windvane.agents.scout.table import Table, count
from windvane.domain.finding import Finding
from windvane.domain.ports import Engine
from windvane.stack.quality.sampling import identifier

_SAME = 0.8  # share of columns, and of rows of the smaller table
_ROWS = 5
_SPREAD = 16  # of large tables one row hash in so many is compared


def findings(engine: Engine, tables: tuple[Table, ...], shared: tuple[Overlap, ...]) -> list[Finding]:
    """Pairs of tables of which one holds nearly all rows of the other."""
    both = {(o.left, o.right): o.share for o in shared}
    made = []
    for one, two in combinations(tables, 2):
        if min(one.rows, two.rows) < _ROWS or min(len(one.columns), len(two.columns)) < 2:
            continue
        mapped = _mapped(one, two, both)
        if len(mapped) < _SAME * max(len(one.columns), len(two.columns)) or len(mapped) < 2:
            continue
        share = _rows_shared(engine, one, two, mapped)
        if share >= _SAME:
            renamed = sum(1 for a, b in mapped if a != b)
            why = (
                f"{share:.1%} of the rows of the smaller are in the other over {len(mapped)} columns, {renamed} renamed"
            )
            sure = round(min(0.98, share * (1 - 1 / min(one.rows, two.rows))), 3)
            made.append(
                Finding(
                    by="scout",
                    subject=one.source,
                    claim="near_duplicate",
                    value=two.source,
                    confidence=sure,
                    evidence=why,
                )
            )
    return made


def _mapped(
    one: Table, two: Table, both: dict[tuple[tuple[str, str], tuple[str, str]], float]
) -> list[tuple[str, str]]:
    """Columns of equal names and types, then the best pairs by shared values in both directions."""
    mapped = [(c, c) for c in one.columns if c in two.by_name and one.by_name[c].type == two.by_name[c].type]
    used = {a for a, _ in mapped}, {b for _, b in mapped}
    ranked = sorted(
        (
            (-min(share, both.get((right, left), 0.0)), left[1], right[1])
            for (left, right), share in both.items()
            if left[0] == one.source and right[0] == two.source
        )
    )
    for weight, left, right in ranked:
        if -weight >= _SAME and left not in used[0] and right not in used[1]:
            mapped.append((left, right))
            used[0].add(left)
            used[1].add(right)
    return mapped


def _rows_shared(engine: Engine, one: Table, two: Table, mapped: list[tuple[str, str]]) -> float:
    few = "" if max(one.rows, two.rows) <= 300_000 else f" WHERE h % {_SPREAD} = 0"
    left = f"SELECT DISTINCT h FROM (SELECT {_hash([a for a, _ in mapped])} AS h FROM {one.relation}){few}"
    right = f"SELECT DISTINCT h FROM (SELECT {_hash([b for _, b in mapped])} AS h FROM {two.relation}){few}"
    smaller = min(count(engine, f"SELECT count(*) FROM ({left})"), count(engine, f"SELECT count(*) FROM ({right})"))
    return count(engine, f"SELECT count(*) FROM ({left} INTERSECT {right})") / max(1, smaller)


def _hash(columns: list[str]) -> str:
    return "hash(" + ", ".join(f"CAST({identifier(c)} AS VARCHAR)" for c in columns) + ")"
