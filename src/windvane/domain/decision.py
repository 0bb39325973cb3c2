"""Verdicts, numbered decisions, releases and lessons."""

from __future__ import annotations

from typing import Literal

from windvane.domain.record import Record

Outcome = Literal["promote", "reject", "escalate"]


class Reason(Record):
    """One rule of the gate: whether it held, and the numbers."""

    rule: str
    held: bool
    detail: str


class Flip(Record):
    """Which measured fact, at which value, would have changed the verdict, and to what."""

    fact: str
    at: str
    then: Outcome


class Verdict(Record):
    """The gate's answer; it cannot be made without a reason."""

    outcome: Outcome
    reasons: tuple[Reason, ...]
    flips: tuple[Flip, ...] = ()

    def __post_init__(self) -> None:
        if not self.reasons:
            raise ValueError("a verdict needs at least one reason")


class Decision(Record):
    """A numbered verdict on a plan: what `why`, `diff` and `undo` are about."""

    id: str  # D-n
    incident: str
    plan: str  # fingerprint
    title: str
    proposer: str
    verdict: Verdict
    undoes: str = ""  # the decision that this one takes back


class Release(Record):
    """What was promoted: `id` is R-n; `replaced` the release before it."""

    id: str
    decision: str
    plan: str
    estate: str  # fingerprint of the estate's files after it
    relations: tuple[str, ...] = ()  # rebuilt relations
    batches: tuple[str, ...] = ()  # admitted (or withdrawn) batches
    replaced: str = ""
    commit: str = ""  # git commit, when files changed


class Lesson(Record):
    """Predicted against measured, and whether it was regretted."""

    decision: str
    proposer: str
    cause: str
    predicted: tuple[tuple[str, float], ...] = ()
    measured: tuple[tuple[str, float], ...] = ()
    regretted: bool = False
    hoped: float = 0.0  # share of the shortfall of a product that it was expected to close
    closed: float = 0.0  # and the share that it closed
    helped: bool = True  # promoted, or as good and only beaten by another; a trial that failed teaches too
