"""Which tables a fact can be joined to without losing or multiplying a row: its references, and theirs."""

from __future__ import annotations

from dataclasses import dataclass

from windvane.agents.modeler.catalog import Catalog, Place, table_of
from windvane.domain.estate import Column, Contract, Reference
from windvane.domain.naming import identifier

DEEPEST = 3  # references of references; further away nothing was ever meant


@dataclass(frozen=True)
class Related:
    """A relation one row of which belongs to each row of the fact."""

    relation: str
    alias: str
    parent: str  # alias of the table that refers to it
    reference: Reference
    depth: int

    @property
    def on(self) -> tuple[str, ...]:
        """Join conditions."""
        pairs = zip(self.reference.columns, self.reference.to_columns, strict=True)
        return tuple(f"{self.parent}.{own} = {self.alias}.{other}" for own, other in pairs)


def related(catalog: Catalog, fact: str, alias: str) -> tuple[Related, ...]:
    """Everything reachable over references whose target columns are the whole key of the target, nearest first."""
    found: list[Related] = []
    aliases = {alias}
    edge = [(fact, alias, 0)]
    while edge:
        relation, parent, depth = edge.pop(0)
        for reference in catalog.contracts[relation].references if depth < DEEPEST else ():
            target = catalog.contracts.get(reference.to)
            seen = any(r.relation == reference.to and r.depth <= depth for r in found) or reference.to == fact
            if target is None or not target.key or {*target.key} != {*reference.to_columns} or seen:
                continue
            name = identifier(_role(reference, target), aliases)
            aliases.add(name)
            found.append(Related(reference.to, name, parent, reference, depth + 1))
            edge.append((reference.to, name, depth + 1))
    return tuple(found)


def needed(reachable: tuple[Related, ...], places: tuple[Place, ...]) -> tuple[Related, ...]:
    """Direct references, and those further away that hold one of `places` or lead there."""
    wanted = {p.relation for p in places}
    keep = {r.alias for r in reachable if r.depth == 1}
    for place in wanted:
        hit = next((r for r in reachable if r.relation == place), None)
        while hit is not None:
            keep.add(hit.alias)
            parent = hit.parent
            hit = next((r for r in reachable if r.alias == parent), None)
    return tuple(r for r in reachable if r.alias in keep)


def attributes(table: Related, contract: Contract) -> tuple[Column, ...]:
    """Columns worth showing: all but its key, which the fact has already, and personal ones."""
    return tuple(c for c in contract.columns if c.name not in table.reference.to_columns and c.classification == "open")


def _role(reference: Reference, target: Contract) -> str:
    """What the target is called from here: `home_team` of `home_team_id`, otherwise its own name."""
    own = table_of(target.relation)
    if len(reference.columns) == 1 and reference.columns[0].endswith("_id"):
        stem = reference.columns[0].removesuffix("_id")
        return own if own.startswith(stem) or own.rstrip("s") == stem else stem
    return own
