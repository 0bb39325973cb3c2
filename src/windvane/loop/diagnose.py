"""Turns signals into incidents: hypotheses with the evidence for and against, and the place of the cause."""

from __future__ import annotations

from collections.abc import Sequence

from windvane.domain.batch import Batch
from windvane.domain.change import Admit
from windvane.domain.entry import Diagnosed, Note
from windvane.domain.errors import WindvaneError
from windvane.domain.estate import Estate, Model, Ref
from windvane.domain.incident import Hypothesis, Incident, Signal, SignalKind
from windvane.domain.plan import Plan
from windvane.domain.record import replace
from windvane.domain.run import CheckResult, Trial
from windvane.loop import lost
from windvane.loop.crew import Crew
from windvane.loop.diagnosis.bound import bound
from windvane.loop.diagnosis.order import parents_first
from windvane.loop.diagnosis.place import nature, place_of
from windvane.loop.diagnosis.retold import retold
from windvane.loop.diagnosis.story import stories
from windvane.loop.logbook import Logbook
from windvane.stack.repair.case import case_of

_FAILING = "failing"  # what the ledger remembers: which trouble a step met, its incident, and the one it was to serve


def open_incidents(crew: Crew, signals: tuple[Signal, ...]) -> tuple[Incident, ...]:
    """What there is to do, in the order in which it must be done: edits, layers, batches, products."""
    estate = crew.folder.read()
    edits = tuple(s for s in signals if s.kind == "edited")
    layers = [s for s in signals if s.kind == "goal_unserved" and s.subject == "layers"]
    products = [s for s in signals if s.kind == "goal_unserved" and s.subject in ("product", "calendar")]
    found = [numbered(crew, (s,), cause=s.kind) for s in signals if s.kind in ("unreadable", "missing")]
    found += [numbered(crew, edits, cause="edit")] if edits else []
    found += [numbered(crew, (s,), cause="unserved") for s in layers]
    found += _arrivals(crew, estate)
    found += [numbered(crew, (s,), cause="unserved") for s in products]
    return tuple(found)


def failed(crew: Crew, step: str, error: WindvaneError, *, about: str) -> None:
    """A step failed for good: an incident, open until a run ends well. The same trouble again is the same incident.

    `about`: the incident that the step was to serve, if any.
    """
    observed = ": ".join(t for t in (error.message, error.why) if t)
    signal = Signal(kind="failed_step", subject=step, expected="it ends well", observed=observed)
    if (crew.ledger.recall(_FAILING) or "").partition(" ")[0] == signal.fingerprint():
        return
    recovered(crew)
    number = crew.ledger.number("I", key=f"failed:{signal.fingerprint()}:{crew.now()}")
    incident = Incident(id=number, signals=(signal,), cause=error.code, place=step)
    because = (f"incident:{about}",) if about else ()
    crew.write(f"incident:{number}", Diagnosed(incident=incident), actor="windvane", step="diagnose", because=because)
    crew.ledger.remember(_FAILING, f"{signal.fingerprint()} {number} {about}".strip())


def recovered(crew: Crew) -> None:
    """What failed before did not fail again: its incident is closed, and the one it served needs it no more."""
    for number in (crew.ledger.recall(_FAILING) or "").split()[1:]:
        note = Note(what="recovered", detail=number)
        key = f"recovered:{number}:{crew.now()}"
        crew.write(key, note, actor="windvane", step="learn", because=(f"incident:{number}",))
    crew.ledger.remember(_FAILING, "")


def numbered(
    crew: Crew, signals: tuple[Signal, ...], *, cause: str, hypotheses: tuple[Hypothesis, ...] = (), place: str = ""
) -> Incident:
    """A numbered incident, written once for the same signals and stories."""
    draft = Incident(id="", signals=signals, hypotheses=hypotheses, cause=cause, place=place or signals[0].subject)
    number = crew.ledger.number("I", key=f"incident:{draft.fingerprint()}")
    incident = Incident(id=number, signals=signals, hypotheses=hypotheses, cause=cause, place=draft.place)
    because = tuple(f"landed:{s.batch}" for s in signals if s.batch)
    crew.write(f"incident:{number}", Diagnosed(incident=incident), actor="windvane", step="diagnose", because=because)
    return incident


def _arrivals(crew: Crew, estate: Estate) -> list[Incident]:
    """One incident for all sound batches of a source, one for all whose columns differ from the known in one way."""
    drifted: dict[tuple[str, tuple[str, ...], frozenset[str]], list[Batch]] = {}
    sound: dict[str, list[Batch]] = {}
    models: dict[str, Model] = {}
    book = Logbook(crew.ledger)
    for batch in book.pending():
        model = estate.find(Ref(kind="model", name=f"staging.{batch.source}"))
        if not isinstance(model, Model) or not batch.accepted:
            continue
        models[batch.source] = model
        gone = lost.lost(book, model, batch)
        if gone:
            drifted.setdefault((batch.source, gone, lost.new(model, batch)), []).append(batch)
        else:
            sound.setdefault(batch.source, []).append(batch)
    asked = _asked(crew, estate)
    shown = {(b.source, b.delivery) for b in book.visible()}
    for drift in [d for d in drifted if d in asked]:
        if any((b.source, b.delivery) in shown for b in drifted[drift]):
            continue  # rows that are known come under the new names: that may prove what the first delivery could not
        join(crew, asked[drift], drifted.pop(drift), by="drift")
    order = parents_first(estate)
    found = [_arrival(crew, batches) for batches in _gathered(estate, sound, order)]
    found += [_drifted(crew, estate, models[s], tuple(batches), gone) for (s, gone, _), batches in drifted.items()]
    return sorted(found, key=lambda i: order.get(i.signals[0].subject, 0))


