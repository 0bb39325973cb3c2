"""What is known of proposals before they are tried: which say the same, and what each may gain."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from windvane.domain.estimate import Recipe
from windvane.domain.plan import Effect, Plan
from windvane.domain.record import replace
from windvane.loop import proving
from windvane.loop.aims import Aim, value_of
from windvane.loop.estimating import reached
from windvane.loop.learn import SHORTFALL
from windvane.loop.proving import Bench
from windvane.stack.estimation.panel import Array, Panel
from windvane.stack.estimation.screening import explained, gain_of

SAME = 0.995  # correlation from which two features say the same
LEAST_HOPE = 0.05  # of the shortfall: no statistic is sure enough to hope for nothing


def gain_name(measure: str) -> str:
    """How a predicted gain of a measure is called among the effects of a plan."""
    return f"gain of {measure}"


def screened(made: Bench, plans: Sequence[Plan]) -> tuple[Plan, ...]:
    """The plans with the gain that each may bring, from what its features explain of the errors of today.

    What an agent predicted itself stays. A plan that changes other things than features has no prediction here.
    """
    aim = worst(made)
    found = []
    for plan in plans:
        after = _with_gain(made, plan, aim) if aim is not None else plan
        if plan.fingerprint() in made.alone:
            made.alone[after.fingerprint()] = made.alone.pop(plan.fingerprint())
        found.append(after)
    return tuple(found)


def worst(made: Bench) -> Aim | None:
    """The aim that is furthest from its target."""
    scores = reached(made.before)
    wanted = [a for a in made.case.aims if a.value is not None]
    return max(wanted, key=lambda a: a.short(value_of(scores, a.measure)), default=None)


def hoped(plan: Plan) -> float | None:
    """The share of the shortfall that a plan is predicted to close; `None` when nothing is predicted."""
    return next((e.expected for e in plan.predicted if e.measure == SHORTFALL), None)


def _with_gain(made: Bench, plan: Plan, aim: Aim) -> Plan:
    before = value_of(reached(made.before), aim.measure)
    said = next((e.expected for e in plan.predicted if e.measure == gain_name(aim.said)), None)
    if said is None:
        share = _share(made, plan, aim)
        if share is None:
            return plan
        said = gain_of(aim.measure, before, share) * aim.factor
    assert aim.value is not None
    start = before * aim.factor if before == before else 0.0
    short = max(abs(aim.value - start), 1e-12)
    share = min(1.0, max(LEAST_HOPE, said / short))
    kept = tuple(e for e in plan.predicted if e.measure not in (gain_name(aim.said), SHORTFALL))
    more = (Effect(measure=gain_name(aim.said), expected=said), Effect(measure=SHORTFALL, expected=share))
    return replace(plan, predicted=(*kept, *more))


def _share(made: Bench, plan: Plan, aim: Aim) -> float | None:
    """Share of the variance of the errors that a plan may take away; `None` where nothing tells."""
    if plan.cause == "too_little_history":
        return _learnt_from_more(made, plan)
    names = [n for n in proving.added(made.product, plan) if n in made.case.panel.features]
    return _explained(made, aim, names) if names and plan.fingerprint() not in made.alone else None


def _learnt_from_more(made: Bench, plan: Plan) -> float:
    """Least squares with k coefficients from n steps miss by 1 + k/n of the variance that nobody can explain."""
    k = 1 + len(made.product.recipe.features if made.product.recipe is not None else ())
    n, more = ((c.scored + c.develop.stop) / 2 for c in (made.case, made.alone.get(plan.fingerprint(), made.case)))
    return 1.0 - (1.0 + k / max(more, 1.0)) / (1.0 + k / max(n, 1.0))


def _explained(made: Bench, aim: Aim, names: Sequence[str]) -> float:
    """Of errors; for a rank correlation of what sets the entities apart, which is all that it sees."""
    steps, actual = made.before.steps, made.before.actual
    if aim.better == "higher":
        count = np.maximum(np.isfinite(actual).sum(axis=1, keepdims=True), 1)
        left = actual - np.nansum(actual, axis=1, keepdims=True) / count
    else:
        left = actual - made.before.estimate
    return explained(left, [made.case.panel.features[n][steps] for n in names])


def repeats(made: Bench, plans: Sequence[Plan]) -> dict[str, str]:
    """Plans (by fingerprint) whose only feature says what another one says that comes before, and which."""
    panel = made.case.panel
    stop = made.case.develop.stop
    known: dict[str, Array] = {
        f: _series(panel, f, stop) for f in (made.product.recipe or Recipe(estimator="")).features
    }
    found: dict[str, str] = {}
    for plan in plans:
        names = proving.foreign(made.product, plan) or proving.added(made.product, plan)
        if len(names) != 1 or names[0] not in panel.features:
            continue
        own = _series(panel, names[0], stop)
        twin = next((n for n, other in known.items() if _alike(own, other)), "")
        if twin:
            found[plan.fingerprint()] = twin
        else:
            known[names[0]] = own
    return found


def _series(panel: Panel, name: str, stop: int) -> Array:
    return panel.features[name][:stop].ravel()[:: max(1, panel.shape[1] // 8)]


def _alike(one: Array, other: Array) -> bool:
    both = np.isfinite(one) & np.isfinite(other)
    if both.sum() < max(30, 0.5 * np.isfinite(one).sum()):
        return False
    a, b = one[both], other[both]
    return bool(a.std() > 0 and b.std() > 0 and abs(np.corrcoef(a, b)[0, 1]) >= SAME)
