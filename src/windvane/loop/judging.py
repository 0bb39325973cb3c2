"""Judges what a round tried: on a panel, where gains and leaks show, not yet as relations that are built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from windvane.domain.change import Admit
from windvane.domain.estate import Estate
from windvane.domain.plan import Plan
from windvane.domain.record import replace
from windvane.domain.run import Trial
from windvane.loop import gate
from windvane.loop.aims import off, short_of
from windvane.loop.crew import Crew
from windvane.loop.trial import Judged
from windvane.stack.evidence.wealth import Wealth

if TYPE_CHECKING:
    from windvane.loop.proving import Bench, Tested


def rank_of(made: Bench, tested: Tested) -> tuple[float, float]:
    """Nearer to all aims first, then better at the first of them."""
    from windvane.loop.estimating import reached

    scores = reached(tested.test) if tested.test is not None else ()
    return short_of(made.case.aims, scores), off(made.case.aims, scores)


def judged(
    crew: Crew, estate: Estate, made: Bench, tests: list[Tested], *, budget: Wealth
) -> list[tuple[Judged, Tested]]:
    """Every proposal with its trial, gains corrected for all of them, and the verdict; each is told."""
    from windvane.loop import proving

    found = []
    for tested, measured in zip(tests, proving.trials(tests, made, level=budget.level), strict=True):
        plan = tested.plan
        verdict = gate.judge(_on_panel(plan), measured, estate.policy)
        found.append((Judged(plan=plan, trial=measured, verdict=verdict), tested))
        moved = "; ".join(_told_gain(measured, plan)) or "; ".join(c.broken for c in measured.checks if c.broken)
        sign = "+" if verdict.outcome == "promote" else "-"
        crew.say("trial", f"  {sign} {plan.title}: {moved}", subject=made.product.name)
    return found


def _on_panel(plan: Plan) -> Plan:
    """The plan as far as a panel can show what it does: what it promises of relations is judged when they are built."""
    hopes = tuple(e for e in plan.predicted if e.measure.startswith("gain of "))
    changes = tuple(c for c in plan.changes if not isinstance(c, Admit))
    return replace(plan, changes=changes, predicted=hopes, probes=())


def _told_gain(measured: Trial, plan: Plan) -> list[str]:
    hoped = {e.measure.removeprefix("gain of "): e.expected for e in plan.predicted}
    return [
        f"{g.measure} {g.before:.3g} -> {g.after:.3g}{' ' + g.unit if g.unit else ''} (gain {g.low:.2g} to {g.high:.2g}"
        f"{f', predicted {hoped[g.measure]:.2g}' if g.measure in hoped else ''}, p {g.p:.2g})"
        for g in measured.gains
    ]


def sung(made: Bench, estate: Estate, winner: tuple[Judged, Tested]) -> tuple[Judged, Tested]:
    """The winner, judged again with the canary among its checks."""
    from windvane.loop import proving

    judged, tested = winner
    measured = replace(judged.trial, checks=(*judged.trial.checks, proving.sings(made, judged.plan)))
    return Judged(
        plan=judged.plan, trial=measured, verdict=gate.judge(_on_panel(judged.plan), measured, estate.policy)
    ), tested
