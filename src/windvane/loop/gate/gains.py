"""Rules for some plans alone: estimates gain by no accident, other storage is faster."""

from __future__ import annotations

from windvane.domain.decision import Reason
from windvane.domain.estimate import Gain
from windvane.domain.plan import Plan, Probe
from windvane.loop.gate.case import Case, Ruling, number

FASTER = 0.2  # share of the time that other storage has to save


def asked(case: Case) -> list[Ruling]:
    """What is asked of this plan: of estimates a gain, of storage that it is faster."""
    timed = [p for p in case.plan.probes if p.of == "seconds"]
    return ([gains(case)] if case.trial.gains else []) + ([faster(case, timed)] if timed else [])


def gains(case: Case) -> Ruling:
    """Of an estimated product: a measure of the goal is better by no accident, and none is worse by no accident.

    Gains that may be negative by a margin belong to a leaner recipe: then every measure must be as good but for it.
    """
    gains = case.trial.gains
    leaner = all(g.least < 0 for g in gains)
    worse = [g for g in gains if g.harms]
    won = [g for g in gains if g.passes]
    held = not worse and len(won) >= (len(gains) if leaner else 1)
    if worse:
        turns = "; ".join(f"{g.measure} no worse by {number(max(g.least, -g.high))}" for g in worse)
    elif held:
        turns = "; ".join(f"gain of {g.measure} at p > {number(g.level)}" for g in won)
    else:
        turns = _needed(min((g for g in gains if not g.passes), key=lambda g: g.p))
    rule = "as good with less" if leaner else "it gains"
    return Ruling(Reason(rule=rule, held=held, detail="; ".join(_gain(g, case.plan) for g in gains)), "reject", turns)


def _needed(gain: Gain) -> str:
    """What the gain that came nearest still lacks."""
    chance = f"gain of {gain.measure} at p <= {number(gain.level)}"
    size = f"gain of {gain.measure} >= {number(gain.least)}"
    lacks = [text for text, short in ((chance, gain.p > gain.level), (size, gain.gain < gain.least)) if short]
    return " and ".join(lacks)


def _gain(gain: Gain, plan: Plan) -> str:
    hoped = next((e.expected for e in plan.predicted if e.measure == f"gain of {gain.measure}"), None)
    unit = f" {gain.unit}" if gain.unit else ""
    moved = f"{gain.measure} {gain.before:,.4g} -> {gain.after:,.4g}{unit}"
    change = f"gain {gain.gain:,.3g} ({gain.low:,.3g} to {gain.high:,.3g})"
    change += f", predicted {hoped:,.3g}" if hoped is not None else ""
    least = f", at least {gain.least:,.3g} counts" if gain.gain < gain.least else ""
    return f"{moved}, {change}, p {gain.p:.2g} against {gain.level:.2g}, n {gain.n}{least}"


def faster(case: Case, timed: list[Probe]) -> Ruling:
    """Of other storage: it saves time enough."""
    was = {m.name: m.value for m in case.trial.before}
    now = {m.name: m.value for m in case.trial.after}
    pairs = [(p.name, was.get(p.name), now.get(p.name)) for p in timed]
    held = all(a is not None and b is not None and b <= (1 - FASTER) * a for _, a, b in pairs)
    detail = "; ".join(f"{name}: {number(a)} -> {number(b)}" for name, a, b in pairs)
    turns = "; ".join(f"{name} <= {number(a * (1 - FASTER))}" for name, a, _ in pairs if a is not None)
    return Ruling(Reason(rule="it is faster", held=held, detail=detail), "reject", turns)
