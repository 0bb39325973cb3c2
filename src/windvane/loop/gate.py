"""Judges a trial by the same rules whoever proposed it; pure, so that the same facts give the same verdict."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from windvane.domain.batch import Batch
from windvane.domain.change import Admit, Withdraw
from windvane.domain.decision import Flip, Outcome, Reason, Verdict
from windvane.domain.errors import TryAgain
from windvane.domain.estate import Policy
from windvane.domain.estimate import Gain
from windvane.domain.plan import Plan, Probe
from windvane.domain.rule import ALLOWED
from windvane.domain.run import Trial
from windvane.loop.restating import told, too_much

ALLOWANCE = "autonomy allows it"  # name of the rule that asks what the proposer may do by itself
FASTER = 0.2  # share of the time that other storage has to save
FEW_ROWS, FEW_SHARE = 3, 0.05  # that may be withheld of a small delivery, unless a person allows none at all


class Case(NamedTuple):
    """What is judged."""

    plan: Plan
    trial: Trial
    policy: Policy
    distrusted: str = ""  # why its proposer may not act alone

    @property
    def admits(self) -> tuple[Admit, ...]:
        """The batches that would become visible."""
        return tuple(c for c in self.plan.changes if isinstance(c, Admit))

    @property
    def arriving(self) -> tuple[Batch, ...]:
        """Those of them that are new; a batch that only loses rows goes and comes back in one plan."""
        back = {c.batch.id for c in self.plan.changes if isinstance(c, Withdraw)}
        return tuple(a.batch for a in self.admits if a.batch.id not in back)

    @property
    def hardest(self) -> Outcome:
        """What a broken rule leads to: data wait for a person, proposals are turned down."""
        return "escalate" if self.admits else "reject"


class Ruling(NamedTuple):
    """One rule's answer: the reason, what follows when it does not hold, and where it would turn."""

    reason: Reason
    otherwise: Outcome
    turns_at: str


Rule = Callable[[Case], Ruling]


def judge(
    plan: Plan, trial: Trial, policy: Policy, *, approved: str = "", allowed: str = "", distrusted: str = ""
) -> Verdict:
    """The verdict: every rule is asked, the hardest answer counts (reject over escalate over promote).

    A person's approval (`approved`: the words they gave) answers what would escalate, never what
    would reject; so does a rule of theirs (`allowed`: its number and their words). `distrusted` says why the
    proposer may not act by itself, whatever the policy allows. Raises `TryAgain` when the
    instrument broke: that is no evidence against a plan.
    """
    if trial.broke:
        raise TryAgain("the trial could not be carried out", code="trial.broke", why=trial.broke, fix="run again")
    case = Case(plan, trial, policy, distrusted)
    rulings = [rule(case) for rule in _RULES] + _apart(case)
    reasons = tuple(r.reason for r in rulings)
    broken = [r for r in rulings if not r.reason.held]
    outcome = _outcome(broken)
    if outcome == "escalate" and (approved or allowed):
        rule = "a person approved" if approved else ALLOWED
        said = Reason(rule=rule, held=True, detail=approved or allowed)
        return Verdict(outcome="promote", reasons=(*reasons, said))
    turning: list[tuple[Ruling, Outcome]] = [(r, "promote") for r in broken] or [(r, r.otherwise) for r in rulings]
    flips = tuple(Flip(fact=r.reason.rule, at=r.turns_at, then=then) for r, then in turning if r.turns_at)
    return Verdict(outcome=outcome, reasons=reasons, flips=flips)


def _outcome(broken: list[Ruling]) -> Outcome:
    hardest = {r.otherwise for r in broken}
    if "reject" in hardest:
        return "reject"
    return "escalate" if hardest else "promote"


def _builds(case: Case) -> Ruling:
    failures = case.trial.failures
    detail = "; ".join(failures) or f"{case.trial.models_built} relations built"
    return Ruling(Reason(rule="it builds", held=not failures, detail=detail), case.hardest, "")


def _checks(case: Case) -> Ruling:
    bad = [c for c in case.trial.checks if not c.passed and c.severity == "block"]
    passed = sum(c.passed for c in case.trial.checks)
    detail = "; ".join(f"`{c.check}`: {c.broken}" for c in bad) or f"{passed} of {len(case.trial.checks)} passed"
    turns = f"{', '.join(f'`{c.check}`' for c in bad)} passing" if bad else "one blocking check failing"
    return Ruling(Reason(rule="blocking checks pass", held=not bad, detail=detail), case.hardest, turns)


