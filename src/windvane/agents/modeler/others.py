"""When nothing upstream helps: the same inputs, estimated otherwise."""

from __future__ import annotations

from windvane.domain.estate import Contract, Product, Ref
from windvane.domain.estimate import Inputs, Recipe
from windvane.domain.plan import Plan
from windvane.domain.ports import Scene
from windvane.domain.record import replace
from windvane.stack.transform.estimates import revised

_SEASONS = {"hour": 24, "day": 7, "business_day": 5, "week": 52, "month": 12, "quarter": 4}
_LINEAR = ("exposures", "pooled")
_SLOW = 10.0  # CPU seconds of a trial with trees


def others(scene: Scene) -> tuple[Plan, ...]:
    """One plan for each estimator that the inputs of a product suit and that it does not have."""
    incident = scene.incident
    found = scene.estate.find(Ref(kind="product", name=incident.signals[0].subject)) if incident else None
    if not isinstance(found, Product) or found.recipe is None or found.inputs is None:
        return ()
    contract = scene.estate.find(Ref(kind="contract", name=found.inputs.relation))
    season = _SEASONS.get(found.inputs.grain or (contract.cadence if isinstance(contract, Contract) else ""), 1)
    recipes = _with_features(found.recipe) if found.recipe.features else _without(found.recipe, found.inputs, season)
    return tuple(_plan(scene, found, recipe) for recipe in recipes if recipe != found.recipe)


def _with_features(now: Recipe) -> list[Recipe]:
    if now.estimator not in (*_LINEAR, "boosting"):
        return []
    made = [replace(now, estimator=name) for name in (*_LINEAR, "boosting") if name != now.estimator]
    return made + ([replace(now, window=now.window // 2)] if now.window >= 100 else [])


def _without(now: Recipe, inputs: Inputs, season: int) -> list[Recipe]:
    """Of levels with a past: smoothing, with and without a season."""
    if inputs.quantity != "value":
        return []
    names = [n for n in ("ets", "theta", "seasonal_naive") if n != now.estimator]
    parameters = (("season", float(season)),)
    found = [replace(now, estimator=n, parameters=parameters) for n in names if season > 1 or n != "seasonal_naive"]
    return found + ([replace(r, parameters=()) for r in found if r.estimator == "ets"] if season > 1 else [])


def _plan(scene: Scene, product: Product, recipe: Recipe) -> Plan:
    assert product.inputs is not None and product.recipe is not None and scene.incident is not None
    season = dict(recipe.parameters).get("season", 1.0)
    said = recipe.estimator.replace("_", " ") + (f" with a season of {season:g}" if season > 1 else "")
    if recipe.estimator == product.recipe.estimator and recipe.window != product.recipe.window:
        said += f" from the last {recipe.window} decision times"
    return Plan(
        incident=scene.incident.id,
        proposer="modeler",
        title=f"Estimate {product.relation} by {said}",
        base=scene.estate.fingerprint(),
        changes=revised(product, product.inputs, recipe),
        rationale=f"nothing upstream of {product.relation} helps; the same inputs may say more to another estimator",
        cause="unstable_relation",
        serves=f"version of {product.name}",
        cost=_SLOW if recipe.estimator == "boosting" else 1.0,
    )
