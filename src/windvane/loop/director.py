"""Chooses which plans to try next under a budget; pure, so that the same facts give the same choice.

Worth of a trial = expected gain x probability that it helps - cost - risk. The probability is that of the cause, by the
diagnosis, times a Beta posterior per proposer and cause, learned from lessons; that leans on what the proposer did with
other causes, and that on what all proposers did, so nobody starts better than another. What is little known is tried a
little more (upper confidence: Lai and Robbins, Advances in Applied Mathematics 1985).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from windvane.domain.decision import Lesson
from windvane.domain.estate import Policy
from windvane.domain.plan import Plan
from windvane.domain.record import replace

PRIOR = 2.0  # weight of what is believed before anything was seen, in trials


class Candidate(NamedTuple):
    """A plan that could be tried: `gain` is the share of the shortfall that its proposer expects it to close.

    `chance` is the probability, by the diagnosis, that its cause is there (1: the diagnosis does not say); `risk` the
    share of the shortfall that is expected to be lost by it, should it be wrong.
    """

    plan: Plan
    cause: str
    gain: float
    chance: float = 1.0
    risk: float = 0.0


class Budget(NamedTuple):
    """What may be spent now: trials, CPU seconds, and what a CPU second is worth as a share of the shortfall."""

    trials: int
    cpu_s: float = math.inf
    price: float = 0.0005
    explore: float = 0.5  # standard deviations of the belief that not knowing adds to the chance


class Pick(NamedTuple):
    """A candidate with what its trial is worth and how likely it helps; `why` says it in words."""

    candidate: Candidate
    worth: float
    probability: float
    why: str


class Choice(NamedTuple):
    """What to try, best first, and what is left out, each with the reason."""

    tried: tuple[Pick, ...]
    left: tuple[Pick, ...]


class Belief(NamedTuple):
    """Beta(`helped`, `failed`), and the share of the expected gain that came true when it helped."""

    helped: float
    failed: float
    truth: float

    @property
    def mean(self) -> float:
        """The probability that a trial helps."""
        return self.helped / (self.helped + self.failed)

    @property
    def spread(self) -> float:
        """The standard deviation of that probability."""
        return math.sqrt(self.mean * (1 - self.mean) / (self.helped + self.failed + 1))


class Beliefs:
    """What lessons tell of each proposer and cause."""

    def __init__(self, lessons: Iterable[Lesson]) -> None:
        self._seen: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        self._truth: dict[str, list[float]] = defaultdict(list)
        for lesson in _final(lessons):
            helped = _helped(lesson)
            for key in ((lesson.proposer, lesson.cause), (lesson.proposer, ""), ("", "")):
                self._seen[key][helped] += 1
            if helped and lesson.hoped > 0:
                self._truth[lesson.proposer].append(min(2.0, lesson.closed / lesson.hoped))

    def of(self, proposer: str, cause: str) -> Belief:
        """The belief about what `proposer` proposes against `cause`."""
        mean = 0.5
        for key in (("", ""), (proposer, ""), (proposer, cause)):
            failed_so_often, helped_so_often = self._seen.get(key, (0, 0))
            helped, failed = PRIOR * mean + helped_so_often, PRIOR * (1 - mean) + failed_so_often
            mean = helped / (helped + failed)
        shares = self._truth.get(proposer, [])
        return Belief(helped, failed, (PRIOR + sum(shares)) / (PRIOR + len(shares)))


def _helped(lesson: Lesson) -> int:
    return int(lesson.helped and not lesson.regretted)


def _final(lessons: Iterable[Lesson]) -> tuple[Lesson, ...]:
    """One lesson per decision: a regret takes back what was learned from the same decision, and keeps its cause."""
    last: dict[str, Lesson] = {}
    for lesson in lessons:
        known = last.get(lesson.decision)
        last[lesson.decision] = replace(known, regretted=True) if known and lesson.regretted else lesson
    return tuple(last.values())


def choose(candidates: Sequence[Candidate], beliefs: Beliefs, budget: Budget, policy: Policy) -> Choice:
    """What to try next. Each plan is tried once; equal worth keeps the order in which the candidates are given.

    Left out: what a person would have to allow, what costs more than it can bring, what exceeds the budget.
    """
    judged = [_judged(c, beliefs, budget) for c in _once(candidates)]
    ranked = sorted(judged, key=lambda p: -p.worth)
    tried: list[Pick] = []
    left: list[Pick] = []
    spent = 0.0
    for pick in ranked:
        plan = pick.candidate.plan
        against = _against(pick, policy) or _exceeds(budget, len(tried), spent + plan.cost)
        if against:
            left.append(pick._replace(why=against))
        else:
            tried.append(pick)
            spent += plan.cost
    return Choice(tuple(tried), tuple(left))


def _once(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    return tuple({c.plan.fingerprint(): c for c in reversed(candidates)}.values())[::-1]


def _judged(candidate: Candidate, beliefs: Beliefs, budget: Budget) -> Pick:
    plan = candidate.plan
    belief = beliefs.of(plan.proposer, candidate.cause)
    probability = belief.mean * candidate.chance
    hope = min(1.0, belief.mean + budget.explore * belief.spread) * candidate.chance
    gain = max(0.0, candidate.gain) * belief.truth
    cost = plan.cost * budget.price
    worth = hope * gain - cost - candidate.risk
    why = f"expects {gain:.0%} of the shortfall with probability {probability:.0%}, costs {plan.cost:,.1f} CPU s"
    return Pick(candidate, worth, probability, why)


def _against(pick: Pick, policy: Policy) -> str:
    plan = pick.candidate.plan
    if policy.autonomy == "observe":
        return "autonomy `observe`: nothing is tried unasked"
    if policy.autonomy == "act_if_reversible" and not plan.reversible:
        return "it could not be taken back: a person decides"
    if pick.worth <= 0:
        return f"{pick.why}: more than it can bring"
    return ""


def _exceeds(budget: Budget, tried: int, spent: float) -> str:
    if tried >= budget.trials:
        return f"the budget of {budget.trials} trials goes to better ones"
    if spent > budget.cpu_s:
        return f"the budget of {budget.cpu_s:,.0f} CPU s would be exceeded"
    return ""
