"""Tries the proposals of one round on a panel read from production: gains, leaks, the canary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as changed

import numpy as np

from windvane.domain.estate import Product
from windvane.domain.estimate import Gain, Inputs, Labels, Recipe
from windvane.domain.plan import Plan
from windvane.domain.record import replace
from windvane.domain.run import CheckResult, Measurement, Trial
from windvane.loop.aims import Aim, value_of
from windvane.loop.crew import Crew
from windvane.loop.estimating import Case, case_of, reached
from windvane.loop.versions import product_of
from windvane.stack.estimation.backtest import Backtest
from windvane.stack.estimation.canary import canary
from windvane.stack.estimation.candidates import candidates
from windvane.stack.estimation.estimator import estimator_named
from windvane.stack.estimation.leaks import leaks
from windvane.stack.estimation.panel import Array
from windvane.stack.estimation.same import on_same_rows, once_learnt
from windvane.stack.evidence.paired import paired
from windvane.stack.evidence.several import corrected
from windvane.stack.transform.asof import features_of

LEAST = 0.02  # of the target of an aim: a smaller gain is not worth a change
_CANARIES = 3  # decision times after which everything is garbage


@dataclass
class Bench:
    """The product as it is, on a panel that has the features of all proposals beside its own."""

    product: Product
    case: Case
    before: Backtest
    alone: dict[str, Case] = field(default_factory=dict)  # plans whose rows are others: a case of their own
    plain: dict[Recipe, Backtest] = field(default_factory=dict)  # what plans are held against, beside the product
    looked: dict[str, str] = field(default_factory=dict)  # added features, and why one knows too much

    def case_for(self, plan: Plan) -> Case:
        """The rows on which a plan is tried."""
        return self.alone.get(plan.fingerprint(), self.case)

    def tested(self, recipe: Recipe) -> Backtest:
        """The backtest of a recipe that plans are held against; made once."""
        if recipe not in self.plain:
            self.plain[recipe] = quiet(self.case, recipe)
        return self.plain[recipe]

    def narrowed(self, plan: Plan) -> Case:
        """The rows of a plan with the features of its own inputs alone."""
        made = product_of(plan)
        assert made is not None and made.inputs is not None
        case = self.case_for(plan)
        return changed(case, inputs=made.inputs, panel=case.panel.only(features_of(made.inputs)))


@dataclass(frozen=True)
class Tested:
    """A plan with its backtest and its gains, not corrected yet; `refused` says why it was not even tested."""

    plan: Plan
    test: Backtest | None
    gains: tuple[Gain, ...] = ()
    refused: str = ""


def bench(crew: Crew, product: Product, plans: Sequence[Plan], reading: Mapping[str, Inputs] | None = None) -> Bench:
    """Read the input of the product once, with everything that the plans would add to it.

    `reading`: for plans (by fingerprint) whose rows are not in production yet, inputs that read them beside it.
    """
    assert product.inputs is not None and product.recipe is not None
    puts = [(p, versions_.inputs) for p in plans if (versions_ := product_of(p)) is not None]
    others = [(p, i) for p, i in puts if i is not None]
    wide = _widest(product.inputs, [i for _, i in others])
    case = case_of(crew, product.name, wide, product.goal)
    made = Bench(product, case, quiet(case, product.recipe))
    for plan, other in others:
        if _core(other) != _core(product.inputs):
            key = plan.fingerprint()
            made.alone[key] = case_of(crew, product.name, (reading or {}).get(key, other), product.goal)
    return made


def _core(inputs: Inputs) -> Inputs:
    """Everything that decides which rows there are and what their target is."""
    return replace(inputs, windows=(), drivers=(), calendar=(), labels=_bare(inputs.labels), cadence="", days_off=())


def _bare(labels: Labels | None) -> Labels | None:
    return replace(labels, columns=(), keyed=()) if labels is not None else None


def _widest(own: Inputs, others: Sequence[Inputs]) -> Inputs:
    alike = [own, *(o for o in others if _core(o) == _core(own))]
    return replace(
        own,
        windows=tuple(sorted({w for i in alike for w in i.windows})),
        drivers=tuple({d.name: d for i in alike for d in i.drivers}.values()),
        labels=_all_of([i.labels for i in alike if i.labels is not None]),
        calendar=tuple(dict.fromkeys(c for i in alike for c in i.calendar)),
        cadence=next((i.cadence for i in alike if i.cadence), ""),
        days_off=next((i.days_off for i in alike if i.days_off), ()),
    )


def _all_of(labels: Sequence[Labels]) -> Labels | None:
    if not labels:
        return None
    columns = {c: None for one in labels for c in one.columns}
    keyed = {k: None for one in labels for k in one.keyed}
    return replace(labels[0], columns=tuple(columns), keyed=tuple(keyed))


def quiet(case: Case, recipe: Recipe) -> Backtest:
    """A backtest without intervals, which only the version that stays needs, unless they are what drifted."""
    return case.test(replace(recipe, coverage=Recipe(estimator="").coverage if case.held else 0.0))


def added(product: Product, plan: Plan) -> tuple[str, ...]:
    """Features that a plan gives to the recipe of a product."""
    made = product_of(plan)
    if made is None or made.recipe is None or product.recipe is None:
        return ()
    return tuple(f for f in made.recipe.features if f not in product.recipe.features)


def foreign(product: Product, plan: Plan) -> tuple[str, ...]:
    """Of the added features those that are not the entity's own past."""
    made = product_of(plan)
    windows = made.inputs.windows if made is not None and made.inputs is not None else ()
    own = tuple(f"own_{rows}" for rows in windows)
    return tuple(f for f in added(product, plan) if f not in own)


