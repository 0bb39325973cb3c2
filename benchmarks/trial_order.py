"""How many trials the director needs against an oracle: `python -m benchmarks.trial_order` (goal: <= 1.5).

Planted problems: a stack has one to four defects of eight kinds, each of which costs a part of the goal. Five agents
propose repairs, each good at some kinds and bad at others, which nobody is told. A repair of a defect that is there
helps if its agent is good at it. Agents expect gains with an error of a factor; where a repair does not help, some
measure beforehand and expect little, others are wishful and expect as much as ever. The diagnosis gives each kind a
noisy probability. The director learns from one problem to the next. The oracle knows every true gain and tries the best
first; the random order knows nothing; `hope` tries what its proposer expects most of.
"""

from __future__ import annotations

import argparse
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from windvane.domain.change import Retire
from windvane.domain.decision import Lesson
from windvane.domain.estate import Policy, Ref
from windvane.domain.plan import Plan
from windvane.loop.director import Beliefs, Budget, Candidate, choose

AGENTS = ("architect", "inspector", "modeler", "scout", "forecaster")
KINDS = ("history", "grain", "drivers", "late", "dirty", "join", "unstable", "estimator")


@dataclass(frozen=True)
class World:
    """What one world is like: how far expected gains are off (as a power of e), and how much the diagnosis knows."""

    name: str
    noise: float = 0.5
    knows: float = 1.0  # how much higher the log-odds of a defect that is there
    wishful: float = 0.25  # share of agents and kinds that expect as much where nothing helps
    skill: tuple[float, float] = (0.9, 0.15)  # chance that a repair works where its agent is good, and where not


@dataclass(frozen=True)
class Agent:
    """Who proposes against one kind of defect."""

    name: str
    kind: str
    good: bool
    wishful: bool


WORLDS = (
    World("usual"),
    World("gains unreliable", noise=1.0),
    World("diagnosis knows nothing", knows=0.0),
    World("agents all alike", skill=(0.6, 0.6)),
    World("half of them wishful", wishful=0.5),
    World("all of them wishful", wishful=1.0),
)


@dataclass
class Problem:
    """Candidates with their true gains; the goal is reached when the gains found add up to `goal`."""

    candidates: list[Candidate] = field(default_factory=list)
    gains: list[float] = field(default_factory=list)
    goal: float = 0.0


def problems(world: World, seed: int, count: int) -> Iterator[Problem]:
    """Problems of one world: who is good at what stays, the defects change."""
    chance = random.Random(seed)
    agents = [Agent(a, k, chance.random() < 0.4, chance.random() < world.wishful) for a in AGENTS for k in KINDS]
    made = 0
    while made < count:
        problem = _problem(world, agents, chance, f"{seed}-{made}")
        if problem.goal > 0:
            made += 1
            yield problem


def _problem(world: World, agents: list[Agent], chance: random.Random, name: str) -> Problem:
    sizes = {k: chance.uniform(0.2, 1.0) for k in chance.sample(KINDS, chance.randint(1, 4))}
    whole = sum(sizes.values())
    problem, best = Problem(), dict.fromkeys(sizes, 0.0)
    for kind in KINDS:
        odds = world.knows * (1.0 if kind in sizes else -1.0) + chance.gauss(0, 1)
        for agent in chance.sample([a for a in agents if a.kind == kind], chance.randint(1, 3)):
            works = kind in sizes and chance.random() < world.skill[0 if agent.good else 1]
            true = sizes[kind] / whole if works else 0.0
            spurious = chance.uniform(0.2, 1.0) / whole * (1.0 if agent.wishful else 0.15)
            hoped = (true or spurious) * math.exp(chance.gauss(0, world.noise))
            plan = Plan(
                incident=name, proposer=agent.name, title=f"{kind} by {agent.name}", base="", rationale="planted",
                changes=(Retire(ref=Ref(kind="model", name=f"{kind}.{agent.name}")),), cost=chance.uniform(1, 20),
            )  # fmt: skip
            problem.candidates.append(Candidate(plan, kind, min(1.0, hoped), 1 / (1 + math.exp(-odds))))
            problem.gains.append(true)
            best[kind] = max(best.get(kind, 0.0), true)
    problem.goal = sum(best.values()) * 0.8
    return problem


Order = Callable[[Problem, list[int]], int]


def trials(problem: Problem, pick: Order, learned: list[Lesson] | None = None) -> int:
    """How many trials until the goal is reached, or all are tried; a second repair of one defect adds nothing."""
    left, found, count = list(range(len(problem.gains))), dict[str, float](), 0
    while left and sum(found.values()) < problem.goal - 1e-9:
        at = pick(problem, left)
        left.remove(at)
        count += 1
        kind = problem.candidates[at].cause
        gained = problem.gains[at]
        if gained:
            found[kind] = gained
            left = [i for i in left if problem.candidates[i].cause != kind]
        if learned is not None:
            learned.append(_lesson(problem.candidates[at], gained, len(learned)))
    return count


def _lesson(candidate: Candidate, gained: float, number: int) -> Lesson:
    return Lesson(
        decision=f"D-{number}", proposer=candidate.plan.proposer, cause=candidate.cause,
        hoped=candidate.gain, closed=gained, helped=gained > 0,
    )  # fmt: skip


def by_oracle(problem: Problem, left: list[int]) -> int:
    """The largest true gain first."""
    return max(left, key=problem.gains.__getitem__)


def at_random(seed: int) -> Order:
    """Any."""
    chance = random.Random(seed)
    return lambda _, left: chance.choice(left)


def by_hope(problem: Problem, left: list[int]) -> int:
    """What its proposer expects most of."""
    return max(left, key=lambda i: problem.candidates[i].gain)


def by_director(learned: list[Lesson]) -> Order:
    """What the director says, one trial at a time, with all lessons so far."""

    def pick(problem: Problem, left: list[int]) -> int:
        given = [problem.candidates[i] for i in left]
        choice = choose(given, Beliefs(learned), Budget(trials=1), Policy(autonomy="act"))
        first = (choice.tried or choice.left)[0].candidate
        return left[given.index(first)]

    return pick


def measure(world: World, seeds: range, count: int) -> dict[str, float]:
    """Trials of each order over those of the oracle, over all problems of all seeds, those it still learns from too."""
    total = dict.fromkeys(("oracle", "director", "hope", "random"), 0)
    for seed in seeds:
        learned: list[Lesson] = []
        orders: dict[str, Order] = {
            "oracle": by_oracle, "director": by_director(learned), "hope": by_hope, "random": at_random(seed),
        }  # fmt: skip
        for problem in problems(world, seed, count):
            for name, order in orders.items():
                kept = learned if name == "director" else None
                total[name] += trials(problem, order, kept)
    return {name: n / total["oracle"] for name, n in total.items()}


def main() -> None:
    """Print one line per world, and last the ratio of the usual one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="0:20", help="FIRST:STOP")
    parser.add_argument("--problems", type=int, default=40, help="per seed")
    options = parser.parse_args()
    first, _, stop = options.seeds.partition(":")
    ratios = {w.name: measure(w, range(int(first), int(stop)), options.problems) for w in WORLDS}
    for name, ratio in ratios.items():
        print(f"{name:<26} " + ", ".join(f"{k} {v:.2f}" for k, v in ratio.items() if k != "oracle"))
    usual = ratios[WORLDS[0].name]
    print(f"random_ratio={usual['random']:.2f}")
    print(f"trials_ratio={usual['director']:.2f}")


if __name__ == "__main__":
    main()
