"""What looks like the best proposal of a round and cannot help: if it passes too, nothing of the round counts.

Features are put at other times, a rule that leaves values out leaves out as many by lot, and older history is let in
with its values at other places.
"""

from __future__ import annotations

from dataclasses import replace as changed
from typing import NamedTuple

import numpy as np

from windvane.domain.estimate import Inputs, Recipe
from windvane.domain.plan import Plan
from windvane.domain.record import replace
from windvane.loop.crew import Crew
from windvane.loop.estimating import Case, case_of
from windvane.loop.proving import Bench, Tested, added, compared, foreign, quiet, recipe_in
from windvane.loop.versions import product_of
from windvane.stack.estimation.panel import Panel, Times
from windvane.stack.evidence.placebo import elsewhere, places

PLACEBO = "placebo"
_DIGITS = 6  # hexadecimal, of the lot of a row


class _Fake(NamedTuple):
    """Rows on which nothing can help, the recipe that is tried on them, and what was done in words."""

    case: Case
    recipe: Recipe
    done: str
    why: str


def beside(crew: Crew, made: Bench, best: Tested | None, *, level: float) -> list[Tested]:
    """The placebo of the best proposal; none where there is no proposal, or nothing that could be imitated."""
    if best is None:
        return []
    if added(made.product, best.plan):
        return [of_features(made, best, level=level)]
    fake = _of_cleaning(crew, made, best.plan) or _of_history(made, best.plan)
    if fake is None:
        return []
    plan = _plan(best.plan, fake.done, fake.why)
    made.alone[plan.fingerprint()] = fake.case
    return [compared(made, plan, quiet(fake.case, fake.recipe), level=level)]


def of_features(made: Bench, best: Tested, *, level: float) -> Tested:
    """The best proposal with its features at other times."""
    names = foreign(made.product, best.plan) or added(made.product, best.plan)
    recipe = recipe_in(best.plan)
    case = made.case_for(best.plan)
    imitated = product_of(best.plan)
    dated = imitated.inputs.calendar if imitated is not None and imitated.inputs is not None else ()
    real = {n: case.panel.features.get(n) for n in names}
    fake = {f"{PLACEBO}_{n}": v for n, v in elsewhere(real, dated).items()}
    swapped = tuple(f"{PLACEBO}_{f}" if f in names else f for f in recipe.features)
    test = quiet(changed(case, panel=case.panel.adding(fake)), replace(recipe, features=swapped))
    why = "the same features at other times, in blocks, or by lot where time alone decides them"
    return compared(made, _plan(best.plan, "times shuffled", why), test, level=level, of=best.plan)


def _plan(real: Plan, done: str, why: str) -> Plan:
    return replace(
        real,
        proposer="windvane",
        title=f"Placebo: {real.title}, {done}",
        changes=(),
        rationale=f"{why}; it must be rejected, or nothing of this round counts",
        assumptions=(),
        evidence=(),
        predicted=(),
    )


def _of_cleaning(crew: Crew, made: Bench, plan: Plan) -> _Fake | None:
    """As many values left out as the rule of a plan leaves out, by the lot of their entity and time."""
    own, product = made.product.inputs, product_of(plan)
    if own is None or product is None or product.inputs is None or product.inputs.cleaning == own.cleaning:
        return None
    whole, left = (int(np.isfinite(c.panel.target).sum()) for c in (made.case, made.case_for(plan)))
    if left >= whole:
        return None
    unsound = (*own.cleaning.unsound, _drawn(own, 1 - left / whole))
    inputs = replace(product.inputs, cleaning=replace(own.cleaning, unsound=unsound))
    case = case_of(crew, made.product.name, inputs, made.product.goal)
    why = "as many values left out by lot"
    return _Fake(case, recipe_in(plan), why, f"{why}: {whole - left:,} of {whole:,}")


def _drawn(inputs: Inputs, share: float) -> str:
    """A condition that holds for a share of the rows, whatever their values are."""
    parts = ", '|', ".join(f"CAST({c} AS VARCHAR)" for c in (*inputs.entities, inputs.time))
    limit = min(int(share * 16**_DIGITS), 16**_DIGITS - 1)
    return f"SUBSTR(MD5(CONCAT('{PLACEBO}|', {parts})), 1, {_DIGITS}) < '{limit:0{_DIGITS}x}'"


def _of_history(made: Bench, plan: Plan) -> _Fake | None:
    """The older history of a plan with its values at other times and entities; none where that changes nothing."""
    case, recipe = made.case_for(plan), recipe_in(plan)
    mixed = _mixed(case.panel, made.case.panel.decided[0])
    if case is made.case or mixed is None or (len(case.panel.entities) < 2 and not recipe.features):
        return None
    why = "older values at other times and entities"
    return _Fake(changed(case, panel=mixed), recipe, why, why)


def _mixed(panel: Panel, begins: Times) -> Panel | None:
    """The panel with the targets before `begins` in another order; None where there are none."""
    older = np.isfinite(panel.target) & (panel.decided < begins)[:, None]
    if older.sum() < 2:
        return None
    target = panel.target.copy()
    target[older] = target[older][places(int(older.sum()), seed=0)]
    return changed(panel, target=target)