def tested(made: Bench, plans: Sequence[Plan], *, level: float) -> Iterator[Tested]:
    """Each plan with its gains over the product as it is, in the order that costs least."""
    twins = leaking(made, plans)
    shared: dict[Recipe, list[Plan]] = {}
    rest: list[Plan] = []
    for plan in plans:
        names = added(made.product, plan)
        odd = next((twins[n] for n in names if n in twins), "")
        if odd:
            yield Tested(plan, None, refused=odd)
        elif _added_last(made, plan, names) and not made.case.held:
            recipe = recipe_in(plan)
            shared.setdefault(replace(recipe, features=recipe.features[:-1]), []).append(plan)
        else:
            rest.append(plan)
    for recipe, group in shared.items():
        named = {recipe_in(p).features[-1]: p for p in group}
        span = (made.case.scored, made.case.develop.stop)
        for name, test in candidates(made.case.panel, recipe, tuple(named), span, measures=made.case.measures):
            yield compared(made, named[name], test, level=level)
    for plan in rest:
        yield compared(made, plan, quiet(made.case_for(plan), recipe_in(plan)), level=level)


def leaking(made: Bench, plans: Sequence[Plan]) -> dict[str, str]:
    """Added features that know too much, and how that shows on the development window; each is looked at once."""
    names = {n for p in plans for n in added(made.product, p)} & set(made.case.panel.features) - set(made.looked)
    panel = made.case.panel.between(0, made.case.develop.stop).only(sorted(names))
    odd = {leak.feature: f"{leak.kind.replace('_', ' ')}: {leak.why}" for leak in leaks(panel)}
    made.looked |= {n: odd.get(n, "") for n in names}
    return {n: why for n, why in made.looked.items() if why}


def recipe_in(plan: Plan) -> Recipe:
    """The recipe that a plan gives its product, without intervals."""
    made = product_of(plan)
    assert made is not None and made.recipe is not None
    return replace(made.recipe, coverage=0.0)


def _added_last(made: Bench, plan: Plan, names: tuple[str, ...]) -> bool:
    if len(names) != 1 or plan.fingerprint() in made.alone:
        return False
    return recipe_in(plan).features[-1] == names[0]


def compared(made: Bench, plan: Plan, test: Backtest, *, level: float, of: Plan | None = None) -> Tested:
    """The gains over the product as it is; and over the plan's own recipe without what it adds from elsewhere.

    Of the two the smaller one counts: what another estimator gains with the entity's own past is no merit of a driver.
    `of`: the plan that a placebo imitates.
    """
    against = [made.before, *_without_it(made, of or plan)]
    gains = tuple(
        max((_gain(made, aim, (b, test), of or plan, level=level) for b in against), key=lambda g: (g.p, -g.gain))
        for aim in made.case.aims
    )
    return Tested(plan, test, gains=gains)


