"""Everything that led to a decision and followed from it, as one record."""

from __future__ import annotations

from windvane.app.story import words
from windvane.app.story.abouts import abouts
from windvane.app.story.book import Book, standing
from windvane.domain.decision import Decision, Flip, Lesson, Reason
from windvane.domain.entry import Entry, Steering
from windvane.domain.incident import Hypothesis, Signal
from windvane.domain.plan import Effect, Plan
from windvane.domain.record import Record, replace
from windvane.domain.run import CheckResult, Trial


class Measured(Record):
    """One measure on both sides of the trial, with what was predicted."""

    measure: str
    before: float | None = None
    after: float | None = None
    predicted: float | None = None


class Proof(Record):
    """What the trial measured."""

    measures: tuple[Measured, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    failures: tuple[str, ...] = ()
    models_built: int = 0
    cpu_s: float = 0.0
    broke: str = ""  # the instrument failed: then this is no evidence


class Alternative(Record):
    """Another plan for the same incident, with its numbers and why it was not chosen."""

    plan: str
    title: str
    proposer: str
    decision: str = ""
    outcome: str = ""  # empty while it was not judged
    reasons: tuple[Reason, ...] = ()  # those that did not hold, or all when all held
    proof: Proof | None = None


class Answered(Record):
    """What a person said."""

    act: str
    at: str
    because: str = ""
    detail: str = ""


class WhyReport(Record, tag="why"):
    """What, why, what else, proof, assumptions, undo. Empty fields: the ledger has nothing on it."""

    id: str
    title: str
    standing: str
    proposer: str = ""
    at: str = ""
    incident: str = ""
    cause: str = ""
    place: str = ""
    rationale: str = ""
    signals: tuple[Signal, ...] = ()
    hypotheses: tuple[Hypothesis, ...] = ()
    evidence: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    readings: tuple[str, ...] = ()  # of the goal that is served: the one that counts, and that of a language model
    changes: tuple[str, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    proof: Proof | None = None
    flips: tuple[Flip, ...] = ()
    assumptions: tuple[str, ...] = ()
    options: tuple[str, ...] = ()  # what a person may answer
    answers: tuple[Answered, ...] = ()
    lesson: Lesson | None = None
    release: str = ""
    undoes: str = ""
    undone_by: str = ""
    undo: str = ""  # the command, or why there is none
    lines: tuple[int, ...] = ()  # of the ledger


def of_decision(book: Book, decision: Decision) -> WhyReport:
    """Why a decision was made."""
    release, lesson = book.releases.get(decision.id), book.lessons.get(decision.id)
    report = replace(
        _of_plan(book, decision.plan),
        id=decision.id,
        title=decision.title,
        standing=standing(book, decision),
        proposer=decision.proposer,
        at=book.decided_at[decision.id].time,
        incident=decision.incident,
        reasons=decision.verdict.reasons,
        flips=decision.verdict.flips,
        lesson=lesson,
        answers=tuple(_answered(e, s) for e, s in book.answers(decision.id)),
        release=release.id if release else "",
        undoes=decision.undoes,
        undone_by=book.undone_by(decision.id),
        undo=_undo(book, decision),
        lines=_lines(book, _own(book, {f"P-{decision.plan}", decision.id})),
    )
    return _with_incident(report, book)


def of_plan(book: Book, fingerprint: str) -> WhyReport:
    """Why a plan was proposed, and what became of it: the last decision on it, or the plan alone."""
    made = [d for d in book.decisions.values() if d.plan == fingerprint]
    return of_decision(book, made[-1]) if made else _with_incident(_of_plan(book, fingerprint), book)


def of_incident(book: Book, incident: str) -> WhyReport:
    """What an incident was, the stories that could explain it, and every plan for it."""
    told, at = book.incidents[incident], book.diagnosed_at[incident]
    made = book.of_incident(incident)
    report = WhyReport(
        id=incident,
        title=words.incident(told),
        standing=", ".join(f"{d.id} {standing(book, d)}" for d in made) or "open",
        incident=incident,
        at=at.time,
        alternatives=tuple(_alternative(book, f, p) for f, p in book.plans.items() if p.incident == incident),
        lines=_lines(book, {at.seq}),
    )
    return _with_incident(report, book)


def _of_plan(book: Book, fingerprint: str) -> WhyReport:
    plan, trial = book.plans.get(fingerprint), book.trials.get(fingerprint)
    report = WhyReport(
        id=f"P-{fingerprint}",
        title="",
        standing="not judged",
        proof=_proof(trial, plan.predicted if plan else ()) if trial else None,
        lines=_lines(book, _own(book, {f"P-{fingerprint}"})),
    )
    if plan is None:
        return report
    return replace(
        report,
        title=plan.title,
        proposer=plan.proposer,
        incident=plan.incident,
        rationale=plan.rationale,
        evidence=plan.evidence,
        changes=tuple(words.change(c) for c in plan.changes),
        alternatives=_alternatives(book, fingerprint, plan),
        assumptions=plan.assumptions,
        options=plan.options,
    )


def _undo(book: Book, decision: Decision) -> str:
    back, plan = book.undone_by(decision.id), book.plans.get(decision.plan)
    if back:
        return f"windvane undo {back}, which brings it back"
    if decision.id not in book.releases:
        return "nothing to undo: it changed nothing"
    if plan is not None and not plan.reversible:
        return "cannot be undone: the plan is not reversible"
    return f"windvane undo {decision.id}"


def _with_incident(report: WhyReport, book: Book) -> WhyReport:
    told = book.incidents.get(report.incident)
    if told is None:
        return report
    ranked = tuple(sorted(told.hypotheses, key=lambda h: (bool(h.ruled_out_by), -h.probability)))
    wanted = {s.expected for s in told.signals if s.kind == "goal_unserved"}
    read = [words.readings(u) for _, u in book.understood if u.goal.sentence in wanted]
    return replace(
        report,
        cause=told.cause,
        place=told.place,
        signals=told.signals,
        hypotheses=ranked,
        readings=read[-1] if read else (),
    )


def _alternatives(book: Book, fingerprint: str, plan: Plan) -> tuple[Alternative, ...]:
    if not (plan.serves or plan.incident):
        return ()
    rivals = {f: p for f, p in book.plans.items() if f != fingerprint and _rivals(plan, p)}
    return tuple(_alternative(book, f, p) for f, p in rivals.items())


def _rivals(plan: Plan, other: Plan) -> bool:
    return other.incident == plan.incident and other.serves == plan.serves and other.undoes == plan.undoes


def _alternative(book: Book, fingerprint: str, plan: Plan) -> Alternative:
    made = [d for d in book.decisions.values() if d.plan == fingerprint]
    reasons = made[-1].verdict.reasons if made else ()
    trial = book.trials.get(fingerprint)
    return Alternative(
        plan=f"P-{fingerprint}",
        title=plan.title,
        proposer=plan.proposer,
        decision=made[-1].id if made else "",
        outcome=made[-1].verdict.outcome if made else "",
        reasons=tuple(r for r in reasons if not r.held) or reasons,
        proof=_proof(trial, plan.predicted) if trial else None,
    )


def _proof(trial: Trial, predicted: tuple[Effect, ...]) -> Proof:
    was = {m.name: m.value for m in trial.before}
    told = {e.measure: e.expected for e in predicted}
    return Proof(
        measures=tuple(
            Measured(measure=m.name, before=was.get(m.name), after=m.value, predicted=told.get(m.name))
            for m in dict.fromkeys(trial.after)
        ),
        checks=trial.checks,
        failures=trial.failures,
        models_built=trial.models_built,
        cpu_s=trial.cpu_s,
        broke=trial.broke,
    )


def _answered(entry: Entry, said: Steering) -> Answered:
    return Answered(act=said.act, at=entry.time, because=said.because, detail=said.detail)


def _own(book: Book, names: set[str]) -> set[int]:
    return {e.seq for e in book.entries if names & set(abouts(e.body))}


def _lines(book: Book, own: set[int]) -> tuple[int, ...]:
    because = {s for e in book.entries if e.seq in own for s in e.because}
    return tuple(sorted(own | because))
