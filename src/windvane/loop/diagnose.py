"""Turns signals into incidents: hypotheses with the evidence for and against, and the place of the cause."""

from __future__ import annotations

from collections import Counter

from windvane.domain.batch import Batch, Profile
from windvane.domain.change import Admit
from windvane.domain.entry import Diagnosed, Note
from windvane.domain.errors import WindvaneError
from windvane.domain.estate import Estate, Model, Ref
from windvane.domain.incident import Hypothesis, Incident, Signal, SignalKind
from windvane.domain.plan import Plan
from windvane.domain.record import replace
from windvane.domain.run import CheckResult, Trial
from windvane.loop.crew import Crew
from windvane.loop.diagnosis.order import parents_first
from windvane.loop.diagnosis.place import nature, place_of
from windvane.loop.diagnosis.retold import retold
from windvane.loop.diagnosis.story import stories
from windvane.loop.logbook import Logbook
from windvane.sql.alias import columns_of
from windvane.sql.casts import casts
from windvane.stack.quality.drift import ColumnMatch, match_columns
from windvane.stack.quality.profile import profile
from windvane.stack.quality.seams import seam_of
from windvane.stack.repair.case import case_of

_FAILING = "failing"  # what the ledger remembers: which trouble a step met, its incident, and the one it was to serve


def open_incidents(crew: Crew, signals: tuple[Signal, ...]) -> tuple[Incident, ...]:
    """What there is to do, in the order in which it must be done: edits, layers, batches, products."""
    estate = crew.folder.read()
    edits = tuple(s for s in signals if s.kind == "edited")
    layers = [s for s in signals if s.kind == "goal_unserved" and s.subject == "layers"]
    products = [s for s in signals if s.kind == "goal_unserved" and s.subject in ("product", "calendar")]
    found = [_incident(crew, (s,), cause=s.kind) for s in signals if s.kind in ("unreadable", "missing")]
    found += [_incident(crew, edits, cause="edit")] if edits else []
    found += [_incident(crew, (s,), cause="unserved") for s in layers]
    found += _arrivals(crew, estate)
    found += [_incident(crew, (s,), cause="unserved") for s in products]
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


