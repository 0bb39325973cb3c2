"""What the gate judges, and what a rule of it answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from windvane.domain.batch import Batch
from windvane.domain.change import Admit, Withdraw
from windvane.domain.decision import Outcome, Reason
from windvane.domain.estate import Policy
from windvane.domain.plan import Plan
from windvane.domain.run import Trial


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


def number(value: float | None) -> str:
    """A measure in words."""
    return "nothing" if value is None else f"{value:,.6g}"
