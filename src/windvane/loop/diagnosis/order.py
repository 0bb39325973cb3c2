"""In which order the deliveries of one run are looked at: what others refer to comes first."""

from __future__ import annotations

from windvane.domain.estate import Contract, Estate, Model
from windvane.sql.lineage import upstream


def parents_first(estate: Estate) -> dict[str, int]:
    """For each source how many steps of references it is above those that refer to nothing."""
    models = {m.name: m.text for m in estate.of(Model) if isinstance(m, Model)}
    contracts = [c for c in estate.of(Contract) if isinstance(c, Contract) and c.references and c.relation in models]
    refers: dict[str, set[str]] = {}
    for contract in contracts:
        parents = {s for r in contract.references if r.to in models for s in _sources(models, r.to)}
        for source in _sources(models, contract.relation):
            refers.setdefault(source, set()).update(parents - {source})
    return {source: _depth(source, refers, ()) for source in refers}


def _sources(models: dict[str, str], relation: str) -> set[str]:
    return {r.partition(".")[2] for r in upstream(models, relation) if r.startswith("src.")}


def _depth(source: str, refers: dict[str, set[str]], path: tuple[str, ...]) -> int:
    """Longest way up; two tables that refer to each other are on one step."""
    if source in path:
        return 0
    return max((1 + _depth(p, refers, (*path, source)) for p in refers.get(source, ())), default=0)
