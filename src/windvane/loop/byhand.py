"""Notices what a person did outside the loop: production planned by hand, files taken away, another business zone."""

from __future__ import annotations

from windvane.domain.entry import Entry, Steering
from windvane.domain.estate import Asset, Calendar, Estate, Product
from windvane.domain.incident import Signal
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook

CALENDAR = "calendar"
PRODUCTION = "production"  # what such a signal is about; not a name that an asset can have: it has no layer


def planned(crew: Crew) -> tuple[Signal, ...]:
    """Production as a person left it: on record first, then taken over, and a signal until a release shows it.

    Killed in between, the next look finds it again or finds the line; the line is written once.
    """
    if not (crew.root / ".windvane" / "warehouse.duckdb").exists():
        return ()
    told = crew.warehouse().changed_by_hand()
    if told:
        said = Steering(act="edit", about=PRODUCTION, detail=told)
        crew.write(f"by_hand:{told}", said, actor="person", step="steer")
        crew.warehouse().accept_by_hand()
        crew.say("sense", f"{told}; taken as your will", level="warn")
    lines = [e for e in crew.ledger.entries(step="steer") if _is_by_hand(e)]
    shown = max((e.seq for e in crew.ledger.entries(step="promote")), default=0)
    return tuple(
        Signal(kind="edited", subject=PRODUCTION, expected="as the last release left it", observed=e.body.detail)
        for e in lines[-1:]
        if e.seq > shown and isinstance(e.body, Steering)
    )


def _is_by_hand(entry: Entry) -> bool:
    return isinstance(entry.body, Steering) and (entry.body.act, entry.body.about) == ("edit", PRODUCTION)


def zone(crew: Crew, estate: Estate) -> tuple[Signal, ...]:
    """A signal for each product that was built for the days of another zone than `[calendar]` now names."""
    line = _last_zone(crew)
    was = line.body.detail if line is not None and isinstance(line.body, Steering) else Calendar().zone
    products = [a for a in estate.assets if isinstance(a, Product)]
    if was == estate.calendar.zone:
        return ()
    if not products:
        take_zone(crew, estate)
    observed = f"days of {was}, as of line {line.seq if line else 0}"
    sentences = [p.goal.sentence for p in products if p.goal.sentence in {g.sentence for g in crew.goals}]
    return tuple(Signal(kind="goal_unserved", subject=CALENDAR, expected=s, observed=observed) for s in sentences)


def take_zone(crew: Crew, estate: Estate) -> None:
    """What is built follows the zone that a person wrote; said once."""
    line, now = _last_zone(crew), estate.calendar.zone
    said = Steering(act="edit", about=CALENDAR, detail=now)
    crew.write(f"calendar:{now}:{line.seq if line else 0}", said, actor="person", step="steer")


def _last_zone(crew: Crew) -> Entry | None:
    lines = (e for e in crew.ledger.entries(step="steer") if isinstance(e.body, Steering) and e.body.about == CALENDAR)
    return max(lines, key=lambda e: e.seq, default=None)


def removed(crew: Crew) -> tuple[Asset, ...]:
    """Assets in force whose file a person took away."""
    return crew.folder.removed(tuple(Logbook(crew.ledger).standing().values()))
