"""The state of the estate: changed itself, broken, asks."""

from __future__ import annotations

from collections.abc import Iterator

from windvane.app.cli.screen import Line
from windvane.app.reports import Stray
from windvane.app.story.fulfilment import FINE, Fulfilment
from windvane.app.story.status import Asks, Changed, StatusReport
from windvane.app.story.words import count, moment


def status(report: StatusReport) -> Iterator[Line]:
    """One sentence, then one paragraph for each part that is not empty."""
    yield Line(sentence(report), "head")
    if report.paused:
        yield Line(f"paused since {moment(report.paused)} UTC; windvane resume lets the agents act again", "warn")
    yield from _changed(report.changed)
    yield from _broken(report)
    yield from _asks(report.asks)
    yield from _goals(report.goals)
    yield from _strays(report.strays)
    if report.release:
        yield Line(f"readers see {report.release}, published {moment(report.released_at)} UTC", "dim")
    elif not report.until:
        yield Line("nothing has run yet; windvane run starts it", "dim")


def sentence(report: StatusReport) -> str:
    """`Since you last looked: 2 changes, 0 broken, 1 question for you`."""
    since = "Since you last looked" if report.since else "Until now"
    changes, asks = count(len(report.changed), "change"), count(len(report.asks), "question")
    short = sum(g.standing not in FINE for g in report.goals)
    unmet = f", {count(short, 'goal')} not met" if short else ""
    return f"{since}: {changes}, {len(report.broken)} broken, {asks} for you{unmet}"


def _changed(changed: tuple[Changed, ...]) -> Iterator[Line]:
    if changed:
        yield Line("changed", "head")
    for done in changed:
        cause = f" ({done.cause.replace('_', ' ')})" if done.cause else ""
        yield Line(f"  {done.decision:<6} {done.title}{cause}", "good")
        after = (
            f"undone by {done.undone_by}" if done.undone_by else f"undo: {done.undo}" if done.undo else "not undoable"
        )
        yield Line(f"         by {done.proposer}, {moment(done.at)} UTC, {done.release}; {after}", "dim")


def _broken(report: StatusReport) -> Iterator[Line]:
    if report.broken:
        yield Line("broken", "head")
    for trouble in report.broken:
        yield Line(f"  {trouble.about:<6} {trouble.title}", "bad")
        if trouble.why:
            yield Line(f"         {trouble.why}", "dim")
        if trouble.fix:
            yield Line(f"         fix: {trouble.fix}", "dim")


def _goals(goals: tuple[Fulfilment, ...]) -> Iterator[Line]:
    """Goals that are not met; those that are need no words."""
    short = [g for g in goals if g.standing not in FINE]
    if short:
        yield Line("goals", "head")
    for goal in short:
        yield Line(f"  {goal.relation}: {goal.standing}", "warn")
        yield Line(f"         {goal.why}", "dim")
        yield Line(f"         next: {goal.then}", "dim")


def _strays(strays: tuple[Stray, ...]) -> Iterator[Line]:
    if strays:
        yield Line("not read", "head")
    for stray in strays:
        yield Line(f"  {stray.name}: {stray.why}", "warn")
        yield Line(f"         fix: {stray.fix}", "dim")


def _asks(asks: tuple[Asks, ...]) -> Iterator[Line]:
    if asks:
        yield Line("asks", "head")
    for asked in asks:
        yield Line(f"  {asked.id:<6} {asked.title}", "ask")
        yield Line(f"         why: {asked.why}")
        yield from (Line(f"         {n}  {option}") for n, option in enumerate(asked.options, 1))
        yield Line(f"         answer: {asked.answer}", "dim")
