"""References: columns whose values are keys of another table, judged by inclusion, names and what chance would give.

Inclusion alone says little: every small number is in every dense id. Features after Rostin et al. ("A machine learning
approach to foreign key discovery", WebDB 2009): coverage, names, key-ness of the target, ranges, typical endings.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from windvane.agents.scout import meaning, vocabulary, wording
from windvane.agents.scout.keys import Key
from windvane.agents.scout.overlap import Overlap
from windvane.agents.scout.table import Table
from windvane.domain.finding import Finding
from windvane.domain.ports import Engine
from windvane.stack.quality.sampling import identifier

COVERED = 0.95  # share of distinct values that must be keys of the target; orphans beyond it are another table's
_SHOWN = 0.3
_CAP = 0.99
_TELLING = ("instrument", "organisation", "country", "city", "currency", "postcode")
_SAME_MEANING = 2.0  # log odds: `symbol` and `ticker` are other words for the same thing


@dataclass(frozen=True)
class Reference:
    """Columns of `source` that are keys of `target`, with the share of rows that match and the log odds of "
    "being meant."""

    source: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    match_share: float
    weight: float
    evidence: str

    @property
    def confidence(self) -> float:
        """The probability that belongs to the log odds."""
        return round(min(_CAP, 1 / (1 + math.exp(-self.weight))), 3)


Keys = dict[str, tuple[Key, ...]]


def references(
    engine: Engine, tables: tuple[Table, ...], keys: Keys, shared: tuple[Overlap, ...]
) -> tuple[Reference, ...]:
    """For each column the one target it most likely refers to, then composite references that follow from them."""
    by_source = {t.source: t for t in tables}
    best: dict[tuple[str, str], list[Reference]] = {}
    for overlap in shared:
        if overlap.share >= COVERED:
            reference = _judged(engine, by_source, keys, overlap)
            if reference is not None:
                best.setdefault(overlap.left, []).append(reference)
    chosen = [_chosen(found) for found in best.values()]
    singles = tuple(r for r in _one_way(chosen) if r.confidence >= _SHOWN)
    composites = _composites(engine, tables, keys, singles)
    return (*singles, *composites, *_declared(engine, by_source, (*singles, *composites)))


def findings(found: tuple[Reference, ...]) -> list[Finding]:
    """The references as findings."""
    return [
        Finding(
            by="scout",
            subject=f"{r.source}.{','.join(r.columns)}",
            claim="reference",
            value=f"{r.target}.{','.join(r.target_columns)}",
            confidence=r.confidence,
            evidence=r.evidence,
        )
        for r in found
    ]


def _chosen(found: list[Reference]) -> Reference:
    """The best target; when a second is nearly as good, neither is sure."""
    ranked = sorted(found, key=lambda r: (-r.weight, r.target, r.target_columns))
    best = ranked[0]
    if len(ranked) > 1 and best.weight - ranked[1].weight < 0.5:
        other = f"{ranked[1].target}.{ranked[1].target_columns[0]}"
        return _with(best, min(best.weight, 0.2), f"{best.evidence}; `{other}` fits nearly as well")
    return best


def _one_way(found: list[Reference]) -> list[Reference]:
    """Of two columns that refer to each other one is the key that is meant: the other way is no longer sure.

    Each delivery would else wait for the other one.
    """
    rank = {(r.source, r.columns): (r.weight, r.source) for r in found}
    ways = {(r.source, r.columns): (r.target, r.target_columns) for r in found}
    lighter = {a for a, b in ways.items() if ways.get(b) == a and rank[a] < rank[b]}
    return [
        _with(r, min(r.weight, 0.0), f"{r.evidence}; `{r.target}` refers to it, which is surer")
        if (r.source, r.columns) in lighter
        else r
        for r in found
    ]


def _with(found: Reference, weight: float, evidence: str) -> Reference:
    return Reference(
        found.source, found.columns, found.target, found.target_columns, found.match_share, weight, evidence
    )


