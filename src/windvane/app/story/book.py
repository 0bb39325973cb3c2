"""The ledger read once and indexed by what its lines are about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from windvane.domain.decision import Decision, Lesson, Release
from windvane.domain.entry import (
    Cascaded,
    Decided,
    Diagnosed,
    Entry,
    Landed,
    Learned,
    Note,
    Noticed,
    Promoted,
    Proposed,
    Scored,
    Steering,
    Tried,
    Understood,
)
from windvane.domain.incident import Incident, Signal
from windvane.domain.plan import Plan
from windvane.domain.record import replace
from windvane.domain.run import Trial

Standing = Literal["promoted", "promoting", "rejected", "waiting", "approved", "declined", "undone"]


@dataclass
class Book:
    """Everything the ledger knows, by name. Later lines replace earlier ones of the same name."""

    entries: list[Entry] = field(default_factory=list)
    plans: dict[str, Plan] = field(default_factory=dict)  # by fingerprint
    trials: dict[str, Trial] = field(default_factory=dict)  # by fingerprint of the plan
    decisions: dict[str, Decision] = field(default_factory=dict)  # by D-n
    decided_at: dict[str, Entry] = field(default_factory=dict)
    releases: dict[str, Release] = field(default_factory=dict)  # by D-n
    released_at: dict[str, Entry] = field(default_factory=dict)
    incidents: dict[str, Incident] = field(default_factory=dict)  # by I-n
    diagnosed_at: dict[str, Entry] = field(default_factory=dict)
    lessons: dict[str, Lesson] = field(default_factory=dict)  # by D-n
    said: list[tuple[Entry, Steering]] = field(default_factory=list)
    understood: list[tuple[Entry, Understood]] = field(default_factory=list)
    landed: list[tuple[Entry, Landed]] = field(default_factory=list)
    scored: list[tuple[Entry, Scored]] = field(default_factory=list)  # how estimated products did
    rounds: list[Cascaded] = field(default_factory=list)
    strays: dict[str, Signal] = field(default_factory=dict)  # files that no source reads, by name
    joined: dict[str, list[str]] = field(default_factory=dict)  # batches that a waiting D-n is about too
    recovered: set[str] = field(default_factory=set)  # incidents of failed steps that did not fail again

    def of_incident(self, incident: str) -> list[Decision]:
        """Decisions about one incident, oldest first."""
        return [d for d in self.decisions.values() if incident and d.incident == incident]

    def undone_by(self, decision: str) -> str:
        """The promoted decision that took `decision` back, or nothing."""
        backs = (d for d in self.decisions.values() if d.undoes == decision and d.verdict.outcome == "promote")
        return next((d.id for d in backs if not self.undone_by(d.id)), "")

    def answers(self, decision: str) -> list[tuple[Entry, Steering]]:
        """What people said to `decision`, oldest first."""
        return [(e, s) for e, s in self.said if s.about == decision]


def read(entries: Iterable[Entry]) -> Book:
    """Index the lines of a ledger."""
    book = Book()
    for entry in entries:
        book.entries.append(entry)
        _index(book, entry)
    return book


def standing(book: Book, decision: Decision) -> Standing:
    """What became of a decision."""
    if decision.id in book.releases:
        return "undone" if book.undone_by(decision.id) else "promoted"
    match decision.verdict.outcome:
        case "promote":
            return "promoting"  # decided; the derived lines follow, or will after a resume
        case "reject":
            return "rejected"
        case "escalate":
            return _held(book, decision)


def _held(book: Book, decision: Decision) -> Standing:
    promoted = any(d.plan == decision.plan and d.verdict.outcome == "promote" for d in book.decisions.values())
    acts = [s.act for _, s in book.answers(decision.id) if s.act in ("approve", "reject")]
    if promoted or acts[-1:] == ["approve"]:
        return "approved"
    return "declined" if acts else "waiting"


def _index(book: Book, entry: Entry) -> None:
    match entry.body:
        case Proposed(plan=plan):
            known = entry.key.removeprefix("plan:") if entry.key.startswith("plan:") else plan.fingerprint()
            book.plans[known] = plan
        case Tried(trial=trial):
            book.trials[trial.plan] = trial
        case Decided(decision=decision):
            book.decisions[decision.id] = decision
            book.decided_at[decision.id] = entry
        case Promoted(release=release):
            book.releases[release.decision] = release
            book.released_at[release.decision] = entry
        case Diagnosed(incident=incident):
            book.incidents[incident.id] = incident
            book.diagnosed_at[incident.id] = entry
        case _:
            _index_rest(book, entry)


def _index_rest(book: Book, entry: Entry) -> None:
    match entry.body:
        case Learned(lesson=lesson):
            book.lessons[lesson.decision] = _learned(book.lessons.get(lesson.decision), lesson)
        case Steering():
            book.said.append((entry, entry.body))
        case Understood():
            book.understood.append((entry, entry.body))
        case Landed():
            book.landed.append((entry, entry.body))
        case Scored():
            book.scored.append((entry, entry.body))
        case Cascaded():
            book.rounds.append(entry.body)
        case Note():
            _note(book, entry.body)
        case Noticed(signal=Signal(kind="stray") as signal):
            book.strays[signal.subject] = signal
        case _:
            pass


def _note(book: Book, said: Note) -> None:
    match said.what:
        case "recovered":
            book.recovered.add(said.detail)
        case "joined":
            batch, _, decision = said.detail.partition(" ")
            book.joined.setdefault(decision, []).append(batch)
        case "goal withdrawn":
            book.understood = [(e, u) for e, u in book.understood if u.goal.sentence != said.detail]
        case "stray gone":
            book.strays.pop(said.detail, None)
        case _:
            pass


def _learned(known: Lesson | None, lesson: Lesson) -> Lesson:
    """A regret comes as a lesson without numbers: it keeps those that were measured."""
    if known is None or not lesson.regretted:
        return lesson
    return replace(known, regretted=True, cause=lesson.cause)
