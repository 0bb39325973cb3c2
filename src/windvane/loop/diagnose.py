"""Turns signals into incidents: hypotheses with the evidence for and against, and the place of the cause."""

from __future__ import annotations

from windvane.domain.batch import Batch, Profile
from windvane.domain.change import Admit
from windvane.domain.entry import Diagnosed, Note
from windvane.domain.errors import WindvaneError
from windvane.domain.estate import Contract, Estate, Model, Policy, Ref
from windvane.domain.incident import Hypothesis, Incident, Signal, SignalKind
from windvane.domain.plan import Plan
from windvane.domain.record import replace
from windvane.domain.run import CheckResult, Trial
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook
from windvane.sql.alias import columns_of
from windvane.sql.casts import casts
from windvane.stack.quality.drift import ColumnMatch, Shift, factor, match_columns
from windvane.stack.quality.profile import profile
from windvane.stack.quality.seams import seam_of

REFUSE = "refuse the batch"
_FAILING = "failing"  # what the ledger remembers: which trouble a step met, its incident, and the one it was to serve
_ANSWERS = {
    "renamed": "yes, `{new}` is `{lost}` under a new name",
    "unit_change": "the unit changed: do not show it",
    "sign_flip": "the sign convention changed: do not show it",
    "currency": "another currency: do not show it",
    "real_move": "a real move: show it as delivered",
    "corrected": "the source corrected its past: take the new values",
    "deleted": "they were deleted at the source: take them out",
}


def open_incidents(crew: Crew, signals: tuple[Signal, ...]) -> tuple[Incident, ...]:
    """What there is to do, in the order in which it must be done: edits, layers, batches, products."""
    estate = crew.folder.read()
    edits = tuple(s for s in signals if s.kind == "edited")
    layers = [s for s in signals if s.kind == "goal_unserved" and s.subject == "layers"]
    products = [s for s in signals if s.kind == "goal_unserved" and s.subject == "product"]
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
    for batch in Logbook(crew.ledger).pending():
        model = estate.find(Ref(kind="model", name=f"staging.{batch.source}"))
        if not isinstance(model, Model) or not batch.accepted:
            continue
        models[batch.source] = model
        lost = missing(model, batch)
        if lost:
            drifted.setdefault((batch.source, lost, _new(model, batch)), []).append(batch)
        else:
            sound.setdefault(batch.source, []).append(batch)
    found = [_drifted(crew, estate, models[s], tuple(batches), lost) for (s, lost, _), batches in drifted.items()]
    for source, batches in sorted(sound.items()):
        signals = tuple(Signal(kind="arrival", subject=source, observed=b.delivery, batch=b.id) for b in batches)
        found.insert(0, _incident(crew, signals, cause="arrival"))
    return found


def _new(model: Model, batch: Batch) -> frozenset[str]:
    """Delivered columns that the staging model does not read."""
    return frozenset(batch.columns) - {name for c in casts(model.text) for name in columns_of(c.text)}


def missing(model: Model, batch: Batch) -> tuple[str, ...]:
    """Delivered columns that the staging model reads and that the batch lacks, under all names it knows for them."""
    there = set(batch.columns)
    wanted = [sorted(columns_of(c.text)) for c in casts(model.text)]
    return tuple(names[0] for names in wanted if names and not there & set(names))


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
    """Why a batch that looked sound was held: the stories that fit what the checks saw."""
    broken = [c for c in trial.checks if not c.passed and c.severity == "block"]
    batch = incident.signals[0].batch
    subject = incident.signals[0].subject
    shifts = _shifts(crew, estate, incident, broken)
    again, retold = _retold(plan, estate.policy)
    signals = (
        *again,
        *(
            Signal(kind=_kind(c), subject=c.relation, expected=f"`{c.check}` holds", observed=c.broken, batch=batch)
            for c in broken
        ),
    ) or (Signal(kind="failed_step", subject=subject, observed="; ".join(trial.failures), batch=batch),)
    stories = (*retold, *(h for shift in shifts[:1] for h in shift.hypotheses))
    cause = shifts[0].cause if shifts and shifts[0].identifiable else ""
    told = Incident(id=incident.id, signals=signals, hypotheses=stories, cause=cause, place=subject)
    key = f"incident:{incident.id}:{told.fingerprint()}"
    because = (f"incident:{incident.id}", f"trial:{trial.plan}:{trial.fingerprint()}")
    crew.write(key, Diagnosed(incident=told), actor="windvane", step="diagnose", because=because)
    return told


