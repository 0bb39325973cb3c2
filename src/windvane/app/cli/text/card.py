"""The data card of a product."""

from __future__ import annotations

from collections.abc import Iterator

from windvane.app.cli.screen import Line
from windvane.app.story.card import Card
from windvane.app.story.fulfilment import FINE


def card(found: Card, chart: str) -> Iterator[Line]:
    """Goal, measures, limits, lineage, decisions, then the chart."""
    yield Line(f"{found.name}  {found.kind} in {found.relation}, {found.release}", "head")
    yield Line(f"  {found.goal}")
    yield Line(f"  read as {found.means}", "dim")
    if found.standing:
        told = f"goal {found.standing}" if found.standing != "no target named" else "no target named by the goal"
        yield Line(told, "good" if found.standing in FINE else "warn")
    if found.then:
        yield Line(f"  next: {found.then}", "dim")
    for window in found.measured:
        yield Line(f"{window.window}, {window.begins} to {window.ends}", "head")
        yield from (Line(f"  {m}") for m in window.measures)
    yield from _part("what costs nothing", found.naive)
    yield from _part("made by", (found.estimator,) if found.estimator else ())
    yield from _part("from", found.lineage)
    yield from _part("limits and assumptions", found.limits)
    yield from _part("how the work on its goal ended", found.outcome)
    yield from _part("decisions", (", ".join(found.decisions),))
    if chart:
        yield Line("")
        yield from (Line(text) for text in chart.splitlines())


def _part(title: str, lines: tuple[str, ...]) -> Iterator[Line]:
    if any(lines):
        yield Line(title, "head")
        yield from (Line(f"  {line}") for line in lines)
