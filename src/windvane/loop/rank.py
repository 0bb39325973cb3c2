"""Chooses among alternatives that all passed: the best measured one stays promoted, the others say what beat them."""

from __future__ import annotations

from windvane.domain.decision import Flip, Reason, Verdict
from windvane.domain.plan import Plan
from windvane.domain.record import replace
from windvane.domain.run import Trial
from windvane.loop.trial import Judged


def best_only(tried: tuple[Judged, ...]) -> tuple[Judged, ...]:
    """The same trials; of those that passed and serve the same thing only the best keeps its promotion.

    Measures are compared in the order in which the plans list them (those with a better direction),
    then the cost of the build, then the order of proposal.
    """
    winners: dict[str, Judged] = {}
    for judged in tried:
        rival = winners.get(judged.plan.serves)
        if judged.verdict.outcome == "promote" and (rival is None or _score(judged) < _score(rival)):
            winners[judged.plan.serves] = judged
    return tuple(_second(j, winners.get(j.plan.serves)) for j in tried)


def _score(judged: Judged) -> tuple[float, ...]:
    measured = {m.name: m.value for m in judged.trial.after}
    signs = {"lower": 1.0, "higher": -1.0}
    ranked = [(signs[p.better], measured.get(p.name)) for p in judged.plan.probes if p.better in signs]
    return (*(sign * value if value is not None else float("inf") for sign, value in ranked), judged.plan.cost)


def _second(judged: Judged, winner: Judged | None) -> Judged:
    if judged.verdict.outcome != "promote" or winner is None or judged is winner:
        return judged
    name, mine, best = _difference(judged.plan, judged.trial, winner.trial)
    other = f"`{winner.plan.title}`"
    fact = f"{name} is {mine} here, {best} in {other}" if name else f"{other} {_tie(judged.plan, winner.plan)}"
    lost = Reason(rule="best of its alternatives", held=False, detail=fact)
    flips = (Flip(fact=name, at=best, then="promote"),) if mine != best else ()
    return replace(judged, verdict=Verdict(outcome="reject", reasons=(*judged.verdict.reasons, lost), flips=flips))


def _difference(plan: Plan, mine: Trial, best: Trial) -> tuple[str, str, str]:
    """The first measure with a direction on which the two differ, and both values; empty when there is none."""
    ours = {m.name: m.value for m in mine.after}
    theirs = {m.name: m.value for m in best.after}
    for probe in plan.probes:
        a, b = ours.get(probe.name), theirs.get(probe.name)
        if probe.better in ("lower", "higher") and a != b:
            return probe.name, _said(a, probe.name), _said(b, probe.name)
    return "", "", ""


def _tie(mine: Plan, best: Plan) -> str:
    why = "costs less to build" if best.cost < mine.cost else "was proposed first"
    return f"gives the same on every measure and {why}"


def _said(value: float | None, measure: str) -> str:
    if value is None:
        return "nothing"
    return f"{value:.1%}" if " share " in f" {measure} " else f"{value:,.6g}"