def _incident(
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
        lost = _lost(book, model, batch)
        if lost:
            drifted.setdefault((batch.source, lost, _new(model, batch)), []).append(batch)
        else:
            sound.setdefault(batch.source, []).append(batch)
    asked = _asked(crew, estate)
    for drift in [d for d in drifted if d in asked]:
        _join(crew, asked[drift], drifted.pop(drift))
    found = []
    for source, batches in sorted(sound.items(), reverse=True):
        signals = tuple(Signal(kind="arrival", subject=source, observed=b.delivery, batch=b.id) for b in batches)
        found.append(_incident(crew, signals, cause="arrival"))
    found += [_drifted(crew, estate, models[s], tuple(batches), lost) for (s, lost, _), batches in drifted.items()]
    order = parents_first(estate)
    return sorted(found, key=lambda i: order.get(i.signals[0].subject, 0))


def _asked(crew: Crew, estate: Estate) -> dict[tuple[str, tuple[str, ...], frozenset[str]], str]:
    """The drifts that questions wait about: source, columns lost and columns new, to the decision."""
    found = {}
    book = Logbook(crew.ledger)
    for decision in book.waiting():
        for batch in (c.batch for c in book.plans[decision.plan].changes if isinstance(c, Admit)):
            model = estate.find(Ref(kind="model", name=f"staging.{batch.source}"))
            lost = _lost(book, model, batch) if isinstance(model, Model) else ()
            if lost and isinstance(model, Model):
                found[batch.source, lost, _new(model, batch)] = decision.id
    return found


def _join(crew: Crew, decision: str, batches: list[Batch]) -> None:
    """Later deliveries with the drift of an open question: its answer holds for them too."""
    plan = Logbook(crew.ledger).decisions[decision].plan
    for batch in batches:
        note = Note(what="joined", detail=f"{batch.id} {decision}")
        because = (f"landed:{batch.id}", f"decision:{plan}")
        crew.write(f"joined:{batch.id}:{decision}", note, actor="windvane", step="diagnose", because=because)
        text = f"`{batch.delivery}` has the same drift: the answer to {decision} holds for it too"
        crew.say("diagnose", text, subject=batch.source, decision=decision, level="ask")


def _new(model: Model, batch: Batch) -> frozenset[str]:
    """Delivered columns that the staging model does not read."""
    return frozenset(batch.columns) - {name for c in casts(model.text) for name in columns_of(c.text)}


def missing(model: Model, batch: Batch) -> tuple[str, ...]:
    """Delivered columns that the staging model reads and that the batch lacks, under all names it knows for them."""
    there = set(batch.columns)
    wanted = [sorted(columns_of(c.text)) for c in casts(model.text)]
    return tuple(names[0] for names in wanted if names and not there & set(names))


def _lost(book: Logbook, model: Model, batch: Batch) -> tuple[str, ...]:
    """What `missing` tells, but for columns that most deliveries came without: one more without them is no drift."""
    lost = missing(model, batch)
    if not lost:
        return ()
    shapes = Counter(b.columns for b in book.visible() if b.source == batch.source)
    absent: Counter[str] = Counter()
    for columns, times in shapes.items():
        absent.update(dict.fromkeys(missing(model, replace(batch, columns=columns)), times))
    return tuple(n for n in lost if 2 * absent[n] <= shapes.total())


def _drifted(crew: Crew, estate: Estate, model: Model, batches: tuple[Batch, ...], lost: tuple[str, ...]) -> Incident:
    """Batches that all lack the same columns: which of their new ones are they, and can that be known?"""
    source = batches[0].source
    history = [b for b in Logbook(crew.ledger).visible() if b.source == source and b.profile]
    known, new = history[-1].profile if history else None, _profile(crew, batches)
    matches: tuple[ColumnMatch, ...] = ()
    if known is not None and new is not None:
        seam = seam_of(crew.scene(estate), model, batches, lost=lost)
        matches = match_columns(_as_read(known, model), _as_read(new, model), seam=seam)
    told = {m.lost: m for m in matches}
    seen = {name: told[name].new if name in told else "" for name in lost}
    signals = tuple(
        Signal(kind="schema_drift", subject=source, expected=name, observed=seen[name], batch=batch.id)
        for batch in batches
        for name in lost
    )
    sure = bool(lost) and all(name in told and told[name].identifiable for name in lost)
    where = f" in {len(batches)} deliveries" if len(batches) > 1 else ""
    for name in lost:
        crew.say("diagnose", f"`{name}` is gone{where}, `{seen[name]}` is new", subject=source, level="warn")
    stories = tuple(_rename_story(told.get(name), name) for name in lost)
    return _incident(crew, signals, cause="renamed" if sure else "", hypotheses=stories)


def _profile(crew: Crew, batches: tuple[Batch, ...]) -> Profile | None:
    """The shape of all rows of batches with the same columns."""
    if len(batches) == 1:
        return batches[0].profile
    return profile(crew.scratch(), tuple(crew.root / b.path for b in batches), batches[0].columns)


def _as_read(profile: Profile, model: Model) -> Profile:
    """The profile under the names of the seam: a column that the model knows under several goes by the first."""
    there = {c.name for c in profile.columns}
    first: dict[str, str] = {}
    for cast in casts(model.text):
        names = sorted(columns_of(cast.text))
        other = next((n for n in names if n in there), "")
        if other and names[0] not in there:
            first[other] = names[0]
    return replace(profile, columns=tuple(replace(c, name=first.get(c.name, c.name)) for c in profile.columns))


def _rename_story(match: ColumnMatch | None, lost: str) -> Hypothesis:
    if match is None:
        return Hypothesis(cause="removed", probability=0.9, evidence=(f"no arriving column is like `{lost}`",))
    held = (f"not certain: {match.held_by}",) if match.held_by else ()
    return Hypothesis(cause="renamed", probability=match.score, evidence=(*match.evidence, *held))


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
    signals = tuple(Signal(kind="arrival", subject=b.source, observed=b.delivery, batch=b.id) for b in batches)
    return _incident(crew, signals, cause="arrival")


def _kind(check: CheckResult) -> SignalKind:
    return "level_shift" if check.check.rpartition(".")[2] in ("continuity", "distribution") else "quarantine_spike"
