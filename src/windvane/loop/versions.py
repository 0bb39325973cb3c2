"""Versions of an estimated product: the first from what costs nothing, and how one becomes a plan with estimates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from windvane.domain.change import Put, apply
from windvane.domain.decision import Decision
from windvane.domain.entry import Scored
from windvane.domain.estate import Estate, Product
from windvane.domain.estimate import Recipe, Score
from windvane.domain.incident import Incident
from windvane.domain.plan import Effect, Plan, Probe
from windvane.domain.record import replace
from windvane.loop import propose
from windvane.loop.aims import off, short_of, told
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook

if TYPE_CHECKING:
    from windvane.loop.estimating import Case
    from windvane.stack.estimation.backtest import Backtest


_ORDINARY = 0.98  # of the values are not unusual
ROLLED_BACK = "back to a version of"


def product_of(plan: Plan) -> Product | None:
    """The estimated product that a plan puts, if it puts one."""
    puts = (c.asset for c in plan.changes if isinstance(c, Put))
    return next((a for a in puts if isinstance(a, Product) and a.inputs is not None), None)


def version(plan: Plan) -> str:
    """The version that a plan would make of its product; empty when it puts none."""
    from windvane.loop.estimating import version_of

    product = product_of(plan)
    return version_of(product) if product is not None else ""


def taken_back(book: Logbook, name: str) -> bool:
    """Whether a person undid a version of the product: agents do not go on unasked."""
    undone = (book.decisions[d] for d in book.undone())
    return any((p := product_of(book.plans[d.plan])) is not None and p.name == name for d in undone)


def decided(book: Logbook, name: str) -> tuple[tuple[Decision, Product], ...]:
    """Decisions in force that put a product, oldest first, with the product as each of them left it."""
    gone = book.undone()
    made = (d for d in book.decisions.values() if d.verdict.outcome == "promote" and d.id not in gone and not d.undoes)
    found = ((d, product_of(book.plans[d.plan])) for d in made)
    return tuple((d, p) for d, p in found if p is not None and p.name == name)


def restored(book: Logbook, name: str) -> str:
    """The version that took the place of a worse one, as long as it is in place; empty otherwise."""
    from windvane.loop.estimating import version_of

    last = decided(book, name)[-1:]
    back = [p for d, p in last if book.plans[d.plan].serves == f"{ROLLED_BACK} {name}"]
    return version_of(back[0]) if back else ""


def worse_in_use(book: Logbook, name: str) -> frozenset[str]:
    """Versions that did worse in use than the one they had replaced, and left it."""
    from windvane.loop.estimating import version_of

    backs = (d for d, _ in decided(book, name) if book.plans[d.plan].serves == f"{ROLLED_BACK} {name}")
    puts = (c.asset for d in backs for c in book.plans[d.plan].inverse if isinstance(c, Put))
    return frozenset(version_of(a) for a in puts if isinstance(a, Product) and a.inputs is not None)


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
    first = case.aims[::-1] if product.inputs.labels is not None else case.aims  # constants have no order to tell
    title, recipe, _ = min(tried, key=lambda t: (short_of(case.aims, t[2]), off(first, t[2])))
    recipe = replace(recipe, coverage=_promised(product))
    known = tuple((name, scores) for name, _, scores in tried)
    plan = replace(
        draft,
        title=f"{product.relation}: {title}",
        evidence=(*draft.evidence, *(f"{name}: {told(case.aims, s)}" for name, s in known)),
        changes=tuple(_with_recipe(c, recipe) for c in draft.changes),
    )
    return completed(crew, estate, incident, plan, case=case, naive=known)


def _promised(product: Product) -> float:
    """The share of actual values that intervals are to hold; of anomalies all but the unusual, of classes no matter."""
    if product.inputs is not None and product.inputs.labels is not None:
        return 0.0
    return _ORDINARY if product.kind == "anomaly" else Recipe(estimator="").coverage


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
    from windvane.loop.reliance import reliance

    product = product_of(draft)
    assert product is not None
    assert product.recipe is not None
    version = version_of(product)
    made = case.made(product.recipe)
    score(crew, case, product, (*reached(made.test), *reliance(case, product, made.test)), naive=naive)
    batch = landed(crew, case, made, version=version)
    probe, effect = _promise(product, case, made.test)
    rows = f"rows staging.{batch.source}"
    return propose.finish(
        estate,
        incident,
        replace(
            draft,
            inverse=(),  # made anew: the estimates go with the version
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
    body = replace(scored_of(case, product, scores, window=window), naive=naive)
    key = f"scored:{product.name}:{body.version}:{window}:{body.ends}"
    crew.write(key, body, actor="windvane", step="trial")
    return body


def scored_of(case: Case, product: Product, scores: tuple[Score, ...], *, window: str = "development") -> Scored:
    """What a version reached on a window, as the ledger has it."""
    from windvane.loop.estimating import version_of

    span = case.sealed if window == "sealed" and case.sealed is not None else case.develop
    begins = (
        span.begins
        if window == "sealed"
        else case.panel.decided[case.scored].astype("datetime64[s]").item().isoformat()
    )
    return Scored(
        product=product.name,
        version=version_of(product),
        window=window,
        begins=begins,
        ends=span.ends,
        scores=scores,
        met=short_of(case.aims, scores) == 0.0,
    )


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
