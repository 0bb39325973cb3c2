"""Rules on what the trial showed: it builds, checks pass, nothing else moves, and it does what it promised."""

from __future__ import annotations

from windvane.domain.decision import Reason
from windvane.domain.plan import Probe
from windvane.loop.gate.case import Case, Ruling, number

CHECKS = "blocking checks pass"  # name of the rule on checks


def builds(case: Case) -> Ruling:
    """It builds."""
    failures = case.trial.failures
    detail = "; ".join(failures) or f"{case.trial.models_built} relations built"
    return Ruling(Reason(rule="it builds", held=not failures, detail=detail), case.hardest, "")


def checks(case: Case) -> Ruling:
    """Blocking checks pass."""
    bad = [c for c in case.trial.checks if not c.passed and c.severity == "block"]
    passed = sum(c.passed for c in case.trial.checks)
    detail = "; ".join(f"`{c.check}`: {c.broken}" for c in bad) or f"{passed} of {len(case.trial.checks)} passed"
    turns = f"{', '.join(f'`{c.check}`' for c in bad)} passing" if bad else "one blocking check failing"
    return Ruling(Reason(rule=CHECKS, held=not bad, detail=detail), case.hardest, turns)


def steady(case: Case) -> Ruling:
    """Measures that must stay equal do."""
    was = {m.name: m.value for m in case.trial.before}
    now = {m.name: m.value for m in case.trial.after}
    watched = [p for p in case.plan.probes if p.better == "equal"]
    moved = [p for p in watched if not _still(p, was.get(p.name), now.get(p.name))]
    detail = "; ".join(f"{p.name}: {number(was.get(p.name))} -> {number(now.get(p.name))}" for p in moved)
    turns = "; ".join(f"{p.name} = {number(was.get(p.name))}" for p in moved)
    reason = Reason(rule="nothing else moves", held=not moved, detail=detail or f"{len(watched)} measures equal")
    return Ruling(reason, "reject", turns)


def _still(probe: Probe, was: float | None, now: float | None) -> bool:
    if was is None:
        return True
    return now is not None and abs(now - was) <= probe.tolerance + 1e-9 * abs(was)


def predicted(case: Case) -> Ruling:
    """It does what it promised; hopes of a gain are judged as gains."""
    now = {m.name: m.value for m in case.trial.after}
    slack = {p.name: p.tolerance for p in case.plan.probes}
    effects = tuple(e for e in case.plan.predicted if not e.measure.startswith("gain of "))  # hopes; `it gains` judges
    missed = [e for e in effects if not _close(e.expected, now.get(e.measure), slack.get(e.measure, 0.0))]
    said = [f"{e.measure}: expected {e.expected:,.6g}, measured {number(now.get(e.measure))}" for e in missed]
    turns = "; ".join(f"{e.measure} = {e.expected:,.6g}" for e in missed)
    detail = "; ".join(said) or f"{len(effects)} predictions came true"
    return Ruling(Reason(rule="it does what it promised", held=not missed, detail=detail), case.hardest, turns)


def _close(expected: float, measured: float | None, tolerance: float) -> bool:
    return measured is not None and abs(measured - expected) <= tolerance + 1e-6 * abs(expected)
