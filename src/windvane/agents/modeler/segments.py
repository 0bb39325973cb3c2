"""The first version of segments: what each thing did, by a table of what was done; the loop finds how many."""

from __future__ import annotations

from windvane.agents.modeler.catalog import Catalog, is_number, table_of, time_of
from windvane.agents.modeler.limits import limits
from windvane.agents.modeler.subject import Unservable
from windvane.domain.change import Put
from windvane.domain.estate import Column, Contract, Model, Product
from windvane.domain.estimate import Inputs
from windvane.domain.goal import Goal
from windvane.domain.naming import identifier
from windvane.domain.plan import Plan
from windvane.domain.ports import Scene
from windvane.stack.transform.estimates import founded

_AMOUNTS = ("amount", "price")


def is_segments(goal: Goal) -> bool:
    """Whether a goal asks for segments of things by rows that say what they did."""
    return goal.kind == "segmentation" and goal.measure.endswith(".*") and len(goal.entities) == 1


def segments(scene: Scene, goal: Goal, known: Catalog) -> Plan:
    """The plan of the first version, without a recipe. Raises `Unservable`."""
    place = known.resolve(goal.measure)
    fact = known.contracts.get(place.relation) if place is not None else None
    key = next(
        (p.column for e in goal.entities if (p := known.resolve(e)) and fact and p.relation == fact.relation), ""
    )
    if fact is None or not time_of(fact) or not key:
        raise Unservable(f"`{goal.measure}` has no time, or does not name what is to be segmented")
    rest = limits(goal.constraints, known, cadence=fact.cadence)
    if goal.constraints and (rest.spans or rest.rolling or rest.best or rest.unbuilt):
        raise Unservable(f"not built for segments yet: {'; '.join(goal.constraints)}")
    where = tuple(c.format(column=p.column) for p, c in rest.conditions if p.relation == fact.relation)
    inputs = Inputs(
        relation=fact.relation, entities=(key,), time=time_of(fact), value=_amount(fact), quantity="segment",
        grain="month", delivery="next day", where=where,
    )  # fmt: skip
    taken = {p.name for p in scene.estate.of(Product) if isinstance(p, Product) and p.goal != goal}
    taken |= {table_of(m.name) for m in scene.estate.of(Model) if isinstance(m, Model)}
    name = identifier(f"{key}_segments", taken)
    product = Product(
        name=name, kind=goal.kind, relation=f"mart.{name}", goal=goal, description=goal.sentence, inputs=inputs
    )
    types = {c.name: c.type for c in fact.columns}
    return Plan(
        incident=scene.incident.id if scene.incident else "",
        proposer="modeler",
        title=f"{product.relation}: first version",
        base=scene.estate.fingerprint(),
        changes=tuple(c for c in founded(product, types) if isinstance(c, Put)),
        rationale=f"`{goal.sentence}` is about what each {key} of {fact.relation} did, at the end of each month",
        assumptions=(f"what a {key} did is how often, and for how much, within 30, 90 and 365 days",),
        serves=f"mart {name}",
    )


def _amount(fact: Contract) -> str:
    """The number that says how much: an amount or a price, else the only number there is."""
    numbers: list[Column] = [
        c for c in fact.columns
        if is_number(c) and c.name not in fact.key and c.meaning != "identifier" and c.classification == "open"
    ]  # fmt: skip
    best = [c for c in numbers if c.meaning in _AMOUNTS] or (numbers if len(numbers) == 1 else [])
    return best[0].name if best else ""