def _steady(case: Case) -> Ruling:
    was = {m.name: m.value for m in case.trial.before}
    now = {m.name: m.value for m in case.trial.after}
    watched = [p for p in case.plan.probes if p.better == "equal"]
    moved = [p for p in watched if not _still(p, was.get(p.name), now.get(p.name))]
    detail = "; ".join(f"{p.name}: {_number(was.get(p.name))} -> {_number(now.get(p.name))}" for p in moved)
    turns = "; ".join(f"{p.name} = {_number(was.get(p.name))}" for p in moved)
    reason = Reason(rule="nothing else moves", held=not moved, detail=detail or f"{len(watched)} measures equal")
    return Ruling(reason, "reject", turns)


def _still(probe: Probe, was: float | None, now: float | None) -> bool:
    if was is None:
        return True
    return now is not None and abs(now - was) <= probe.tolerance + 1e-9 * abs(was)


def _number(value: float | None) -> str:
    return "nothing" if value is None else f"{value:,.6g}"


def _predicted(case: Case) -> Ruling:
    now = {m.name: m.value for m in case.trial.after}
    slack = {p.name: p.tolerance for p in case.plan.probes}
    effects = tuple(e for e in case.plan.predicted if not e.measure.startswith("gain of "))  # hopes; `it gains` judges
    missed = [e for e in effects if not _close(e.expected, now.get(e.measure), slack.get(e.measure, 0.0))]
    said = [f"{e.measure}: expected {e.expected:,.6g}, measured {_number(now.get(e.measure))}" for e in missed]
    turns = "; ".join(f"{e.measure} = {e.expected:,.6g}" for e in missed)
    detail = "; ".join(said) or f"{len(effects)} predictions came true"
    return Ruling(Reason(rule="it does what it promised", held=not missed, detail=detail), case.hardest, turns)


def _close(expected: float, measured: float | None, tolerance: float) -> bool:
    return measured is not None and abs(measured - expected) <= tolerance + 1e-6 * abs(expected)


def _bounded(case: Case) -> Ruling:
    read, out = _withheld(case)
    share, limit = (out / read if read else 0.0), case.policy.max_quarantined_share
    few = limit > 0 and 0 < out <= FEW_ROWS and share <= FEW_SHARE  # of a small delivery; a limit of 0 means none
    detail = f"{out:,} of {read:,} rows quarantined ({share:.2%}), at most {limit:.2%}"
    detail += f" or {FEW_ROWS} rows" if few and share > limit else ""
    reason = Reason(rule="quarantine is bounded", held=share <= limit or few, detail=detail)
    return Ruling(reason, "escalate", f"a share of {limit:.2%}" if case.admits else "")


def _withheld(case: Case) -> tuple[int, int]:
    """(rows read, rows quarantined) of the source that lost most; of a first load, of all of it."""
    parts = {b.source if case.plan.proposer == "ingester" else "" for b in case.arriving}
    groups = [[b for b in case.arriving if part in ("", b.source)] for part in sorted(parts)]
    counts = [(sum(b.rows_read for b in g), sum(b.quarantined for b in g)) for g in groups]
    return max(counts, key=lambda c: c[1] / c[0] if c[0] else 0.0, default=(0, 0))


def _whole(case: Case) -> Ruling:
    cut = [b for b in case.arriving if b.cut]
    detail = "; ".join(f"`{b.delivery}`: {b.cut}" for b in cut) or "nothing that arrives seems to be cut"
    return Ruling(Reason(rule="deliveries are whole", held=not cut, detail=detail), "escalate", "a cut file")


def _restated(case: Case) -> Ruling:
    beyond = [b for b in case.arriving if too_much(b, case.policy)]
    worst = max(beyond or case.arriving, key=lambda b: b.restated_share, default=None)
    limit = case.policy.max_restated_share
    detail = told(worst, case.policy) if worst else "nothing arrives"
    reason = Reason(rule="restatement is bounded", held=not beyond, detail=detail)
    return Ruling(reason, "escalate", f"a share of {limit:.2%}" if case.arriving else "")


def _departed(case: Case) -> Ruling:
    worst = max(case.arriving, key=lambda b: b.gone_share, default=None)
    share, limit = (worst.gone_share if worst else 0.0), case.policy.max_departed_share
    rows = worst.gone if worst else 0
    detail = f"{rows:,} rows known before are gone from the whole delivery ({share:.2%}), at most {limit:.2%}"
    reason = Reason(rule="departure is bounded", held=share <= limit, detail=detail)
    return Ruling(reason, "escalate", f"a share of {limit:.2%}" if rows else "")


