"""Keeps an estimated product going: new decision times are estimated, and what happened since is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from windvane.domain.decision import Decision, Verdict
from windvane.domain.estate import Estate, Product
from windvane.domain.plan import Plan, Probe
from windvane.domain.run import Trial
from windvane.loop import gate, promote, propose, shortfalls, trial, versions
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook
from windvane.stack.transform.asof import input_name

if TYPE_CHECKING:
    from windvane.loop.estimating import Case, Made


def waiting(crew: Crew, estate: Estate) -> tuple[str, ...]:
    """Products whose input has decision times that nobody sees estimates for; asked of what readers have."""
    if not Logbook(crew.ledger).releases():
        return ()
    found = (a for a in estate.assets if isinstance(a, Product))
    return tuple(p.name for p in found if p.inputs is not None and p.recipe is not None and _behind(crew, p))


def _behind(crew: Crew, product: Product) -> bool:
    newest = f"SELECT MAX(decided_at) FROM {input_name(product.name)}"
    there, known = crew.warehouse().reader().rows(f"SELECT ({newest}), ({_last_seen(crew, product)})")[0]
    return there is not None and (known is None or str(there) > str(known))


def _last_seen(crew: Crew, product: Product) -> str:
    """SQL for the last decision that readers see an estimate of the version in force for; after an undo the later
    ones are those of the version that was taken back.
    """
    seen = f"SELECT MAX(decided_at) FROM {product.relation}"
    if not _turned(Logbook(crew.ledger), product.name):
        return seen
    from windvane.loop.estimating import version_of

    return f"{seen} WHERE version = '{version_of(product)}'"


def _turned(book: Logbook, name: str) -> bool:
    """Whether a person ever took a version of the product back."""
    undone = (book.plans[d.plan] for d in book.decisions.values() if d.undoes)
    return any((p := versions.product_of(plan)) is not None and p.name == name for plan in undone)


def caught_up(crew: Crew, name: str) -> tuple[Decision, ...]:
    """Estimate the new decision times of a product, and judge it on what has become known since it was made.

    A version that does worse than the one it replaced goes; one that does worse than it did opens an incident.
    """
    from windvane.loop import contesting, drifting
    from windvane.loop.estimating import case_of, one_thread

    estate = crew.folder.read()
    product = next(a for a in estate.assets if isinstance(a, Product) and a.name == name)
    assert product.inputs is not None and product.recipe is not None
    with one_thread():
        case = case_of(crew, name, product.inputs, product.goal)
        made = case.made(product.recipe)
        decisions = _estimated(crew, estate, product, case, made)
        if shortfalls.segmented(product):
            from windvane.loop import segmenting

            segmenting.watched(crew, product, case)
            return decisions
        back = contesting.rolled_back(crew, estate, product, case, made)
        if back is None:
            drifting.watched(crew, product, case, made)
    return (*decisions, back) if back is not None else decisions


def _estimated(crew: Crew, estate: Estate, product: Product, case: Case, made: Made) -> tuple[Decision, ...]:
    from windvane.loop.estimating import admission, landed, version_of

    known = crew.warehouse().reader().rows(_last_seen(crew, product))[0][0]
    batch = landed(crew, case, made, version=version_of(product), after=str(known) if known is not None else "")
    if not batch.accepted:
        return ()
    rows = f"rows staging.{batch.source}"
    draft = Plan(
        incident="",
        proposer="windvane",
        title=f"Estimate {batch.accepted:,} new values of {product.relation}",
        base="",
        changes=(admission(crew, batch),),
        rationale="new values came; the recipe that is in force estimates the decision times that came with them",
        probes=(Probe(name=rows, sql=f"SELECT COUNT(*) FROM staging.{batch.source}"),),
        acceptance=propose.contract_of(estate, product.relation),
    )
    plan = propose.finish(estate, None, draft)
    propose.write(crew, plan)
    policy = trial.policy_of(crew)

    def judge(measured: Trial) -> Verdict:
        return gate.judge(plan, measured, policy)

    measured, verdict = crew.warehouse().transition(plan, decision=promote.number(crew, plan), judge=judge)
    trial.record(crew, measured)
    decision = promote.decide(crew, plan, verdict)
    if verdict.outcome == "promote":
        promote.derive(crew, decision, plan)
    return (decision,)