def _judged(engine: Engine, tables: dict[str, Table], keys: Keys, overlap: Overlap) -> Reference | None:
    (source, column), (target, key) = overlap.left, overlap.right
    child, parent = tables[source], tables[target]
    goal = next((k for k in keys[target] if k.columns == (key,)), None)
    own = next((k for k in keys[source] if k.columns == (column,)), None)
    if goal is None or (source, column) == (target, key) or goal.confidence < 0.3:
        return None
    named = wording.points_to(child.words[column], table=target, key=parent.words[key], own=source)
    weight = -3.0 + 6.0 * named + 3.0 * (goal.confidence - 0.5) + _chance(engine, (child, column), (parent, key))
    weight += _column_says(child, column, named)
    same = _same_meaning(engine, (child, column), (parent, key))
    weight += _SAME_MEANING * (1 - named) if same else 0.0
    if own is not None and own.confidence >= 0.5:
        weight -= (
            1.5 if named >= 0.9 and not wording.points_to(child.words[column], table=source, key=(), own="") else 4.0
        )
    if keys[target][0].columns != (key,):
        weight -= 1.0
    if weight < -1.0:
        return None
    share = _match_share(engine, child, parent, ((column,), (key,)))
    evidence = f"{share:.2%} of the rows with a value match; names fit {named:.2f}; "
    evidence += f"target is a key with confidence {goal.confidence:.2f}" + (f"; both mean {same}" if same else "")
    weight -= 40.0 * max(0.0, 1 - share - 0.002)
    return Reference(source, (column,), target, (key,), share, weight, evidence)


def _same_meaning(engine: Engine, child: tuple[Table, str], parent: tuple[Table, str]) -> str:
    """The meaning that two columns of texts share, when it is one that only a few kinds of things have."""
    here, there = child[0].by_name[child[1]], parent[0].by_name[parent[1]]
    if here.type != "varchar" or there.type != "varchar":
        return ""
    (one, sure, _), (other, certain, _) = (
        meaning.meant(engine, t, s) for t, s in ((child[0], here), (parent[0], there))
    )
    return one if one == other and one in _TELLING and min(sure, certain) >= 0.7 else ""


def _chance(engine: Engine, child: tuple[Table, str], parent: tuple[Table, str]) -> float:
    """Log odds of the inclusion against chance: nothing for numbers where the target has them all, much for "
    "rare codes."""
    here, there = child[0].by_name[child[1]], parent[0].by_name[parent[1]]
    if here.distinct < 2:
        return -1.5
    if here.quantiles and there.quantiles:
        low, high = float(here.minimum), float(here.maximum)
        key = identifier(parent[1])
        ((near,),) = engine.rows(
            f"SELECT count(DISTINCT {key}) FROM {parent[0].relation} WHERE {key} BETWEEN {here.minimum} AND "
            f"{here.maximum}"
        )
        density = min(1.0, int(str(near)) / max(1.0, high - low + 1))
        used = (high - low + 1) / max(1.0, float(there.maximum) - float(there.minimum) + 1)
        return min(4.0, -here.distinct * math.log(max(density, 1e-9))) + min(1.0, used)
    if here.type == "date":
        return -2.0
    return min(4.0, 1.0 + math.log2(here.distinct) / 2)


def _column_says(child: Table, column: str, named: float) -> float:
    """What the header of the referring column says for or against being an identifier."""
    spelled = child.words[column]
    if wording.is_id(spelled):
        return 1.0
    if wording.says(spelled, vocabulary.MEASURES) or wording.says(spelled, vocabulary.ORDINALS | vocabulary.TIMES):
        return -3.0 if named < 0.9 else -0.5
    if child.by_name[column].type == "bigint" and named < 0.5:
        return -2.0
    return 0.0


