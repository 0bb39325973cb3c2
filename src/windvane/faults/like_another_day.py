"""Control B17: a day drawn from the days before."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, instead, repeats
from windvane.domain.laws import carried
from windvane.domain.record import replace


def fault() -> Fault:
    """The control."""
    return Fault(id="B17", kind="control", inject=inject, about="a day drawn from the days before")


def inject(world: World, rng: Random) -> Injection | None:
    """Rows of the past come under new keys and the days of the day."""
    if not repeats(world) or not any(t.key and t.kind == "integer" for t in world.shape.traits):
        return None
    past, table = world.past(), world.table
    drawn = past.kept([rng.randrange(len(past.rows)) for _ in table.rows])
    same = {t.name for t in world.shape.traits if t.key or t.kind in ("date", "timestamp")}
    for column in table.columns:
        if column in same or len(set(past.values(column))) == len(past.rows):
            drawn = drawn.put(column, table.values(column))
    day = replace(drawn, file=table.file)
    return carried(world, instead(injected(world, day, ("nothing",), said="rows like those of all the past"), day), day)
