"""After a drift: the same estimator, learning from a shorter past, in which the relation may be another one."""

from __future__ import annotations

from windvane.domain.estate import Product, Ref
from windvane.domain.plan import Plan
from windvane.domain.ports import Scene
from windvane.domain.record import replace
from windvane.stack.transform.estimates import revised

_TIMELESS = frozenset(("none", "last", "partial", "seasonal_naive", "ets", "theta"))  # they have no window to shorten
_ALL = 480  # decision times that stand for a window without an end
_SHORTER = (2, 4, 8, 16)
_FEWEST = 12


def retrained(scene: Scene) -> tuple[Plan, ...]:
    """One plan for each shorter window; none for an estimator that has no window."""
    incident = scene.incident
    if incident is None or incident.signals[0].kind != "drift":
        return ()
    product = scene.estate.find(Ref(kind="product", name=incident.signals[0].subject))
    if not isinstance(product, Product) or product.recipe is None or product.inputs is None:
        return ()
    if product.recipe.estimator in _TIMELESS:
        return ()
    windows = {max(_FEWEST, (product.recipe.window or _ALL) // n) for n in _SHORTER} - {product.recipe.window}
    return tuple(_plan(scene, product, window) for window in sorted(windows, reverse=True))


def _plan(scene: Scene, product: Product, window: int) -> Plan:
    assert product.recipe is not None and product.inputs is not None and scene.incident is not None
    now = f"the last {product.recipe.window}" if product.recipe.window else "all"
    return Plan(
        incident=scene.incident.id,
        proposer="modeler",
        title=f"Learn {product.relation} from the last {window} decision times",
        base=scene.estate.fingerprint(),
        changes=revised(product, product.inputs, replace(product.recipe, window=window)),
        rationale=(
            f"what is estimated may follow another relation than it did; {product.recipe.estimator.replace('_', ' ')} "
            f"learns from {now} decision times, which holds both"
        ),
        serves=f"version of {product.name}",
    )
