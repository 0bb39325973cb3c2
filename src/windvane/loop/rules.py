"""Rules that a person's answers became: which there are, which one answers a plan, and how often each did."""

from __future__ import annotations

from windvane.domain.change import Admit
from windvane.domain.decision import Decision
from windvane.domain.entry import Steering
from windvane.domain.errors import Usage
from windvane.domain.plan import Plan
from windvane.domain.record import replace
from windvane.domain.rule import ALWAYS, REVOKE, Rule, rules_of, shape_of
from windvane.domain.run import Trial
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook


def rules(book: Logbook) -> tuple[Rule, ...]:
    """All rules, oldest first, the revoked ones too."""
    return rules_of(book.steerings, book.decisions)


def shape(plan: Plan, trial: Trial | None) -> str:
    """The shape of a plan that admits batches of one source; empty for any other."""
    sources = {c.batch.source for c in plan.changes if isinstance(c, Admit)}
    return shape_of(plan, trial, source=sources.pop()) if len(sources) == 1 else ""


def allowing(crew: Crew, plan: Plan, trial: Trial) -> str:
    """The rule that answers a plan, with what the person said; empty when none does."""
    wanted = shape(plan, trial)
    found = [r for r in rules(Logbook(crew.ledger)) if wanted and r.shape == wanted and not r.revoked]
    return f"{found[-1].id}: {found[-1].because or found[-1].title}" if found else ""


def learn(crew: Crew, decision: Decision, *, because: str) -> None:
    """Let the answer to a decision hold for every later plan of its shape. Raises `Usage` (`rule.no_shape`)."""
    book = Logbook(crew.ledger)
    plan = book.plans[decision.plan]
    made = shape(plan, book.trials.get(decision.plan))
    if not made:
        raise Usage(
            f"`{decision.id}` cannot become a rule", code="rule.no_shape", why="it is not about one source",
            fix=f"windvane approve {decision.id}, without --always",
        )  # fmt: skip
    said = Steering(act=ALWAYS, about=decision.id, because=because, detail=made)
    crew.write(f"rule:{decision.id}", said, actor="person", step="steer", because=(f"decision:{decision.plan}",))


def revoke(crew: Crew, name: str, *, because: str) -> Rule:
    """Take a rule back: from now on it is asked again. Raises `Usage` (`rule.unknown`)."""
    known = {r.id: r for r in rules(Logbook(crew.ledger)) if not r.revoked}
    if name not in known:
        raise Usage(
            f"there is no rule `{name}` in force", code="rule.unknown", why=f"in force: {', '.join(known) or 'none'}",
            fix="windvane rules",
        )  # fmt: skip
    said = Steering(act=REVOKE, about=name, because=because)
    crew.write(f"revoke:{name}", said, actor="person", step="steer")
    return replace(known[name], revoked=True)