def _arrival(crew: Crew, batches: list[Batch]) -> Incident:
    signals = tuple(Signal(kind="arrival", subject=b.source, observed=b.delivery, batch=b.id) for b in batches)
    return numbered(crew, signals, cause="arrival")


def _gathered(estate: Estate, sound: dict[str, list[Batch]], order: dict[str, int]) -> list[list[Batch]]:
    """Sound batches by source; those of sources that are bound to each other together, what others refer to first."""
    groups = bound(estate, sound)
    alone = [frozenset({s}) for s in sorted(sound, reverse=True) if not any(s in g for g in groups)]
    ranked = (sorted(sorted(g), key=lambda s: order.get(s, 0)) for g in (*alone, *groups))
    return [[b for source in sources for b in sound[source]] for sources in ranked]


def _asked(crew: Crew, estate: Estate) -> dict[tuple[str, tuple[str, ...], frozenset[str]], str]:
    """The drifts that questions wait about: source, columns lost and columns new, to the decision."""
    found = {}
    book = Logbook(crew.ledger)
    for decision in book.waiting():
        for batch in (c.batch for c in book.plans[decision.plan].changes if isinstance(c, Admit)):
            model = estate.find(Ref(kind="model", name=f"staging.{batch.source}"))
            gone = lost.lost(book, model, batch) if isinstance(model, Model) else ()
            if gone and isinstance(model, Model):
                found[batch.source, gone, lost.new(model, batch)] = decision.id
    return found


def join(crew: Crew, decision: str, batches: Sequence[Batch], *, by: str) -> None:
    """Later deliveries with the trouble (`by`: its name) of an open question: its answer holds for them too."""
    plan = Logbook(crew.ledger).decisions[decision].plan
    for batch in batches:
        note = Note(what="joined", detail=f"{batch.id} {decision}")
        because = (f"landed:{batch.id}", f"decision:{plan}")
        crew.write(f"joined:{batch.id}:{decision}", note, actor="windvane", step="diagnose", because=because)
        text = f"`{batch.delivery}` has the same {by}: the answer to {decision} holds for it too"
        crew.say("diagnose", text, subject=batch.source, decision=decision, level="ask")


def _drifted(crew: Crew, estate: Estate, model: Model, batches: tuple[Batch, ...], gone: tuple[str, ...]) -> Incident:
    """Batches that all lack the same columns."""
    found = lost.drift(crew, estate, model, batches, gone)
    return numbered(crew, found.signals, cause=found.cause, hypotheses=found.stories)


def explain(crew: Crew, estate: Estate, incident: Incident, trial: Trial, plan: Plan) -> Incident:
    """Why a batch that looked sound was held: where it broke first, and the stories that fit what the checks saw."""
    broken = tuple(c for c in trial.checks if not c.passed and c.severity == "block")
    batch, subject = incident.signals[0].batch, incident.signals[0].subject
    again, told = retold(plan, estate.policy)
    seen = tuple(
        Signal(kind=_kind(c), subject=c.relation, expected=f"`{c.check}` holds", observed=c.broken, batch=batch)
        for c in broken
    )
    failed_ = Signal(kind="failed_step", subject=subject, observed="; ".join(trial.failures), batch=batch)
    signals = (*again, *seen, *_cut(plan), *_withheld(plan, batch)) or (failed_,)
    draft = replace(incident, signals=signals, hypotheses=(), cause="", place=place_of(estate, broken, source=subject))
    case = case_of(crew.scene(estate, incident=draft))
    hypotheses = (*told, *(stories(case) if case else ()))
    kind = nature(hypotheses, trial, draft.place, source=subject)
    found = replace(draft, hypotheses=hypotheses, nature=kind)
    key = f"incident:{incident.id}:{found.fingerprint()}"
    because = (f"incident:{incident.id}", f"trial:{trial.plan}:{trial.fingerprint()}")
    crew.write(key, Diagnosed(incident=found), actor="windvane", step="diagnose", because=because)
    return found


def _cut(plan: Plan) -> tuple[Signal, ...]:
    """What says of a delivery that it was cut."""
    found = (c.batch for c in plan.changes if isinstance(c, Admit) and c.batch.cut)
    return tuple(
        Signal(kind="quarantine_spike", subject=f"staging.{b.source}", expected=f"`staging.{b.source}.volume` holds",
               observed=b.cut, batch=b.id)
        for b in found
    )  # fmt: skip


def _withheld(plan: Plan, batch: str) -> tuple[Signal, ...]:
    """What the screen withheld, so that it is looked at why."""
    told = [e for e in plan.evidence if " rows quarantined, column " in e]
    return tuple(Signal(kind="quarantine_spike", subject=plan.title, observed=e, batch=batch) for e in told[:8])


def alone(crew: Crew, batches: tuple[Batch, ...]) -> Incident:
    """The incident of some batches among several that were held together."""
    return _arrival(crew, list(batches))


def _kind(check: CheckResult) -> SignalKind:
    return "level_shift" if check.check.rpartition(".")[2] in ("continuity", "distribution") else "quarantine_spike"
