"""Deliveries that were tried together, and what of that trial is about one of them alone."""

from __future__ import annotations

from dataclasses import dataclass

from windvane.domain.batch import Batch
from windvane.domain.change import Admit
from windvane.domain.estate import Estate
from windvane.domain.run import CheckResult
from windvane.loop.crew import Crew
from windvane.loop.diagnosis.bound import BINDING, rule_of, torn
from windvane.loop.trial import Judged

NEW_THINGS = "identity"
OF_THINGS = frozenset({NEW_THINGS, "unique"})


@dataclass(frozen=True)
class Sides:
    """Deliveries of several sources in one trial, which did not pass as a whole."""

    crew: Crew
    estate: Estate
    judged: Judged
    batches: tuple[Batch, ...]

    @property
    def contradictions(self) -> tuple[CheckResult, ...]:
        """Broken checks that bind one side to another."""
        return torn(self.judged.trial)

    def own(self, batch: Batch) -> list[CheckResult]:
        """Broken checks of one side alone."""
        broken = (c for c in self.judged.trial.checks if not c.passed and c.severity == "block")
        tables = (f"staging.{batch.source}", f"core.{batch.source}")
        return [c for c in broken if rule_of(c) not in BINDING and c.relation in tables]

    def unread(self) -> tuple[Batch, ...]:
        """Deliveries of which so many rows are set aside that they are no witness."""
        share = self.estate.policy.max_quarantined_share
        admitted = (c.batch for c in self.judged.plan.changes if isinstance(c, Admit))
        return tuple(b for b in admitted if b.quarantined > b.rows_read * share)


def columns(result: CheckResult) -> set[str]:
    """The columns that a broken check names."""
    return set(result.broken.split("`")[1::2])
