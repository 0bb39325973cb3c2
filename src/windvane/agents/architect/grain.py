"""A change of grain: what a coarse input throws away becomes features of an estimated product."""

from __future__ import annotations

from windvane.domain.estate import Contract, Product, Ref
from windvane.domain.estimate import Inputs
from windvane.domain.plan import Plan
from windvane.domain.ports import Scene
from windvane.domain.record import replace
from windvane.stack.estimation.recipes import spans, with_features
from windvane.stack.transform.asof import window_names
from windvane.stack.transform.estimates import revised

_ROWS = {"week": 5, "month": 22, "quarter": 66, "year": 252}  # rows of trading days in a period
CPU_S = 1.0


def proposals(scene: Scene) -> tuple[Plan, ...]:
    """The entity's own rows over a short, a usual and a long span."""
    found = scene.estate.find(Ref(kind="product", name=scene.incident.signals[0].subject)) if scene.incident else None
    if not isinstance(found, Product) or found.inputs is None or found.recipe is None or scene.incident is None:
        return ()
    inputs = found.inputs
    windows = _windows(scene, inputs)
    if inputs.windows or not windows:
        return ()
    finer = replace(inputs, windows=windows)
    recipe = with_features(found.recipe, finer, window_names(finer))
    plan = Plan(
        incident=scene.incident.id,
        proposer="architect",
        title=f"{_title(inputs)} for the input of {found.name}",
        base=scene.estate.fingerprint(),
        changes=revised(found, finer, recipe),
        rationale=_why(inputs, windows),
        cause="missing_drivers" if inputs.quantity == "value" else "wrong_grain",
        serves=f"version of {found.name}",
        cost=CPU_S,
    )
    return (plan,)


def _windows(scene: Scene, inputs: Inputs) -> tuple[int, ...]:
    """Rows that own features look back: those of a period, or as the cadence of the values suggests."""
    if inputs.quantity == "value":
        contract = scene.estate.find(Ref(kind="contract", name=inputs.relation))
        return spans(contract.cadence if isinstance(contract, Contract) else "")
    if inputs.grain not in _ROWS:
        return ()
    period = _ROWS[inputs.grain]
    return tuple(dict.fromkeys((max(5, period // 4), period, 3 * period)))


def _title(inputs: Inputs) -> str:
    return "Daily grain" if inputs.quantity != "value" else "Own values over several spans"


def _why(inputs: Inputs, windows: tuple[int, ...]) -> str:
    rows = ", ".join(map(str, windows))
    if inputs.quantity == "value":
        return (
            f"the last value alone is noisy; the mean of the last {rows} rows before each decision says where it lies"
        )
    what = "volatility" if inputs.quantity == "volatility" else "return"
    return (
        f"a {inputs.grain} as one number hides how it went; its own {what} over the last {rows} rows before each "
        "decision says it"
    )