def _without_it(made: Bench, plan: Plan) -> list[Backtest]:
    """The recipe of a plan without its foreign features, where it is another one than that of the product."""
    names = foreign(made.product, plan)
    now = made.product.recipe
    if not names or now is None or plan.fingerprint() in made.alone:
        return []
    recipe = recipe_in(plan)
    rest = tuple(f for f in recipe.features if f not in names)
    plain = replace(recipe, features=rest)
    if plain.estimator == now.estimator and rest == now.features:
        return []
    if not rest and estimator_named(plain.estimator).needs_features:
        plain = replace(plain, estimator="own_mean")
    return [made.tested(plain)]


def _gain(made: Bench, aim: Aim, tests: tuple[Backtest, Backtest], plan: Plan, *, level: float) -> Gain:
    """The gain of the second test over the first one on one aim, in its unit."""
    before, after = _on_same_times(made, plan, aim.measure, tests)
    least = LEAST * abs(aim.value) / aim.factor if aim.value is not None else 0.0
    gain = paired(before, after, measure=aim.said, better=aim.better, level=level, least=least)
    scaled = {k: getattr(gain, k) * aim.factor for k in ("before", "after", "gain", "low", "high", "least")}
    return replace(gain, unit=aim.unit, **scaled)


def _on_same_times(made: Bench, plan: Plan, measure: str, tests: tuple[Backtest, Backtest]) -> tuple[Array, Array]:
    """Scores of both versions on the decision times that both have. No estimate at all has the rank correlation 0."""
    first, test = tests
    own = made.case_for(plan)
    if own is not made.case:
        before, after = on_same_rows((made.case.panel, first), (own.panel, test), measure)
    elif made.case.inputs.labels is not None:
        before, after = once_learnt(first, test, made.tested(Recipe(estimator="share")), measure)
    else:
        before, after = first.per_step[measure], test.per_step[measure]
    if measure == "rank_correlation":
        before = np.where(np.isnan(before) & np.isfinite(after), 0.0, before)
    return before, after


def trials(tests: Sequence[Tested], made: Bench, *, level: float) -> tuple[Trial, ...]:
    """The trials of a round: gains corrected for all that was tried in it."""
    gains = corrected([t.gains for t in tests], level=level)
    return tuple(_trial(t, g, made) for t, g in zip(tests, gains, strict=True))


def _trial(tested_: Tested, gains: tuple[Gain, ...], made: Bench) -> Trial:
    name = made.product.relation
    clean = CheckResult(
        check="no leak", relation=f"{name}_input", severity="block", passed=not tested_.refused, broken=tested_.refused
    )
    return Trial(
        plan=tested_.plan.fingerprint(),
        environment="panel",
        before=_measured(made.before, made.case.aims),
        after=_measured(tested_.test, made.case.aims) if tested_.test else (),
        checks=(clean,),
        gains=gains,
    )


def _measured(test: Backtest, aims: Sequence[Aim]) -> tuple[Measurement, ...]:
    scores = reached(test)
    values = ((a, value_of(scores, a.measure)) for a in aims)
    return tuple(Measurement(name=a.said, value=None if v != v else v * a.factor) for a, v in values)


def sings(made: Bench, plan: Plan) -> CheckResult:
    """The canary: everything after a decision is garbage, and estimates up to it stay equal to the bit."""
    case = made.case_for(plan)
    panel = case.panel.between(0, case.develop.stop)
    span = np.linspace(case.scored, case.develop.stop - 2, _CANARIES + 2)[1:-1].astype(int)
    moved = canary(panel.only(recipe_in(plan).features), recipe_in(plan), [int(s) for s in span])
    return CheckResult(
        check=f"canary {moved:g}", relation=f"{made.product.relation}_input", severity="block", passed=moved == 0.0,
        broken="" if moved == 0.0 else f"estimates move by {moved:g} when the future is garbage",
    )  # fmt: skip
