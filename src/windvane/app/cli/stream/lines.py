"""Events as lines: `  0.4s discover  what happened`."""

from __future__ import annotations

from typing import TextIO

from windvane.app.cli.screen import Line, show
from windvane.domain.event import Event

_ROLES = {"good": "good", "warn": "warn", "ask": "ask"}


def write(event: Event, to: TextIO) -> None:
    """Write one event as one line."""
    show([line(event)], to=to)


def line(event: Event) -> Line:
    """One event as a line, coloured by its level."""
    about = f"{event.subject}: " if event.subject else ""
    made = f"  [{event.decision}]" if event.decision else ""
    mark = {"warn": "! ", "ask": "? "}.get(event.level, "")
    return Line(f"{event.at:6.1f}s {event.step:<9} {mark}{about}{event.text}{made}", _ROLES.get(event.level, ""))