def _match_share(engine: Engine, child: Table, parent: Table, pair: tuple[tuple[str, ...], tuple[str, ...]]) -> float:
    columns, to = pair
    on = " AND ".join(f"c.{identifier(a)} = p.k{i}" for i, a in enumerate(columns))
    wanted = " AND ".join(f"c.{identifier(a)} IS NOT NULL" for a in columns)
    listed = ", ".join(f"{identifier(b)} AS k{i}" for i, b in enumerate(to))
    ((total, hits),) = engine.rows(
        f"SELECT count(*), count(p.k0) FROM {child.relation} c LEFT JOIN (SELECT DISTINCT {listed} FROM "
        f"{parent.relation}) p "
        f"ON {on} WHERE {wanted}"
    )
    return int(str(hits)) / max(1, int(str(total)))


def _composites(
    engine: Engine, tables: tuple[Table, ...], keys: Keys, singles: tuple[Reference, ...]
) -> tuple[Reference, ...]:
    """References to composite keys whose parts have equal names or refer to the same third tables."""
    goes = {(r.source, r.columns[0]): (r.target, r.target_columns[0]) for r in singles if r.confidence >= 0.5}
    found = []
    for parent in tables:
        best = next((k for k in keys[parent.source] if len(k.columns) > 1 and k.confidence >= 0.5), None)
        for child in tables if best is not None else ():
            columns = _mapped(child, parent, best.columns if best is not None else (), goes)
            if best is not None and columns and child.source != parent.source:
                found += _composite(engine, (child, columns), (parent, best), keys[child.source])
    return tuple(found)


def _mapped(
    child: Table, parent: Table, key: tuple[str, ...], goes: dict[tuple[str, str], tuple[str, str]]
) -> tuple[str, ...]:
    """For each part of the key the column of `child` that stands for it; empty when one has none."""
    found: list[str] = []
    for part in key:
        goal = goes.get((parent.source, part))
        like = [c for c in child.columns if child.words[c] == parent.words[part] and wording.stem(child.words[c])]
        like += [c for c in child.columns if goal is not None and goes.get((child.source, c)) == goal]
        like += [c for c in child.columns if goes.get((child.source, c)) == (parent.source, part)]
        free = [c for c in like if c not in found and child.by_name[c].type == parent.by_name[part].type]
        if not free:
            return ()
        found.append(free[0])
    return tuple(found)


def _composite(
    engine: Engine, child: tuple[Table, tuple[str, ...]], parent: tuple[Table, Key], own: tuple[Key, ...]
) -> list[Reference]:
    table, columns = child
    target, key = parent
    share = _match_share(engine, table, target, (columns, key.columns))
    if share < COVERED:
        return []
    possible = math.prod(float(target.by_name[c].distinct) for c in key.columns)
    filled = target.rows / target.batches / max(1.0, possible)
    weight = 3.0 * (key.confidence - 0.5) + 2.0 - 40.0 * (1 - share) + min(2.0, -math.log(max(filled, 1e-9)))
    if any(set(k.columns) == set(columns) for k in own if k.confidence >= 0.5):
        weight -= 2.5  # two tables of the same grain: which refers to which is not in the data
    evidence = f"{share:.2%} of the rows match a composite key that fills {filled:.1%} of its possible combinations"
    made = Reference(table.source, columns, target.source, key.columns, share, weight, evidence)
    return [made] if made.confidence >= _SHOWN else []


def _declared(engine: Engine, tables: dict[str, Table], found: tuple[Reference, ...]) -> tuple[Reference, ...]:
    """References that the database declares, verified on the rows."""
    known = {(r.source, r.columns, r.target) for r in found}
    made = []
    for child in tables.values():
        for said in child.declared.references if child.declared is not None else ():
            parent = tables.get(said.to)
            if (
                parent is None
                or (child.source, said.columns, said.to) in known
                or not set(said.columns) <= set(child.columns)
            ):
                continue
            share = _match_share(engine, child, parent, (said.columns, said.to_columns))
            evidence = f"declared by the database; {share:.2%} of the rows with a value match"
            made.append(
                Reference(
                    child.source, said.columns, said.to, said.to_columns, share, 4.6 - 40.0 * (1 - share), evidence
                )
            )
    return tuple(made)
