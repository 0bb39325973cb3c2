"""Versions of an estimated product: the first from what costs nothing, and how one becomes a plan with estimates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from windvane.domain.change import Put, apply
from windvane.domain.entry import Scored
from windvane.domain.estate import Estate, Product
from windvane.domain.estimate import Recipe, Score
from windvane.domain.incident import Incident
from windvane.domain.plan import Effect, Plan, Probe
from windvane.domain.record import replace
from windvane.loop import propose
from windvane.loop.aims import off, short_of, told
from windvane.loop.crew import Crew

if TYPE_CHECKING:
    from windvane.loop.estimating import Case
    from windvane.stack.estimation.backtest import Backtest


def product_of(plan: Plan) -> Product | None:
    """The estimated product that a plan puts, if it puts one."""
    puts = (c.asset for c in plan.changes if isinstance(c, Put))
    return next((a for a in puts if isinstance(a, Product) and a.inputs is not None), None)


def first(crew: Crew, estate: Estate, incident: Incident, draft: Plan) -> Plan:
    """The first version: naive estimators are scored and said, the best of them is what the product starts with."""
    from windvane.loop.estimating import case_of, naives

    product = product_of(draft)
    assert product is not None and product.inputs is not None
    case = case_of(crew, product.name, product.inputs, product.goal)
    tried = naives(case)
    crew.say("trial", f"{case.panel.steps:,} decision times, {len(case.panel.entities):,} series; what costs nothing:")
    for title, _, scores in tried:
        crew.say("trial", f"  {title}: {told(case.aims, scores)}", subject=product.name)
    title, recipe, _ = min(tried, key=lambda t: (short_of(case.aims, t[2]), off(case.aims, t[2])))
    recipe = replace(recipe, coverage=Recipe(estimator="").coverage)
    known = tuple((name, scores) for name, _, scores in tried)
    plan = replace(
        draft,
        title=f"{product.relation}: {title}",
        evidence=(*draft.evidence, *(f"{name}: {told(case.aims, s)}" for name, s in known)),
        changes=tuple(_with_recipe(c, recipe) for c in draft.changes),
    )
    return completed(crew, estate, incident, plan, case=case, naive=known)


def _with_recipe(change: object, recipe: Recipe) -> object:
    if isinstance(change, Put) and isinstance(change.asset, Product):
        return Put(asset=replace(change.asset, recipe=recipe))
    return change


def completed(
    crew: Crew,
    estate: Estate,
    incident: Incident | None,
    draft: Plan,
    *,
    case: Case,
    naive: tuple[tuple[str, tuple[Score, ...]], ...] = (),
) -> Plan:
    """`draft` with the estimates of its recipe, landed, and what the published relation must show of them."""
    from windvane.loop.estimating import admission, landed, reached, version_of

    product = product_of(draft)
    assert product is not None
    assert product.recipe is not None
    version = version_of(product)
    made = case.made(product.recipe)
    score(crew, case, product, reached(made.test), naive=naive)
    batch = landed(crew, case, made, version=version)
    probe, effect = _promise(product, case, made.test)
    rows = f"rows staging.{batch.source}"
    return propose.finish(
        estate,
        incident,
        replace(
            draft,
            changes=(*draft.changes, admission(crew, batch)),
            probes=(*draft.probes, probe, Probe(name=rows, sql=f"SELECT COUNT(*) FROM staging.{batch.source}")),
            predicted=(*draft.predicted, effect),
            acceptance=(*draft.acceptance, *propose.contract_of(apply(estate, draft.changes), product.relation)),
        ),
    )


def score(
    crew: Crew,
    case: Case,
    product: Product,
    scores: tuple[Score, ...],
    *,
    window: str = "development",
    naive: tuple[tuple[str, tuple[Score, ...]], ...] = (),
) -> Scored:
    """Put what a version reached in the ledger."""
    from windvane.loop.estimating import version_of

    span = case.sealed if window == "sealed" and case.sealed is not None else case.develop
    begins = (
        span.begins
        if window == "sealed"
        else case.panel.decided[case.scored].astype("datetime64[s]").item().isoformat()
    )
    body = Scored(
        product=product.name,
        version=version_of(product),
        window=window,
        begins=begins,
        ends=span.ends,
        scores=scores,
        naive=naive,
        met=short_of(case.aims, scores) == 0.0,
    )
    crew.write(f"scored:{product.name}:{body.version}:{window}:{body.ends}", body, actor="windvane", step="trial")
    return body


def _promise(product: Product, case: Case, test: Backtest) -> tuple[Probe, Effect]:
    """The mean absolute error of what readers will see must be that of the backtest."""
    name = f"mean absolute error {product.relation}"
    first = case.panel.decided[case.scored].astype("datetime64[s]").item()
    last = case.panel.decided[case.develop.stop - 1].astype("datetime64[s]").item()
    steps = (
        f"SELECT AVG(ABS(error)) AS off FROM {product.relation} WHERE decided_at BETWEEN TIMESTAMP '{first}' "
        f"AND TIMESTAMP '{last}' GROUP BY decided_at"
    )
    value = next(s.value for s in test.summary if s.measure == "mae")
    return Probe(name=name, sql=f"SELECT AVG(off) FROM ({steps}) AS steps", better="lower"), Effect(
        measure=name, expected=value
    )
