"""Tries a plan in isolation and measures both sides: data inside a transaction, models in an environment."""

from __future__ import annotations

from windvane.domain.decision import Verdict
from windvane.domain.entry import Tried
from windvane.domain.estate import Policy
from windvane.domain.plan import Plan
from windvane.domain.record import Record
from windvane.domain.run import Trial
from windvane.loop.crew import Crew


class Judged(Record):
    """A plan with its trial and verdict; nothing of it is visible unless `verdict` says promote."""

    plan: Plan
    trial: Trial
    verdict: Verdict


def alone(crew: Crew, plan: Plan) -> Trial:
    """Build the plan's models in an environment of their own; production is untouched."""
    crew.say("trial", plan.title)
    trial = crew.warehouse().try_out(plan)
    record(crew, trial)
    return trial


def untried(plan: Plan) -> Trial:
    """The trial of a plan that cannot be tried because nobody knows what it should do."""
    return Trial(plan=plan.fingerprint(), environment="none")


def record(crew: Crew, trial: Trial) -> None:
    """Write a trial to the ledger; a second trial of the same plan with the same outcome is the same line."""
    key = f"trial:{trial.plan}:{trial.fingerprint()}"
    crew.write(key, Tried(trial=trial), actor="warehouse", step="trial", because=(f"plan:{trial.plan}",))


def policy_of(crew: Crew) -> Policy:
    """The limits that a person set."""
    return crew.folder.read().policy
