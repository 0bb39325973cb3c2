"""Which columns of another relation hold the entities of a product: by their values, names may differ."""

from __future__ import annotations

from windvane.domain.errors import WindvaneError
from windvane.domain.estate import Contract, Ref
from windvane.domain.estimate import Inputs
from windvane.domain.ports import Reader, Scene

_SHARED = 0.5  # of the entities must be found in the other relation


def entities(scene: Scene, contract: Contract, inputs: Inputs) -> tuple[tuple[str, str], ...]:
    """Pairs (entity column, column of `contract`) that leave one row per entity and time; none when there are none."""
    apart = [k for k in contract.key if k != contract.time_column]
    if not apart or scene.reader is None or len(apart) > len(inputs.entities):
        return ()
    if contract.relation == inputs.relation:
        return tuple((e, e) for e in inputs.entities) if set(apart) == set(inputs.entities) else ()
    fact = scene.estate.find(Ref(kind="contract", name=inputs.relation))
    if not isinstance(fact, Contract):
        return ()
    found: list[tuple[str, str]] = []
    for column in apart:
        left = [e for e in inputs.entities if e not in dict(found)]
        shares = {e: _shared(scene.reader, (fact, e), (contract, column)) for e in left}
        best = max(shares, key=lambda e: (shares[e], e == column), default="")
        if not best or shares[best] < _SHARED:
            return ()
        found.append((best, column))
    return tuple(found)


def _shared(reader: Reader, one: tuple[Contract, str], other: tuple[Contract, str]) -> float:
    """Share of the values of one column that the other one holds; 0 for columns of different types."""
    kinds = {next((k.type for k in c.columns if k.name == name), "") for c, name in (one, other)}
    if len(kinds) != 1:
        return 0.0
    ours, theirs = (f"SELECT DISTINCT {name} AS it FROM {c.relation}" for c, name in (one, other))
    sql = f"SELECT COUNT(*), COUNT(b.it) FROM ({ours}) AS a LEFT JOIN ({theirs}) AS b ON a.it = b.it"
    try:
        whole, both = reader.rows(sql)[0]
    except WindvaneError:
        return 0.0
    return int(str(both)) / int(str(whole)) if whole else 0.0
