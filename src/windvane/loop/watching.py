"""Keeps an estimated product going: new decision times are estimated and scored; drift becomes an incident."""

from __future__ import annotations

from typing import TYPE_CHECKING

from windvane.domain.decision import Decision, Verdict
from windvane.domain.entry import Diagnosed, Scored
from windvane.domain.estate import Estate, Product
from windvane.domain.estimate import Score
from windvane.domain.incident import Incident, Signal
from windvane.domain.plan import Plan, Probe
from windvane.domain.run import Trial
from windvane.loop import gate, promote, propose, trial
from windvane.loop.aims import told
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook
from windvane.stack.transform.asof import input_name

if TYPE_CHECKING:
    from windvane.loop.estimating import Case, Made

LIVE = "live"


def waiting(crew: Crew, estate: Estate) -> tuple[str, ...]:
    """Products whose input has decision times that nobody sees estimates for; asked of what readers have."""
    if not Logbook(crew.ledger).releases():
        return ()
    found = (a for a in estate.assets if isinstance(a, Product))
    return tuple(p.name for p in found if p.inputs is not None and p.recipe is not None and _behind(crew, p))


def _behind(crew: Crew, product: Product) -> bool:
    newest = f"SELECT MAX(decided_at) FROM {input_name(product.name)}"
    seen = f"SELECT MAX(decided_at) FROM {product.relation}"
    there, known = crew.warehouse().reader().rows(f"SELECT ({newest}), ({seen})")[0]
    return there is not None and (known is None or str(there) > str(known))


def caught_up(crew: Crew, name: str) -> tuple[Decision, ...]:
    """Estimate the new decision times of a product, and score it on what has become known since it was made."""
    from windvane.loop.estimating import case_of, one_thread

    estate = crew.folder.read()
    product = next(a for a in estate.assets if isinstance(a, Product) and a.name == name)
    assert product.inputs is not None and product.recipe is not None
    with one_thread():
        case = case_of(crew, name, product.inputs, product.goal)
        made = case.made(product.recipe)
        decisions = _estimated(crew, estate, product, case, made)
        _watched(crew, product, case, made)
    return decisions


def _estimated(crew: Crew, estate: Estate, product: Product, case: Case, made: Made) -> tuple[Decision, ...]:
    from windvane.loop.estimating import admission, landed, version_of

    known = crew.warehouse().reader().rows(f"SELECT MAX(decided_at) FROM {product.relation}")[0][0]
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


def _watched(crew: Crew, product: Product, case: Case, made: Made) -> None:
    """Score what happened since the version was tested, and open an incident when it has become worse."""
    from windvane.loop.estimating import version_of
    from windvane.stack.estimation.measures import score, summary
    from windvane.stack.evidence.watch import worse

    book = Logbook(crew.ledger)
    version = version_of(product)
    tested = [s for (p, v, w), s in book.scores.items() if p == product.name and v == version and w != LIVE]
    if not tested:
        return
    steps = _since(case, max(s.ends for s in tested))
    if steps.start >= steps.stop:
        return
    live: list[Score] = []
    for aim in case.aims:
        now = score(aim.measure, case.panel.target[steps], made.estimate[steps])
        before = score(
            aim.measure, case.panel.target[case.scored : steps.start], made.estimate[case.scored : steps.start]
        )
        live.append(summary(aim.measure, now))
        alarm = worse(before, now, better=aim.better)
        if alarm.raised:
            _drifted(crew, product, version, f"{aim.said}: {alarm.why}")
    reached = tuple(s for s in live if s.n)
    if reached:
        body = Scored(
            product=product.name, version=version, window=LIVE, begins=_time(case, steps.start),
            ends=_time(case, steps.stop - 1), scores=reached,
            met=all(a.met(s.value) for a, s in zip(case.aims, live, strict=True) if s.n),
        )  # fmt: skip
        key = f"scored:{product.name}:{version}:{LIVE}:{body.ends}:{body.fingerprint()}"
        crew.write(key, body, actor="windvane", step="sense")
        crew.say("sense", f"{product.relation} in use since {body.begins[:10]}: {told(case.aims, reached)}")


def _since(case: Case, ends: str) -> slice:
    """Decision times after `ends` whose target is known by now."""
    import numpy as np

    first = int(np.searchsorted(case.panel.decided, np.datetime64(ends), side="right"))
    known = np.flatnonzero(np.isfinite(case.panel.target).any(axis=1))
    return slice(first, int(known[-1]) + 1 if len(known) else first)


def _time(case: Case, step: int) -> str:
    return str(case.panel.decided[step].astype("datetime64[s]").item().isoformat())


def _drifted(crew: Crew, product: Product, version: str, why: str) -> None:
    """One incident for a version that does worse than it did; the cascade takes it from there."""
    signal = Signal(kind="drift", subject=product.name, expected="as good as when it was promoted", observed=why)
    number = crew.ledger.number("I", key=f"drift:{product.name}:{version}")
    incident = Incident(id=number, signals=(signal,), place=product.relation)
    crew.write(f"incident:{number}", Diagnosed(incident=incident), actor="windvane", step="diagnose")
    crew.say("diagnose", f"{product.relation} drifts: {why}", subject=product.name, level="warn")
