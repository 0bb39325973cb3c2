"""What `init` understood and plans."""

from __future__ import annotations

from collections.abc import Iterator

from windvane.app.cli.screen import Line
from windvane.app.cli.text.listing import columns, section
from windvane.app.reports import InitReport, PlanSeen, SourceSeen
from windvane.app.story.words import count, goal, share
from windvane.domain.goal import Question

_UNITS = ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "kB"))


def init(report: InitReport) -> Iterator[Line]:
    """The whole account, question or plan last."""
    files, read = sum(s.files for s in report.sources), sum(s.bytes for s in report.sources)
    what = f"{count(files, 'file')} ({size(read)})" if read else count(files, "table")
    yield Line(f"Read {what}, read only. I understood:", "head")
    yield from columns([(s.name, source(s)) for s in report.sources])
    yield from section(
        "Not read", [f"{s.name}: {s.why}" + (f"; fix: {s.fix}" if s.fix else "") for s in report.strays], "warn"
    )
    if report.goal is not None:
        yield Line(f"Goal: {goal(report.goal)}")
    if report.question is not None:
        yield from question(report.question)
        return
    yield Line(plan(report.plan) + f" Writes only {report.estate}. Nothing has run.")
    yield from (Line(f"Next: {command}", "dim") for command in report.next)


def source(seen: SourceSeen) -> str:
    """One source in one line: grain, time, key, joins, share of bad rows, what is masked."""
    many = f"{count(seen.files, 'file')}, " if seen.files > 1 else ""
    parts = [f"{many}{count(seen.rows, 'row')}" + (f", {seen.grain}" if seen.grain else "")]
    if seen.time_column:
        parts.append(f"time {seen.time_column}" + (f" ({seen.cadence})" if seen.cadence else ""))
    parts += [f"key {', '.join(seen.key)}"] if seen.key else []
    parts += seen.references
    parts += [f"{share(seen.bad_share)} bad rows"] if seen.bad_share else []
    parts += [f"may be personal: {', '.join(seen.personal)} -> masked by default"] if seen.personal else []
    return "; ".join([*parts, *(f"not certain: {d}" for d in seen.doubts)])


def plan(seen: PlanSeen) -> str:
    """Layers, products, checks, time and money."""
    layers = [f"{many} {layer}" for layer, many in seen.models]
    built = " + ".join([*layers, count(len(seen.products), "product")])
    return f"Plan: {built}, {count(seen.checks, 'check')}. About {seen.seconds:.0f} s, ${seen.cost:.2f}."


def question(asked: Question) -> Iterator[Line]:
    """A question with numbered options."""
    yield Line(f"Question: {asked.text}", "ask")
    yield Line(f"  why: {asked.why}")
    for place, option in enumerate(asked.options, 1):
        yield Line(f"  {place}  {option.label}")


def size(many: int) -> str:
    """Bytes for a person."""
    for unit, name in _UNITS:
        if many >= unit:
            return f"{many / unit:.3g} {name}"
    return f"{many} B"
