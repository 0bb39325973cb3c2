"""What the ledger says of batches, plans and decisions: read only, derived anew whenever it is asked."""

from __future__ import annotations

from functools import cached_property
from typing import Literal
from weakref import WeakKeyDictionary

from windvane.domain.batch import Batch
from windvane.domain.change import Admit, Put, Retire, Withdraw
from windvane.domain.decision import Decision, Release
from windvane.domain.entry import Decided, Diagnosed, Entry, Found, Landed, Promoted, Proposed, Steering, Tried
from windvane.domain.estate import Model, Product, Ref
from windvane.domain.finding import Finding
from windvane.domain.incident import Incident
from windvane.domain.plan import Plan
from windvane.domain.ports import Ledger
from windvane.domain.run import Trial

# Lines never change, so each is decoded once while its ledger is open: a run asks for a new view hundreds of times.
_read: WeakKeyDictionary[Ledger, list[Entry]] = WeakKeyDictionary()

Fate = Literal["pending", "visible", "waiting", "withdrawn", "refused"]


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
    def landed(self) -> dict[str, Batch]:
        """Batches by id, in order of landing; a plan's own (screened) version wins."""
        return {e.body.batch.id: e.body.batch for e in self._entries if isinstance(e.body, Landed)}

    @cached_property
    def answers(self) -> dict[str, Steering]:
        """What a person said about a decision: the last word."""
        return {e.body.about: e.body for e in self._entries if isinstance(e.body, Steering) and e.body.about}

    def releases(self) -> tuple[Release, ...]:
        """Promotions, oldest first."""
        return tuple(e.body.release for e in self._entries if isinstance(e.body, Promoted))

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
                        fates[batch.id] = ("refused" if self._refused(decision) else "waiting", batch)
                    case _:
                        pass
        return fates

    def _refused(self, decision: Decision) -> bool:
        answer = self.answers.get(decision.id)
        return answer is not None and answer.act == "reject"

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
        models: dict[str, Model] = {}
        for release in self.releases():
            for change in self.plans[release.plan].changes:
                match change:
                    case Put(asset=Model() as model):
                        models[model.name] = model
                    case Retire(ref=Ref(kind="model", name=name)):
                        models.pop(name, None)
                    case _:
                        pass
        return models

    def taken_back(self) -> tuple[Model | Product, ...]:
        """Models and products that a person undid: agents do not build them again unasked."""
        plans = (self.plans.get(d.plan) for d in map(self.decisions.get, sorted(self.undone())) if d is not None)
        puts = (c.asset for p in plans if p is not None for c in p.changes if isinstance(c, Put))
        return tuple(a for a in puts if isinstance(a, Model | Product))

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
