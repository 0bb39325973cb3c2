"""One line of the ledger: who did what, because of which lines, chained by hash."""

from __future__ import annotations

import hashlib
from typing import Literal

from windvane.domain.batch import Batch
from windvane.domain.decision import Decision, Lesson, Release
from windvane.domain.estimate import Score
from windvane.domain.finding import Finding
from windvane.domain.goal import Goal, Question
from windvane.domain.incident import Incident, Signal
from windvane.domain.plan import Plan
from windvane.domain.record import Record, canonical
from windvane.domain.run import Trial

Step = Literal["sense", "diagnose", "propose", "trial", "gate", "promote", "learn", "steer"]
STEPS: tuple[Step, ...] = ("sense", "diagnose", "propose", "trial", "gate", "promote", "learn", "steer")


class Steering(Record, tag="steering"):
    """What a person said: pause, resume, approve, reject, undo, replay, accept, fix, drop, edit, init, run."""

    act: str
    about: str = ""
    because: str = ""
    detail: str = ""


class Asked(Record, tag="asked"):
    """One question to a language model with its answer and cost."""

    model: str
    purpose: str
    answer: str
    tokens_in: int
    tokens_out: int
    cost: float
    accepted: bool


class Note(Record, tag="note"):
    """What a run did that is none of the other kinds: a retry, a resume, a rest."""

    what: str
    detail: str = ""


class Noticed(Record, tag="noticed"):
    """A signal."""

    signal: Signal


class Landed(Record, tag="landed"):
    """A batch that was landed; it is not visible yet."""

    batch: Batch


class Found(Record, tag="found"):
    """Findings of one agent about one subject."""

    findings: tuple[Finding, ...]


class Understood(Record, tag="understood"):
    """A goal as it was typed, with the reading of a language model beside it when one was asked."""

    goal: Goal
    other: Goal | None = None
    question: Question | None = None  # the one a person answered
    confidence: float = 1.0  # 0..1; 1 when a person said so


class Diagnosed(Record, tag="diagnosed"):
    """An incident with its hypotheses."""

    incident: Incident


class Proposed(Record, tag="proposed"):
    """A plan."""

    plan: Plan


class Tried(Record, tag="tried"):
    """A trial."""

    trial: Trial


class Decided(Record, tag="decided"):
    """A decision."""

    decision: Decision


class Promoted(Record, tag="promoted"):
    """A release."""

    release: Release


class Learned(Record, tag="learned"):
    """A lesson."""

    lesson: Lesson


class Scored(Record, tag="scored"):
    """How an estimated product did on a window of decision times; `naive` is what costs nothing, by title."""

    product: str
    version: str  # fingerprint of its recipe and inputs
    window: str  # `development`, `sealed`, or `live`
    begins: str
    ends: str
    scores: tuple[Score, ...]
    naive: tuple[tuple[str, tuple[Score, ...]], ...] = ()
    met: bool = False  # whether every target of the goal is met


class Cascaded(Record, tag="cascaded"):
    """One round of changes to what lies upstream of a product, as it was decided."""

    product: str
    incident: str
    round: int
    version: str  # of the product before the round; at the end, the one that stays
    budget: str  # JSON of the budget of errors after the round
    tried: tuple[str, ...] = ()  # plans
    winner: str = ""  # plan that is carried out; empty: nothing passed
    end: str = ""  # empty while it goes on; `met`, or `no`
    reach: tuple[str, ...] = ()  # at the end: core relations that could be joined; a new one is a reason to go on
    told: tuple[str, ...] = ()  # at the end: what was reached, what was tried, what would be needed


Fact = Noticed | Landed | Found | Understood | Scored
Outcome = Diagnosed | Proposed | Tried | Decided | Promoted | Learned | Cascaded
Body = Fact | Outcome | Steering | Asked | Note


class Entry(Record):
    """A line: `hash` covers every other field, `previous` is the hash of the line before."""

    seq: int
    time: str  # UTC, ISO 8601
    actor: str  # agent, remedy, `gate`, `person`, `windvane`
    step: Step
    key: str  # write key: the same key is written once, whatever is retried
    body: Body
    because: tuple[int, ...] = ()  # seq of the lines it follows from
    previous: str = ""
    hash: str = ""


def seal(entry: Entry) -> str:
    """SHA-256 over every field but `hash`, as 64 hexadecimal digits."""
    fields = (entry.seq, entry.time, entry.actor, entry.step, entry.key, entry.body, entry.because, entry.previous)
    return hashlib.sha256(canonical(fields)).hexdigest()
