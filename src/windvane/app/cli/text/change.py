"""Previews and results of steering commands."""

from __future__ import annotations

from collections.abc import Iterator

from windvane.app.cli.screen import Line
from windvane.app.cli.text.listing import section
from windvane.app.reports import ChangeReport, Preview


def preview(told: Preview) -> Iterator[Line]:
    """What would happen."""
    yield Line(told.title, "head")
    yield from section("would do", told.does)
    yield from section("would lose", told.loses, "warn")
    about = f"About {told.seconds:.0f} s. " if told.seconds >= 1 else ""
    yield Line(f"{about}Nothing has been done." + (f" To do it: {told.command}" if told.command else ""), "dim")


def report(done: ChangeReport) -> Iterator[Line]:
    """What was done."""
    made = ", ".join(n for n in (done.decision, done.release) if n)
    yield Line(f"Done: {done.title}" + (f" ({made})" if made else ""), "good")
    yield from (Line(f"  {effect}") for effect in done.effects)
    yield from (Line(f"Next: {command}", "dim") for command in done.next)
