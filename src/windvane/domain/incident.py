"""Signals, and the incidents that diagnosis makes of them."""

from __future__ import annotations

from typing import Literal

from windvane.domain.record import Record

SignalKind = Literal[
    "arrival",  # a new batch was landed
    "schema_drift",  # its columns are not those known
    "level_shift",  # its numbers are not continuous with history
    "key_conflict",
    "restatement",  # rows known before came with other values
    "unreadable",  # a delivery could not be read for certain
    "quarantine_spike",
    "goal_unserved",
    "edited",  # a person changed the files
    "missing",  # a source that was there is gone
    "stray",  # a file came that no source reads
    "failed_step",
    "shortfall",  # an estimated product misses its goal
    "drift",  # it did better on what it was promoted on, or its intervals hold less
    "slow",  # what a product needs takes long to ask
    "setback",  # a version does worse in use than the one it replaced
]


class Signal(Record):
    """Something that was noticed about `subject`."""

    kind: SignalKind
    subject: str  # source, relation or file
    expected: str = ""
    observed: str = ""
    batch: str = ""  # id, when it is about a batch


class Hypothesis(Record):
    """One story that could explain the signals."""

    cause: str  # like `renamed`, `unit_change`, `real_move`
    probability: float
    evidence: tuple[str, ...] = ()
    ruled_out_by: str = ""


class Incident(Record):
    """Signals with their explanation; `cause` is empty while more than one story fits."""

    id: str  # I-n
    signals: tuple[Signal, ...]
    hypotheses: tuple[Hypothesis, ...] = ()
    cause: str = ""
    nature: str = ""  # data, schema, code, infrastructure or real: what kind of thing happened
    place: str = ""  # the earliest relation or source in the lineage where it shows
