"""Values of other relations that may drive what an estimated product misses, each as of its own availability."""

from __future__ import annotations

import re

from windvane.agents.scout.entities import entities
from windvane.domain.errors import WindvaneError
from windvane.domain.estate import Column, Contract, Estate, Model, Product, Ref, Source
from windvane.domain.estimate import Driver, Inputs, Recipe
from windvane.domain.naming import identifier
from windvane.domain.plan import Plan
from windvane.domain.ports import Reader, Scene
from windvane.sql.lineage import reads
from windvane.stack.estimation.recipes import grounded, with_features
from windvane.stack.transform.asof import features_of, window_names
from windvane.stack.transform.availability import delivery_of
from windvane.stack.transform.estimates import revised

_NUMBERS = ("bigint", "integer", "double", "decimal")
_TIMES = ("date", "timestamp")
_FEW = 6  # series of a relation in long form
_CLOSING = re.compile(r"(?:^|_)(?:clos(?:e|ing)|last|settle|settlement)(?:_|$)")
_QUOTES = frozenset(("open", "high", "low", "close", "closing", "last"))
_SURE = 0.5
CPU_S = 1.0  # of a trial, for each 500,000 rows of the panel


def proposals(scene: Scene) -> tuple[Plan, ...]:
    """One plan for each driver within reach that the product does not have yet."""
    product = _product(scene)
    if product is None or product.inputs is None or product.recipe is None:
        return ()
    known = {(d.relation, d.column, d.label) for d in product.inputs.drivers}
    found = []
    for contract in _relations(scene, product.inputs):
        for driver, assumed in _drivers(scene, contract, product.inputs):
            if (driver.relation, driver.column, driver.label) not in known and not _own(driver, product.inputs):
                found.append(_plan(scene, product, driver, assumed=assumed))
    return tuple(found)


def _own(driver: Driver, inputs: Inputs) -> bool:
    """Whether a driver says nothing but what is estimated, or of a class what the very row says.

    A row of a class is decided about when it is there: what is last known of its fact by then is the row itself, which
    the modeler reads without a join.
    """
    return driver.relation == inputs.relation and (driver.column == inputs.value or inputs.labels is not None)


def _product(scene: Scene) -> Product | None:
    if scene.incident is None:
        return None
    found = scene.estate.find(Ref(kind="product", name=scene.incident.signals[0].subject))
    return found if isinstance(found, Product) else None


def _relations(scene: Scene, inputs: Inputs) -> list[Contract]:
    """Core relations with a time, the other columns of the fact last; of near-duplicates only the first."""
    contracts = [c for c in scene.estate.of(Contract) if isinstance(c, Contract)]
    twins = {f.subject for f in scene.findings if f.claim == "near_duplicate" and f.confidence >= _SURE}
    return [
        c
        for c in sorted(contracts, key=lambda c: (c.relation == inputs.relation, c.relation))
        if c.relation.startswith("core.")
        and c.relation.removeprefix("core.") not in twins
        and any(k.name == c.time_column and k.type in _TIMES for k in c.columns)
    ]


def _drivers(scene: Scene, contract: Contract, inputs: Inputs) -> list[tuple[Driver, str]]:
    apart = tuple(k for k in contract.key if k != contract.time_column)
    keys = entities(scene, contract, inputs)
    if len(apart) > 1 and not keys:
        return []
    series = "" if keys else next(iter(apart), "")
    labels = _labels(scene.reader, contract.relation, series) if series else ("",)
    delivery, assumed = delivery_of(contract, _source(scene.estate, contract.relation))
    taken = set(features_of(inputs))
    table = contract.relation.rpartition(".")[2]
    made = []
    for label in labels:
        for column in _values(contract):
            name = identifier("_".join(p for p in (table, label, column.name) if p), taken)
            form = "change" if column.meaning in ("price", "index_level") and inputs.quantity == "return" else "level"
            driver = Driver(
                name=name, relation=contract.relation, column=column.name, time=contract.time_column,
                delivery=delivery, form="change" if form == "change" else "level", series=series, label=label,
                cadence=contract.cadence if contract.cadence in ("week", "month", "quarter", "year") else "",
                keys=keys,
            )  # fmt: skip
            made.append((driver, assumed))
    return made


def _values(contract: Contract) -> list[Column]:
    """Columns that are numbers; of the quotes of one day only the closing one, which the others lead to."""
    numbers = [
        c
        for c in contract.columns
        if c.type.startswith(_NUMBERS) and c.name not in contract.key and c.classification == "open"
    ]
    quotes = [c for c in numbers if {*c.name.lower().split("_")} & _QUOTES]
    closing = [c for c in quotes if _CLOSING.search(c.name.lower())]
    return [c for c in numbers if c not in quotes or c in closing[:1]] if closing else numbers


def _labels(reader: Reader | None, relation: str, series: str) -> tuple[str, ...]:
    if reader is None:
        return ()
    try:
        found = reader.rows(f"SELECT DISTINCT {series} FROM {relation} ORDER BY 1 LIMIT {_FEW + 1}")
    except WindvaneError:
        return ()
    return tuple(str(row[0]) for row in found) if len(found) <= _FEW else ()


def _source(estate: Estate, relation: str) -> Source | None:
    model = estate.find(Ref(kind="model", name=relation))
    below = reads(model.text) if isinstance(model, Model) else frozenset()
    sources = (s for s in estate.of(Source) if isinstance(s, Source) and f"staging.{s.name}" in below)
    return next(sources, None)


def _plan(scene: Scene, product: Product, driver: Driver, *, assumed: str) -> Plan:
    assert product.inputs is not None and product.recipe is not None and scene.incident is not None
    from windvane.domain.record import replace

    fact = scene.estate.find(Ref(kind="contract", name=product.inputs.relation))
    own = grounded(product.recipe, product.inputs, fact.cadence if isinstance(fact, Contract) else "")
    inputs = replace(own, drivers=(*own.drivers, driver))
    fresh = window_names(own) if own != product.inputs else ()
    recipe: Recipe = with_features(product.recipe, inputs, (*fresh, driver.name))
    what = "change" if driver.form == "change" else "value"
    label = f" of {driver.label}" if driver.label else ""
    each = f" by {', '.join(c for _, c in driver.keys)}" if driver.keys else ""
    return Plan(
        incident=scene.incident.id,
        proposer="scout",
        title=f"Join {driver.relation}.{driver.column}{label}{each} as of each decision",
        base=scene.estate.fingerprint(),
        changes=revised(product, inputs, recipe),
        rationale=(
            f"{driver.relation} shares its time{' and its entities' if driver.keys else ''} with "
            f"{product.inputs.relation}; its last {what} known at the decision "
            f"time becomes the feature {driver.name}"
        ),
        assumptions=(assumed,) if assumed else (),
        cause="missing_drivers",
        serves=f"version of {product.name}",
        cost=CPU_S,
    )
