"""Short exact words for numbers and for lines of the ledger."""

from __future__ import annotations

from windvane.domain.change import Admit, Change, Put, Rerun, Retire, Withdraw
from windvane.domain.entry import (
    Asked,
    Body,
    Cascaded,
    Decided,
    Diagnosed,
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
from windvane.domain.estate import ref_of
from windvane.domain.finding import Finding
from windvane.domain.goal import Goal
from windvane.domain.incident import Incident, Signal
from windvane.domain.run import Trial


def number(value: float | None) -> str:
    """A number for a person: thousands apart, at most six significant digits; `-` when there is none."""
    if value is None:
        return "-"
    if abs(value) < 1e15 and value == int(value):
        return f"{int(value):,}"
    return f"{value:,.0f}" if 1e6 <= abs(value) < 1e15 else f"{value:,.6g}"


def share(value: float) -> str:
    """A share of one in per cent."""
    return f"{value * 100:.3g} %"


def count(many: int, thing: str) -> str:
    """`1 check`, `2 checks`."""
    plural = _plural(thing)
    return f"{many:,} {thing if many == 1 else plural}"


def _plural(thing: str) -> str:
    if thing.endswith("sis"):
        return thing[:-2] + "es"
    return thing[:-1] + "ies" if thing.endswith("ry") else thing + ("es" if thing.endswith("ch") else "s")


def moment(time: str) -> str:
    """An ISO time as date and second, in UTC."""
    return time[:19].replace("T", " ")


def signal(said: Signal) -> str:
    """A signal in one line."""
    text = f"{said.kind.replace('_', ' ')} in {said.subject}" + (f" ({said.batch})" if said.batch else "")
    parts = [f"{word} {value}" for word, value in (("expected", said.expected), ("observed", said.observed)) if value]
    return f"{text}: {', '.join(parts)}" if parts else text


def finding(claim: Finding) -> str:
    """A finding in one line."""
    return f"{claim.subject}: {claim.claim.replace('_', ' ')} = {claim.value} ({share(claim.confidence)} sure)"


def goal(wanted: Goal) -> str:
    """A typed goal in one line."""
    measure = f"{wanted.aggregate}({wanted.measure})" if wanted.aggregate else wanted.measure
    parts = [wanted.kind, f"of {measure}" if measure else ""]
    parts += [
        f"per {', '.join(wanted.entities)}" if wanted.entities else "",
        f"by {wanted.grain}" if wanted.grain else "",
    ]
    parts.append(f"for {count(wanted.horizon, wanted.grain or 'step')} ahead" if wanted.horizon else "")
    return " ".join(p for p in parts if p)


def readings(said: Understood) -> tuple[str, ...]:
    """How a goal was read, and how a language model read it beside that."""
    first = f"{goal(said.goal)} ({said.goal.proposer}, {share(said.confidence)} sure)"
    return (first, f"{goal(said.other)} ({said.other.proposer})") if said.other else (first,)


def change(done: Change) -> str:
    """A typed change in one line, imperative."""
    match done:
        case Put(asset=asset):
            return f"put {ref_of(asset)}"
        case Retire(ref=ref):
            return f"retire {ref}"
        case Admit(batch=batch):
            return f"admit {batch.id} ({count(batch.accepted, 'row')} from {batch.delivery})"
        case Withdraw(batch=batch):
            return f"withdraw {batch.id} ({count(batch.accepted, 'row')} from {batch.delivery})"
        case Rerun(relation=relation, first=first, last=last):
            return f"compute {relation} anew for {first} to {last}"


def trial(tried: Trial) -> str:
    """A trial in one line."""
    if tried.broke:
        return f"the instrument broke, no evidence: {tried.broke}"
    passed = sum(c.passed for c in tried.checks)
    checks = f"{passed} of {count(len(tried.checks), 'check')} passed" if tried.checks else "no checks"
    parts = [checks, f"{count(len(tried.moved()), 'measure')} moved"]
    if tried.failures:
        parts.append(count(len(tried.failures), "failure"))
    return ", ".join(parts)


def incident(told: Incident) -> str:
    """An incident in one line."""
    what = "; ".join(signal(s) for s in told.signals[:2]) + (" ..." if len(told.signals) > 2 else "")
    if told.cause:
        return f"{what} -> {told.cause.replace('_', ' ')}"
    fits = [h.cause.replace("_", " ") for h in told.hypotheses if not h.ruled_out_by]
    return f"{what} -> {' or '.join(fits)}?" if fits else what


def says(body: Body) -> str:
    """What one line of the ledger says, in one line."""
    match body:
        case Noticed():
            return signal(body.signal)
        case Landed(batch=b):
            kept = f"{count(b.accepted, 'row')} accepted, {b.quarantined:,} quarantined, {b.suppressed:,} suppressed"
            return f"landed {b.delivery} as {b.id}: {count(b.rows_read, 'row')} read, {kept}"
        case Found(findings=found):
            rest = f" and {count(len(found) - 1, 'finding')} more" if len(found) > 1 else ""
            return (finding(found[0]) if found else "nothing found") + rest
        case Understood():
            asks = f"; asks: {body.question.text}" if body.question else ""
            other = f"; {body.other.proposer} read it as {goal(body.other)}" if body.other else ""
            return f"goal `{body.goal.sentence}` read as {goal(body.goal)}{other}{asks}"
        case Diagnosed():
            return f"{body.incident.id} {incident(body.incident)}"
        case Proposed(plan=plan):
            return f"P-{plan.fingerprint()} {plan.title} ({count(len(plan.changes), 'change')})"
        case _:
            return _says_later(body)


def _says_later(body: Body) -> str:
    match body:
        case Tried():
            return f"P-{body.trial.plan} {trial(body.trial)}"
        case Decided(decision=d):
            return f"{d.id} {d.verdict.outcome}: {d.title}"
        case Promoted(release=r):
            return f"{r.id} for {r.decision}: {count(len(r.relations), 'relation')}, {count(len(r.batches), 'batch')}"
        case Learned(lesson=lesson):
            told = [
                lesson.cause,
                "regretted" if lesson.regretted else f"{count(len(lesson.measured), 'prediction')} measured",
            ]
            return f"{lesson.decision} " + ", ".join(t for t in told if t)
        case Steering():
            return " ".join(p for p in (body.act, body.about, body.detail, body.because and f"({body.because})") if p)
        case Asked():
            used = "used" if body.accepted else "not used"
            return f"{body.purpose}: {body.model}, {body.tokens_in + body.tokens_out:,} tokens, {body.cost:.4f}, {used}"
        case Note():
            return f"{body.what}: {body.detail}" if body.detail else body.what
        case Scored() | Cascaded():
            return _says_of_estimates(body)
        case _:
            return ""


def _says_of_estimates(body: Scored | Cascaded) -> str:
    if isinstance(body, Cascaded):
        won = f"P-{body.winner} wins" if body.winner else "nothing passes"
        played = f"{body.product} round {body.round}: {count(len(body.tried), 'trial')}, {won}"
        return body.told[0] if body.told else played
    scores = ", ".join(f"{s.measure.replace('_', ' ')} {s.value:.4g}" for s in body.scores[:3])
    met = "the goal is met" if body.met else "the goal is not met"
    return f"{body.product} {body.window}, {body.begins[:10]} to {body.ends[:10]}: {scores}; {met}"