def _retold(plan: Plan, policy: Policy) -> tuple[tuple[Signal, ...], tuple[Hypothesis, ...]]:
    """What deliveries say anew of rows known before, beyond what the policy takes unasked, and what may explain it."""
    signals: list[Signal] = []
    stories: list[Hypothesis] = []
    for batch in (c.batch for c in plan.changes if isinstance(c, Admit)):
        if batch.restated_share > policy.max_restated_share:
            said = f"{batch.restated:,} of {batch.rows_read:,} rows come with other values"
            signals.append(_restates(batch, "rows known before stay as they are", said))
            stories += [_even("corrected", said), _even("wrong_delivery", said)]
        if batch.gone_share > policy.max_departed_share:
            said = f"{batch.gone:,} rows known before are not among the {batch.rows_read:,} delivered"
            signals.append(_restates(batch, "a whole delivery has the rows known before", said))
            stories += [_even("deleted", said), _even("cut_delivery", said)]
    return tuple(signals), tuple(stories)


def _restates(batch: Batch, expected: str, observed: str) -> Signal:
    return Signal(kind="restatement", subject=batch.source, expected=expected, observed=observed, batch=batch.id)


def _even(cause: str, evidence: str) -> Hypothesis:
    """One of two stories between which the data say nothing."""
    return Hypothesis(cause=cause, probability=0.5, evidence=(evidence,))


def _kind(check: CheckResult) -> SignalKind:
    return "level_shift" if check.check.rpartition(".")[2] in ("continuity", "distribution") else "quarantine_spike"


def _shifts(crew: Crew, estate: Estate, incident: Incident, broken: list[CheckResult]) -> list[Shift]:
    """By what the arriving numbers of each suspicious column seem to be multiplied, the largest first."""
    named = {s.batch for s in incident.signals}
    batches = [b for b in Logbook(crew.ledger).pending() if b.id in named]
    model = estate.find(Ref(kind="model", name=f"staging.{incident.signals[0].subject}"))
    contract = estate.find(Ref(kind="contract", name=f"staging.{incident.signals[0].subject}"))
    if not batches or not isinstance(model, Model) or not isinstance(contract, Contract) or not broken:
        return []
    seam = seam_of(crew.scene(estate), model, (batches[0],))
    numbers = [c for c in contract.columns if c.type.startswith(("decimal", "double", "bigint"))]
    wanted = [c for c in numbers if c.name not in contract.key and any(f"`{c.name}`" in b.broken for b in broken)]
    shifts = [factor(seam, column=c.name, meaning=c.meaning) for c in wanted] if seam else []
    return sorted((s for s in shifts if s.hypotheses), key=lambda s: -abs(s.factor - 1))


def options(incident: Incident) -> tuple[str, ...]:
    """What a person may answer, from the stories that are left."""
    signal = incident.signals[0]
    left = [h.cause for h in incident.hypotheses if not h.ruled_out_by]
    named = [
        _ANSWERS[c].format(new=signal.observed, lost=signal.expected) for c in dict.fromkeys(left) if c in _ANSWERS
    ]
    return (*named[:3], REFUSE)


def declines(options: tuple[str, ...]) -> tuple[str, ...]:
    """Those answers that keep the batch out."""
    return tuple(o for o in options if o == REFUSE or o.endswith(": do not show it"))


def doubt(incident: Incident) -> str:
    """The stories that are left, as the question that the data cannot answer; empty when nothing is in doubt."""
    left = [h for h in incident.hypotheses if not h.ruled_out_by]
    if not left:
        return ""
    named = " or ".join(f"{h.cause.replace('_', ' ')} ({h.probability:.0%})" for h in left)
    return f"{named}? the data cannot tell"
