"""What the ledger says of batches, plans and decisions: read only, derived anew whenever it is asked."""

from __future__ import annotations

from functools import cached_property
from typing import Literal
from weakref import WeakKeyDictionary

from windvane.domain.batch import Batch
from windvane.domain.change import Admit, Put, Retire, Withdraw
from windvane.domain.decision import Decision, Lesson, Release
from windvane.domain.entry import (
    Cascaded,
    Decided,
    Diagnosed,
    Entry,
    Found,
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
from windvane.domain.estate import Asset, Model, Product, Ref, ref_of
from windvane.domain.finding import Finding
from windvane.domain.incident import Incident, Signal
from windvane.domain.plan import Plan
from windvane.domain.ports import Ledger
from windvane.domain.run import Trial

# Lines never change, so each is decoded once while its ledger is open: a run asks for a new view hundreds of times.
_read: WeakKeyDictionary[Ledger, list[Entry]] = WeakKeyDictionary()

Fate = Literal["pending", "visible", "waiting", "withdrawn", "refused"]


STRAY_GONE = "stray gone"  # what a note says of one that a source reads now, or that is not there any more


def paused(ledger: Ledger) -> str:
    """Why a person has stopped the agents; empty while they may act. Only what they said counts, line by line."""
    said = [e.body for e in ledger.entries(step="steer") if isinstance(e.body, Steering)]
    last = next((s for s in reversed(said) if s.act in ("pause", "resume")), None)
    return (last.because or "a person said so") if last is not None and last.act == "pause" else ""


class Logbook:
    """A view of the ledger as it was when first asked; make a new one after writing."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @cached_property
    def _entries(self) -> tuple[Entry, ...]:
        known = _read.setdefault(self._ledger, [])
        known.extend(self._ledger.entries(after=known[-1].seq if known else 0))
        return tuple(known)

    @cached_property
    def plans(self) -> dict[str, Plan]:
        """Plans by fingerprint, as it was when they were proposed: a later version may know more fields."""
        return {e.key.removeprefix("plan:"): e.body.plan for e in self._entries if isinstance(e.body, Proposed)}

    @cached_property
    def decisions(self) -> dict[str, Decision]:
        """Decisions by number, in order."""
        return {e.body.decision.id: e.body.decision for e in self._entries if isinstance(e.body, Decided)}

    @cached_property
    def trials(self) -> dict[str, Trial]:
        """The last trial of each plan."""
        return {e.body.trial.plan: e.body.trial for e in self._entries if isinstance(e.body, Tried)}

    @cached_property
    def incidents(self) -> dict[str, Incident]:
        """Incidents by number, as last diagnosed."""
        return {e.body.incident.id: e.body.incident for e in self._entries if isinstance(e.body, Diagnosed)}

    @cached_property
    def scores(self) -> dict[tuple[str, str, str], Scored]:
        """The last scores by (product, version, window)."""
        found = (e.body for e in self._entries if isinstance(e.body, Scored))
        return {(b.product, b.version, b.window): b for b in found}

    @cached_property
    def scored(self) -> tuple[Scored, ...]:
        """Every score, oldest first."""
        return tuple(e.body for e in self._entries if isinstance(e.body, Scored))

    @cached_property
    def lessons(self) -> tuple[Lesson, ...]:
        """What was learned, oldest first."""
        return tuple(e.body.lesson for e in self._entries if isinstance(e.body, Learned))

    @cached_property
    def rounds(self) -> tuple[Cascaded, ...]:
        """Rounds of cascades, oldest first."""
        return tuple(e.body for e in self._entries if isinstance(e.body, Cascaded))

    @cached_property
    def landed(self) -> dict[str, Batch]:
        """Batches by id, in order of landing; a plan's own (screened) version wins."""
        return {e.body.batch.id: e.body.batch for e in self._entries if isinstance(e.body, Landed)}

    @cached_property
    def passes(self) -> dict[str, int]:
        """For each batch how many plans there were when it landed: those that landed in one run have the same."""
        plans, found = 0, {}
        for entry in self._entries:
            plans += isinstance(entry.body, Proposed)
            if isinstance(entry.body, Landed):
                found[entry.body.batch.id] = plans
        return found

    @cached_property
    def answers(self) -> dict[str, Steering]:
        """What a person said about a decision: the last word."""
        return {e.body.about: e.body for e in self._entries if isinstance(e.body, Steering) and e.body.about}

    @cached_property
    def strays(self) -> dict[str, Signal]:
        """Files that no source reads and that are still there, by name: `observed` says why, `expected` the fix."""
        found: dict[str, Signal] = {}
        for entry in self._entries:
            match entry.body:
                case Noticed(signal=Signal(kind="stray", subject=name) as signal):
                    found[name] = signal
                case Note(what=what, detail=name) if what == STRAY_GONE:
                    found.pop(name, None)
                case _:
                    pass
        return found

    def asked_goals(self) -> tuple[tuple[str, str], ...]:
        """(key of the line, sentence) of goals that were a question when they were read."""
        said = ((e.key, e.body) for e in self._entries if isinstance(e.body, Understood))
        return tuple((key, u.goal.sentence) for key, u in said if u.question is not None)

    @cached_property
    def steerings(self) -> tuple[Steering, ...]:
        """All that people said, oldest first."""
        return tuple(e.body for e in self._entries if isinstance(e.body, Steering))

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        """What runs did that is nothing else, oldest first."""
        return tuple(e.body for e in self._entries if isinstance(e.body, Note))

    def releases(self) -> tuple[Release, ...]:
        """Promotions, oldest first."""
        return tuple(e.body.release for e in self._entries if isinstance(e.body, Promoted))

    @cached_property
    def released_at(self) -> dict[str, str]:
        """When each release was promoted, by its number; UTC, ISO 8601."""
        return {e.body.release.id: e.time for e in self._entries if isinstance(e.body, Promoted)}

    def findings(self) -> tuple[Finding, ...]:
        """What agents found; for one subject, claim and value the newest word of each agent counts."""
        newest: dict[tuple[str, str, str, str], Finding] = {}
        for entry in self._entries:
            if isinstance(entry.body, Found):
                newest |= {(f.by, f.subject, f.claim, f.value): f for f in entry.body.findings}
        return tuple(newest.values())

    @cached_property
    def fates(self) -> dict[str, tuple[Fate, Batch]]:
        """What became of each batch."""
        fates: dict[str, tuple[Fate, Batch]] = {b.id: ("pending", b) for b in self.landed.values()}
        for decision in self.decisions.values():
            plan = self.plans.get(decision.plan)
            for change in plan.changes if plan else ():
                match change, decision.verdict.outcome:
                    case Admit(batch=batch), "promote":
                        fates[batch.id] = ("visible", batch)
                    case Withdraw(batch=batch), "promote":
                        fates[batch.id] = ("withdrawn", batch)
                    case Admit(batch=batch), "escalate" if fates.get(batch.id, ("pending",))[0] != "visible":
                        fates[batch.id] = (self._asked(decision, batch), batch)
                    case _:
                        pass
        for batch_id, asked in self._joined.items():
            fate, batch = fates[batch_id]
            if fate == "pending":
                fates[batch_id] = (self._shared(asked), batch)
        return fates

    @cached_property
    def unjudged(self) -> tuple[Batch, ...]:
        """Batches that nobody said yes or no to: they wait, or gave way to a newer version of their delivery."""
        said = (e for e in self._entries if isinstance(e.body, Steering) and e.key.startswith("superseded:"))
        gave = {self.decisions[e.body.about].plan for e in said if e.body.about in self.decisions}  # type: ignore[union-attr]
        ids = {c.batch.id for p in gave if p in self.plans for c in self.plans[p].changes if isinstance(c, Admit)}
        return tuple(b for fate, b in self.fates.values() if fate == "waiting" or (fate == "refused" and b.id in ids))

    @cached_property
    def _joined(self) -> dict[str, str]:
        """Batches that joined the question about an earlier one: batch to D-n."""
        notes = (e.body.detail for e in self._entries if isinstance(e.body, Note) and e.body.what == "joined")
        return dict((batch, decision) for batch, _, decision in (n.partition(" ") for n in notes))

    def _shared(self, asked: str) -> Fate:
        """The fate that a question gives to what joined it: a no holds for all, a yes lets them come by themselves."""
        if asked in {d.id for d in self.waiting()}:
            return "waiting"
        answers = (e for e in self._entries if isinstance(e.body, Steering) and e.body.about == asked)
        last = [(e.actor, e.body) for e in answers][-1:]
        said_no = any(actor == "person" and isinstance(b, Steering) and b.act == "reject" for actor, b in last)
        return "refused" if said_no else "pending"

    def _asked(self, decision: Decision, batch: Batch) -> Fate:
        """What a question makes of one of its batches; a newer delivery answers it only for what it replaces."""
        answer = self.answers.get(decision.id)
        if answer is None or answer.act != "reject":
            return "waiting"
        if decision.id not in self.superseded or self._newest[batch.source, batch.delivery] != batch.id:
            return "refused"
        return "pending"

    @cached_property
    def superseded(self) -> frozenset[str]:
        """Questions that newer deliveries answered, and no person."""
        said = (e.body for e in self._entries if isinstance(e.body, Steering) and e.key.startswith("superseded:"))
        return frozenset(s.about for s in said)

    @cached_property
    def _newest(self) -> dict[tuple[str, str], str]:
        """The last batch of each delivery."""
        return {(b.source, b.delivery): b.id for b in self.landed.values()}

    def pending(self) -> tuple[Batch, ...]:
        """Landed, and nothing decided yet."""
        return tuple(b for fate, b in self.fates.values() if fate == "pending")

    def visible(self) -> tuple[Batch, ...]:
        """Admitted, oldest first."""
        return tuple(b for fate, b in self.fates.values() if fate == "visible")

    def waiting(self) -> tuple[Decision, ...]:
        """Decisions that only a person can make and has not made."""
        done = {d.plan for d in self.decisions.values() if d.verdict.outcome == "promote"}
        return tuple(
            d
            for d in self.decisions.values()
            if d.verdict.outcome == "escalate" and d.plan not in done and d.id not in self.answers
        )

    def assets(self) -> dict[str, Model]:
        """Models as they were last promoted, by name."""
        return {a.name: a for a in self.standing().values() if isinstance(a, Model)}

    def standing(self) -> dict[Ref, Asset]:
        """All assets as they were last promoted."""
        found: dict[Ref, Asset] = {}
        for release in self.releases():
            for change in self.plans[release.plan].changes:
                match change:
                    case Put(asset=asset):
                        found[ref_of(asset)] = asset
                    case Retire(ref=ref):
                        found.pop(ref, None)
                    case _:
                        pass
        return found

    def taken_back(self) -> tuple[Model | Product, ...]:
        """Models and products that a person undid or retired: agents do not build them again unasked."""
        undone = self.undone()
        plans = [self.plans.get(d.plan) for d in map(self.decisions.get, sorted(undone)) if d is not None]
        gone = [c.asset for p in plans if p is not None for c in p.changes if isinstance(c, Put)]
        for decision in self.decisions.values():
            plan = self.plans.get(decision.plan)
            in_force = decision.verdict.outcome == "promote" and decision.id not in undone and not decision.undoes
            if plan is not None and in_force and plan.proposer == "person":
                retired = {c.ref for c in plan.changes if isinstance(c, Retire)}
                gone += [c.asset for c in plan.inverse if isinstance(c, Put) and ref_of(c.asset) in retired]
        return tuple(a for a in gone if isinstance(a, Model | Product))

    def undone(self) -> frozenset[str]:
        """Decisions that were taken back and not restored since."""
        gone: set[str] = set()
        for decision in self.decisions.values():
            if decision.undoes and decision.verdict.outcome == "promote":
                gone.add(decision.undoes)
                taken_back = self.decisions.get(decision.undoes)
                if taken_back is not None and taken_back.undoes:
                    gone.discard(taken_back.undoes)
        return frozenset(gone)
