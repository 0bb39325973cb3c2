"""After membership has drifted: segments of how things are now, kept only when they are better than those in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from windvane.domain.decision import Decision, Verdict
from windvane.domain.entry import Cascaded
from windvane.domain.estate import Estate, Product
from windvane.domain.incident import Incident
from windvane.domain.plan import Plan
from windvane.domain.record import canonical, replace
from windvane.domain.run import CheckResult, Measurement, Trial
from windvane.loop import gate, promote, propose, segmenting, shortfalls, trial
from windvane.loop.crew import Crew
from windvane.loop.estimating import Case, case_of, one_thread, version_of
from windvane.loop.logbook import Logbook
from windvane.stack.estimation.clusters import STABLE, Segments, gaps
from windvane.stack.estimation.estimators import segments as estimator
from windvane.stack.evidence.wealth import Wealth
from windvane.stack.transform.estimates import revised

if TYPE_CHECKING:
    from windvane.stack.estimation.panel import Array


class Work(NamedTuple):
    """What is to be segmented anew, and why."""

    estate: Estate
    product: Product
    incident: Incident
    case: Case


class Fit(NamedTuple):
    """How segments fit things as they are now: how many, how well they come out again, how wide the gaps are."""

    segments: int
    stability: float
    silhouette: float

    def measured(self) -> tuple[Measurement, ...]:
        """The same as measurements."""
        return tuple(Measurement(name=name, value=float(value)) for name, value in self._asdict().items())


def regrouped(crew: Crew, estate: Estate, product: Product) -> tuple[Decision, ...]:
    """One proposal about the drift of a product: new segments, promoted or turned down; the incident ends with it."""
    book = Logbook(crew.ledger)
    incident = shortfalls.drifting(book, product.name)
    if incident is None:
        return ()
    assert product.inputs is not None and product.recipe is not None
    known = [d for d in book.decisions.values() if d.incident == incident.id]
    with one_thread():
        case = case_of(crew, product.name, product.inputs, product.goal)
        if known:  # killed after it was decided
            _told_end(crew, product, incident, case, known[-1])
            return ()
        made = estimator.made_of(case.panel, segmenting.recipe_of(case))
        values = segmenting.values_of(case, case.panel.steps - 1)
        before, after = fit(estimator.made_of(case.panel, product.recipe), values), fit(made, values)
        before, after = fit(estimator.made_of(case.panel, product.recipe), values), fit(made, values)
        passed = checks(product.relation, before, after)
        plan = _plan(crew, Work(estate, product, incident, case), made, passed)
    proved = Trial(
        plan=plan.fingerprint(), environment="panel", before=before.measured(), after=after.measured(), checks=passed
    )
    crew.say("trial", f"  {plan.title}: {_told(before)} -> {_told(after)}", subject=product.name)
    return (_decided(crew, Work(estate, product, incident, case), plan, proved),)


def fit(made: Segments, values: Array) -> Fit:
    """How segments fit `values` (N, p), which may be other than those they were made of."""
    labels = made.of(values)
    several = len(set(labels.tolist())) > 1
    count = len(made.words)
    return Fit(count, made.stability if count > 1 else 0.0, gaps(made, values) if several else 0.0)


def checks(relation: str, before: Fit, after: Fit) -> tuple[CheckResult, ...]:
    """What new segments have to show: they come out again on halves, and tell things apart better than those in
    place.
    """
    again = after.segments > 1 and after.stability >= STABLE
    wider = after.silhouette > before.silhouette
    told = f"silhouette {after.silhouette:.2f}, {before.silhouette:.2f} in place"
    said = "nothing comes out again on other halves" if after.segments < 2 else f"stability {after.stability:.2f}"
    return (
        CheckResult(check="comes out again", relation=relation, severity="block", passed=again,
                    broken="" if again else said),
        CheckResult(check="wider gaps", relation=relation, severity="block", passed=wider,
                    broken="" if wider else told),
    )  # fmt: skip


def _plan(crew: Crew, work: Work, made: Segments, passed: tuple[CheckResult, ...]) -> Plan:
    """The plan of new segments; its estimates are landed only where there is anything to promote."""
    estate, product, incident, case = work
    assert product.inputs is not None
    recipe = segmenting.recipe_of(case)
    words = tuple(f"segment {n}: {text}" for n, text in enumerate(made.words))
    after = replace(product, recipe=recipe, description="; ".join((product.goal.sentence, *words)))
    draft = Plan(
        incident=incident.id,
        proposer="modeler",
        title=f"{product.relation}: no segments",
        base="",
        changes=revised(after, product.inputs, recipe),
        rationale="things are no longer what they were when segments were made: segments of the last month",
        evidence=(incident.signals[0].observed, *words),
        cause="drift",
        serves=f"version of {product.name}",
    )
    if all(c.passed for c in passed):
        draft = segmenting.completed(crew, estate, incident, draft, case, after)
    elif len(words) > 1:
        draft = replace(draft, title=f"{product.relation}: {len(words)} segments")
    return propose.finish(estate, incident, replace(draft, title=f"{draft.title}, made anew"))


def _decided(crew: Crew, work: Work, plan: Plan, proved: Trial) -> Decision:
    estate, product, incident, case = work
    propose.write(crew, plan)

    def judge(measured: Trial) -> Verdict:
        return gate.judge(plan, replace(measured, checks=(*proved.checks, *measured.checks)), estate.policy)

    if all(c.passed for c in proved.checks):
        measured, verdict = crew.warehouse().transition(plan, decision=promote.number(crew, plan), judge=judge)
        proved = replace(
            measured, before=(*proved.before, *measured.before), after=(*proved.after, *measured.after),
            checks=(*proved.checks, *measured.checks),
        )  # fmt: skip
    else:
        verdict = gate.judge(replace(plan, changes=(), probes=(), predicted=()), proved, estate.policy)
    trial.record(crew, proved)
    decision = promote.decide(crew, plan, verdict, incident=incident.id)
    if verdict.outcome == "promote":
        promote.derive(crew, decision, plan)
        product = segmenting.product_in(plan)
    with one_thread():
        _told_end(crew, product, incident, case, decision)
    return decision


def _told_end(crew: Crew, product: Product, incident: Incident, case: Case, decision: Decision) -> None:
    """How the work on a drift ended, with the segments that are in place now."""
    if decision.verdict.outcome == "promote":
        line = segmenting.recorded(crew, case, product)
        _ended(crew, product, incident, line.end, line.told)
        return
    segmenting.turned_down(crew, product, case)
    lost = "; ".join(r.detail for r in decision.verdict.reasons if not r.held)
    text = f"{product.relation}: no, segments stay as they were made: {lost}"
    _ended(crew, product, incident, "no", (text,))
    crew.say("learn", text, subject=product.name, level="warn")


def _ended(crew: Crew, product: Product, incident: Incident, end: str, told: tuple[str, ...]) -> None:
    line = Cascaded(
        product=product.name, incident=incident.id, round=0, version=version_of(product),
        budget=canonical(Wealth()).decode(), end=end, told=told,
    )  # fmt: skip
    key = f"ended:{incident.id}"
    crew.write(key, line, actor="windvane", step="learn", because=(f"incident:{incident.id}",))


def _told(found: Fit) -> str:
    return f"{found.segments} segments, stability {found.stability:.2f}, silhouette {found.silhouette:.2f}"
