"""A list of incidents, two lines each."""

from __future__ import annotations

from collections.abc import Iterator

from windvane.app.cli.screen import Line
from windvane.app.story.incidents import IncidentLine
from windvane.app.story.words import count, moment

_ROLES = {"open": "bad", "waiting": "ask", "healed": "good"}


def incidents(found: tuple[IncidentLine, ...]) -> Iterator[Line]:
    """Number, fate and symptom; then cause, place and what was done."""
    if not found:
        yield Line("no incident")
    for told in found:
        yield Line(f"{told.id:<6} {told.fate:<11} {told.symptom}", _ROLES.get(told.fate, ""))
        cause = f"cause: {told.cause}" if told.cause else "cause: more than one story fits"
        place = f" in {told.place}" if told.place else ""
        less = f", {count(told.ruled_out, 'hypothesis')} ruled out" if told.ruled_out else ""
        done = f"; {told.decision} {told.remedy}" if told.decision else ""
        yield Line(f"       {moment(told.at)} UTC, {cause}{place}{less}{done}", "dim")
    if found:
        yield Line(f"why: windvane why {found[-1].id}", "dim")
