"""A proposal as data: typed changes, why, what they should do to named measures, and when to accept them."""

from __future__ import annotations

from typing import Literal

from windvane.domain.batch import Withhold
from windvane.domain.change import Change
from windvane.domain.estate import Check
from windvane.domain.record import Record

Better = Literal["lower", "higher", "equal", "none"]


class Probe(Record):
    """A measure: `sql` gives one number; `better` says which way is good (`equal`: it must not move)."""

    name: str  # like `rows staging.prices`
    sql: str
    better: Better = "none"
    tolerance: float = 0.0  # for `equal`: how far it may move
    of: Literal["value", "seconds"] = "value"  # what is measured: the number, or the CPU seconds it takes to ask


class Effect(Record):
    """What the proposer predicts of a measure."""

    measure: str
    expected: float


class Plan(Record):
    """A proposal. Its fingerprint is its identity; an agent that proposes it can write nothing."""

    incident: str  # I-n
    proposer: str  # agent or remedy, or `person`
    title: str  # one line, imperative
    base: str  # fingerprint of the estate it was made for
    changes: tuple[Change, ...]
    rationale: str
    inverse: tuple[Change, ...] = ()  # leads back to the estate it was made for
    undoes: str = ""  # D-n that this plan takes back
    evidence: tuple[str, ...] = ()
    predicted: tuple[Effect, ...] = ()
    probes: tuple[Probe, ...] = ()
    acceptance: tuple[Check, ...] = ()
    assumptions: tuple[str, ...] = ()
    reversible: bool = True
    identifiable: bool = True  # exactly one explanation fits and beats the runner-up by its margin
    doubt: str = ""  # why it may not be the only explanation
    options: tuple[str, ...] = ()  # what a person may answer when it is held
    declines: tuple[str, ...] = ()  # those options that turn the plan down
    cost: float = 0.0  # predicted CPU seconds
    withhold: tuple[Withhold, ...] = ()  # rows that the screen sets aside when the batches come in
    cause: str = ""  # of a shortfall, which it would remove
    serves: str = ""  # plans with the same `serves` are alternatives: at most one is promoted
