"""What the calendar says of the day that an estimate is about, as features: it is known long before, for certain."""

from __future__ import annotations

from windvane.agents.architect.holidays import kept
from windvane.domain.estate import Contract, Product, Ref
from windvane.domain.estimate import Inputs
from windvane.domain.plan import Plan
from windvane.domain.ports import Scene
from windvane.domain.record import replace
from windvane.stack.estimation.almanac import spelled
from windvane.stack.estimation.recipes import grounded, with_features
from windvane.stack.transform.asof import window_names
from windvane.stack.transform.calendar import EDGES, OFF, SEASON, WEEKDAYS
from windvane.stack.transform.estimates import revised

CPU_S = 1.0
DAYS_OFF = "days off"
_DAILY = ("day", "business_day")


def proposals(scene: Scene) -> tuple[Plan, ...]:
    """One plan for each part of the calendar that the product does not use yet and that its cadence can show."""
    found = scene.estate.find(Ref(kind="product", name=scene.incident.signals[0].subject)) if scene.incident else None
    if not isinstance(found, Product) or found.inputs is None or found.recipe is None:
        return ()
    contract = scene.estate.find(Ref(kind="contract", name=found.inputs.relation))
    cadence = contract.cadence if isinstance(contract, Contract) else ""
    parts = _parts(found.inputs, cadence)
    fresh = {title: names for title, names in parts.items() if not set(names) & set(found.inputs.calendar)}
    plans = tuple(_plan(scene, found, title, names, cadence) for title, names in fresh.items() if title != DAYS_OFF)
    return (*plans, *_off(scene, found, cadence)) if DAYS_OFF in fresh else plans


def _off(scene: Scene, product: Product, cadence: str) -> tuple[Plan, ...]:
    """The days off that a person named, else the public holidays that the product's own days show."""
    assert product.inputs is not None
    own = tuple(d for d in scene.estate.calendar.days_off if d[0].isdigit())
    if own:
        return (_plan(scene, product, DAYS_OFF, OFF, cadence, off=own),)
    found = kept(scene, product.inputs, cadence)
    if found is None:
        return ()
    title, last = f"holidays of {found.almanac.name}", max(found.almanac.days)
    plan = _plan(scene, product, title, OFF, cadence, off=spelled(found.almanac))
    told = (f"days off are known up to {last}", f"in the older half of the history {found.evidence}")
    return (replace(plan, assumptions=(*plan.assumptions, *told)),)


def _parts(inputs: Inputs, cadence: str) -> dict[str, tuple[str, ...]]:
    """Parts of the calendar by what they are called. Returns are taken to know no season."""
    if inputs.grain:
        seasonal = inputs.grain in ("week", "month", "quarter") and inputs.quantity == "value"
        return {"season of the year": SEASON} if seasonal else {}
    if inputs.quantity != "value":
        return {}
    if cadence not in _DAILY:
        return {"season of the year": SEASON} if cadence in ("week", "month", "quarter") else {}
    days = WEEKDAYS[2:] if cadence == "day" else WEEKDAYS[2:6]  # against Monday
    if cadence == "day":
        days = (*days, WEEKDAYS[0])
    return {"day of the week": days, "edges of the month": EDGES, "season of the year": SEASON, DAYS_OFF: OFF}


def _plan(
    scene: Scene, product: Product, title: str, names: tuple[str, ...], cadence: str, off: tuple[str, ...] = ()
) -> Plan:
    assert product.inputs is not None and product.recipe is not None and scene.incident is not None
    own = grounded(product.recipe, product.inputs, cadence)
    inputs = replace(own, calendar=(*own.calendar, *names), cadence=cadence, days_off=off or own.days_off)
    recipe = with_features(product.recipe, inputs, (*window_names(own), *names))
    return Plan(
        incident=scene.incident.id,
        proposer="architect",
        title=f"The {title} as features of {product.name}",
        base=scene.estate.fingerprint(),
        changes=revised(product, inputs, recipe),
        rationale=f"the {title} of the day that an estimate is about is certain in advance: {', '.join(names)}",
        assumptions=(f"{product.inputs.relation}: the next value comes after one step of its cadence, {cadence}",)
        if product.inputs.horizon and not product.inputs.grain
        else (),
        cause="missing_drivers",
        serves=f"version of {product.name}",
        cost=CPU_S,
    )