def _identifiable(case: Case) -> Ruling:
    sure = case.plan.identifiable
    detail = "one explanation fits" if sure else case.plan.doubt or "more than one story fits the data"
    reason = Reason(rule="exactly one explanation", held=sure, detail=detail)
    return Ruling(reason, "escalate", "" if sure else "a second witness (another column, table or a person)")


def _allowed(case: Case) -> Ruling:
    plan, level = case.plan, case.policy.autonomy
    may = plan.proposer == "person" or level == "act" or (level == "act_if_reversible" and plan.reversible)
    nature = "reversible" if plan.reversible else "not reversible"
    detail = case.distrusted or f"autonomy `{level}`, the plan is {nature}"
    reason = Reason(rule=ALLOWANCE, held=may and not case.distrusted, detail=detail)
    return Ruling(reason, "escalate", "" if may else "autonomy `act`")


def _gains(case: Case) -> Ruling:
    """Of an estimated product: a measure of the goal is better by no accident, and none is worse by no accident.

    Gains that may be negative by a margin belong to a leaner recipe: then every measure must be as good but for it.
    """
    gains = case.trial.gains
    leaner = all(g.least < 0 for g in gains)
    worse = [g for g in gains if g.harms]
    won = [g for g in gains if g.passes]
    held = not worse and len(won) >= (len(gains) if leaner else 1)
    if worse:
        turns = "; ".join(f"{g.measure} no worse by {_number(max(g.least, -g.high))}" for g in worse)
    elif held:
        turns = "; ".join(f"gain of {g.measure} at p > {_number(g.level)}" for g in won)
    else:
        turns = _needed(min((g for g in gains if not g.passes), key=lambda g: g.p))
    rule = "as good with less" if leaner else "it gains"
    return Ruling(Reason(rule=rule, held=held, detail="; ".join(_gain(g, case.plan) for g in gains)), "reject", turns)


def _needed(gain: Gain) -> str:
    """What the gain that came nearest still lacks."""
    chance = f"gain of {gain.measure} at p <= {_number(gain.level)}"
    size = f"gain of {gain.measure} >= {_number(gain.least)}"
    lacks = [text for text, short in ((chance, gain.p > gain.level), (size, gain.gain < gain.least)) if short]
    return " and ".join(lacks)


def _apart(case: Case) -> list[Ruling]:
    """What is asked of some plans alone: of estimates a gain, of storage that it is faster."""
    timed = [p for p in case.plan.probes if p.of == "seconds"]
    return ([_gains(case)] if case.trial.gains else []) + ([_faster(case, timed)] if timed else [])


def _faster(case: Case, timed: list[Probe]) -> Ruling:
    was = {m.name: m.value for m in case.trial.before}
    now = {m.name: m.value for m in case.trial.after}
    pairs = [(p.name, was.get(p.name), now.get(p.name)) for p in timed]
    held = all(a is not None and b is not None and b <= (1 - FASTER) * a for _, a, b in pairs)
    detail = "; ".join(f"{name}: {_number(a)} -> {_number(b)}" for name, a, b in pairs)
    turns = "; ".join(f"{name} <= {_number(a * (1 - FASTER))}" for name, a, _ in pairs if a is not None)
    return Ruling(Reason(rule="it is faster", held=held, detail=detail), "reject", turns)


def _gain(gain: Gain, plan: Plan) -> str:
    hoped = next((e.expected for e in plan.predicted if e.measure == f"gain of {gain.measure}"), None)
    unit = f" {gain.unit}" if gain.unit else ""
    moved = f"{gain.measure} {gain.before:,.4g} -> {gain.after:,.4g}{unit}"
    change = f"gain {gain.gain:,.3g} ({gain.low:,.3g} to {gain.high:,.3g})"
    change += f", predicted {hoped:,.3g}" if hoped is not None else ""
    least = f", at least {gain.least:,.3g} counts" if gain.gain < gain.least else ""
    return f"{moved}, {change}, p {gain.p:.2g} against {gain.level:.2g}, n {gain.n}{least}"


_RULES: tuple[Rule, ...] = (
    _builds, _checks, _steady, _predicted, _bounded, _whole, _restated, _departed, _identifiable, _allowed,
)  # fmt: skip
