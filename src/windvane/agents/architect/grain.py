"""A change of grain: what a coarse input throws away becomes features of an estimated product."""

from __future__ import annotations

from windvane.domain.estate import Product, Ref
from windvane.domain.plan import Plan
from windvane.domain.ports import Scene
from windvane.domain.record import replace
from windvane.stack.estimation.recipes import with_features
from windvane.stack.transform.asof import window_names
from windvane.stack.transform.estimates import revised

_ROWS = {"week": 5, "month": 22, "quarter": 66, "year": 252}  # rows of trading days in a period
CPU_S = 1.0


def proposals(scene: Scene) -> tuple[Plan, ...]:
    """The entity's own rows over a short, a usual and a long span: for returns and volatility of periods."""
    found = scene.estate.find(Ref(kind="product", name=scene.incident.signals[0].subject)) if scene.incident else None
    if not isinstance(found, Product) or found.inputs is None or found.recipe is None or scene.incident is None:
        return ()
    inputs = found.inputs
    if inputs.windows or inputs.quantity == "value" or inputs.grain not in _ROWS:
        return ()
    period = _ROWS[inputs.grain]
    windows = tuple(dict.fromkeys((max(5, period // 4), period, 3 * period)))
    finer = replace(inputs, windows=windows)
    recipe = with_features(found.recipe, finer, window_names(finer))
    what = "volatility" if inputs.quantity == "volatility" else "return"
    plan = Plan(
        incident=scene.incident.id,
        proposer="architect",
        title=f"Daily grain for the input of {found.name}",
        base=scene.estate.fingerprint(),
        changes=revised(found, finer, recipe),
        rationale=(
            f"a {inputs.grain} as one number hides how it went; its own {what} over the last "
            f"{', '.join(map(str, windows))} rows before each decision says it"
        ),
        serves=f"version of {found.name}",
        cost=CPU_S,
    )
    return (plan,)
