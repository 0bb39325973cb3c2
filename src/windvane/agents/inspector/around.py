"""What lies around a relation: the relations that its rows refer to, and which of its columns decide others."""

from __future__ import annotations

from dataclasses import replace as _with

from windvane.agents.inspector.known import Looked, known_of, plain, sources_of
from windvane.domain.estate import Contract, Ref, Reference
from windvane.domain.ports import Scene
from windvane.domain.record import replace
from windvane.stack.quality.table import Other, Table

SURE = 0.8  # confidence of the scout in a dependency; a check counts for itself
MOST_RELATIONS = 6


def around(scene: Scene, table: Table, looked: Looked) -> Table:
    """`table` with the relations that it refers to, where they are known, and with what the scout says of columns."""
    if table.role != "whole" or not table.rows:
        return table
    whole = [r for r in table.contract.references if r.match_share >= 1.0][:MOST_RELATIONS]
    others = (_other(scene, table, r, looked) for r in whole)
    return _with(table, others=tuple(o for o in others if o is not None), decided=_decided(scene, table))


def _other(scene: Scene, table: Table, reference: Reference, looked: Looked) -> Other | None:
    contract = scene.estate.find(Ref(kind="contract", name=reference.to))
    if not isinstance(contract, Contract) or not Other(reference, contract, "").measures:
        return None
    found = known_of(scene, contract, looked)
    if found is None or found[0] is not table.engine or not set(reference.to_columns) <= set(found[2]):
        return None
    there = replace(contract, columns=tuple(c for c in contract.columns if c.name in found[2]))
    return Other(reference, there, found[1])


def _decided(scene: Scene, table: Table) -> tuple[tuple[str, str], ...]:
    """Columns with the one column that decides them, surest first."""
    sources = sources_of(scene, table.relation)
    named = {plain(c.name): c.name for c in table.contract.columns}
    told = sorted((f for f in scene.findings if f.claim == "depends_on"), key=lambda f: -f.confidence)
    pairs = (
        (named.get(plain(f.subject.partition(".")[2]), ""), named.get(plain(f.value), ""))
        for f in told
        if f.subject.partition(".")[0] in sources and f.confidence >= SURE
    )
    return tuple(dict.fromkeys(p for p in pairs if all(p)))
