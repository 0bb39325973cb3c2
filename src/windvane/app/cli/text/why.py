"""Why: what, why, hypotheses, alternatives with numbers, proof, flip thresholds, assumptions, undo."""

from __future__ import annotations

from collections.abc import Iterator

from windvane.app.cli.screen import Line
from windvane.app.cli.text.listing import section
from windvane.app.story.why import Alternative, Measured, Proof, WhyReport
from windvane.app.story.words import count, moment, number, share, signal
from windvane.domain.decision import Lesson, Reason
from windvane.domain.incident import Hypothesis
from windvane.domain.run import CheckResult

_FEW = 12


def why(report: WhyReport) -> Iterator[Line]:
    """The whole account of one decision, plan or incident."""
    yield Line(f"{report.id}  {report.title}", "head")
    by = f" by {report.proposer}" if report.proposer else ""
    at = f", {moment(report.at)} UTC" if report.at else ""
    release = f", {report.release}" if report.release else ""
    yield Line(f"  {report.standing}{release}; proposed{by}{at}" if by else f"  {report.standing}{at}")
    if report.undoes:
        yield Line(f"  takes back {report.undoes}")
    if report.standing in ("rejected", "waiting"):
        yield from (Line(f"  because {r.detail}") for r in report.reasons if not r.held)
    yield from section("what", _few(report.changes))
    yield from _reasons(report)
    yield from section("the goal as it was read", report.readings)
    yield from section("evidence", _few(report.evidence))
    yield from section("hypotheses", [hypothesis(h) for h in report.hypotheses])
    yield from _alternatives("plans" if report.id.startswith("I-") else "alternatives", report.alternatives)
    yield from section("proof", _proof(report.proof) if report.proof else ())
    yield from section("would have gone otherwise", [f"{f.fact}: {f.then} at {f.at}" for f in report.flips])
    yield from section("assumes", report.assumptions)
    yield from section("learned", _lesson(report.lesson) if report.lesson else ())
    yield from section("a person may answer", _answers(report))
    yield from section("a person said", [_said(a.act, a.detail, a.because, a.at) for a in report.answers])
    yield from section("undo", [report.undo] if report.undo else ())
    yield from section("ledger", [f"lines {', '.join(map(str, report.lines))}"] if report.lines else (), "dim")


def _reasons(report: WhyReport) -> Iterator[Line]:
    lines = [signal(s) for s in report.signals]
    if report.cause:
        place = f" in {report.place}" if report.place else ""
        lines.append(f"cause: {report.cause.replace('_', ' ')}{place} ({report.incident})")
    # a proposer may write several lines; each is marked, so that none can pass for a line of ours
    lines += [f"> {line}" for line in report.rationale.split("\n")] if report.rationale else []
    lines += [reason(r) for r in sorted(report.reasons, key=lambda r: r.held)]
    yield from section("why", lines)


def _few(lines: tuple[str, ...]) -> Iterator[str]:
    yield from lines[:_FEW]
    if len(lines) > _FEW:
        yield f"... and {len(lines) - _FEW} more, all in --json"


def reason(told: Reason) -> str:
    """One rule of the gate with its numbers."""
    return f"{'holds' if told.held else 'BROKEN'}  {told.rule}: {told.detail}"


def _answers(report: WhyReport) -> Iterator[str]:
    yield from (f"{n}  {o}" for n, o in enumerate(report.options, 1))
    if report.standing == "waiting":
        yield f"windvane approve {report.id}" + (" --option N" if report.options else "")
        yield f"windvane reject {report.id}"


def hypothesis(told: Hypothesis) -> str:
    """One story with its probability, and what ruled it out."""
    text = f"{share(told.probability):>6}  {told.cause.replace('_', ' ')}"
    text += f": {'; '.join(told.evidence)}" if told.evidence else ""
    return f"{text} -- ruled out by {told.ruled_out_by}" if told.ruled_out_by else text


def _alternatives(title: str, others: tuple[Alternative, ...]) -> Iterator[Line]:
    if others:
        yield Line(title, "head")
    for other in others:
        name = other.decision or other.plan
        yield Line(f"  {name}  {other.outcome or 'not judged'}: {other.title} (by {other.proposer})")
        yield from (Line(f"    {reason(r)}") for r in other.reasons)
        yield from (Line(f"    {line}") for line in (_proof(other.proof) if other.proof else ()))


def _proof(proof: Proof) -> Iterator[str]:
    if proof.broke:
        yield f"none: the instrument broke ({proof.broke})"
        return
    moved = [m for m in proof.measures if m.before != m.after or m.predicted is not None]
    yield from (measure(m) for m in moved)
    if len(moved) < len(proof.measures):
        yield f"{count(len(proof.measures) - len(moved), 'other measure')} did not move"
    if proof.checks:
        yield f"{sum(c.passed for c in proof.checks)} of {count(len(proof.checks), 'check')} passed"
    yield from (_broken(c) for c in proof.checks if not c.passed)
    yield from (f"failed: {f}" for f in proof.failures)
    yield f"cost: {count(proof.models_built, 'model')} built, {proof.cpu_s:.2f} CPU s"


def measure(told: Measured) -> str:
    """One measure before and after, and what was predicted."""
    promised = "" if told.predicted is None else f" (predicted {number(told.predicted)})"
    return f"{told.measure}: {number(told.before)} -> {number(told.after)}{promised}"


def _broken(check: CheckResult) -> str:
    return (
        f"{'BLOCKED' if check.severity == 'block' else 'warned'} by {check.check} on {check.relation}: {check.broken}"
    )


def _lesson(lesson: Lesson) -> Iterator[str]:
    measured = dict(lesson.measured)
    for name, expected in dict.fromkeys(lesson.predicted):
        yield f"{name}: predicted {number(expected)}, measured {number(measured.get(name))}"
    if lesson.regretted:
        yield f"regretted: {lesson.cause}" if lesson.cause else "regretted"


def _said(act: str, detail: str, because: str, at: str) -> str:
    what = f"{act} {detail}".strip()
    return f"{what}, {moment(at)} UTC" + (f": {because}" if because else "")
