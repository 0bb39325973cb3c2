"""Rows known before that come with other values, or come no more, beyond what the policy takes unasked."""

from __future__ import annotations

from windvane.domain.batch import Batch
from windvane.domain.change import Admit
from windvane.domain.estate import Policy
from windvane.domain.incident import Hypothesis, Signal
from windvane.domain.plan import Plan
from windvane.loop.restating import too_much


def retold(plan: Plan, policy: Policy) -> tuple[tuple[Signal, ...], tuple[Hypothesis, ...]]:
    """What deliveries say anew of known rows, and the two stories, for each, between which the data say nothing."""
    signals: list[Signal] = []
    stories: list[Hypothesis] = []
    for batch in (c.batch for c in plan.changes if isinstance(c, Admit)):
        if too_much(batch, policy):
            said = f"{max(batch.restated, batch.relabelled):,} of {batch.rows_read:,} rows come with other values"
            signals.append(_signal(batch, "rows known before stay as they are", said))
            stories += [_even("corrected", said), _even("wrong_delivery", said)]
        if batch.gone_share > policy.max_departed_share:
            said = f"{batch.gone:,} rows known before are not among the {batch.rows_read:,} delivered"
            signals.append(_signal(batch, "a whole delivery has the rows known before", said))
            stories += [_even("deleted", said), _even("cut_delivery", said)]
    return tuple(signals), tuple(stories)


def _signal(batch: Batch, expected: str, observed: str) -> Signal:
    return Signal(kind="restatement", subject=batch.source, expected=expected, observed=observed, batch=batch.id)


def _even(cause: str, evidence: str) -> Hypothesis:
    """One of two stories between which the data say nothing."""
    return Hypothesis(cause=cause, probability=0.5, evidence=(evidence,))
