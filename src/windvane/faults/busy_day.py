"""Control B2: the end of a month: more rows than usual."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import fresh, injected, instead, steady
from windvane.domain.laws import carried


def fault() -> Fault:
    """The control."""
    return Fault(id="B2", kind="control", inject=inject, about="the end of a month: more rows than usual")


def inject(world: World, rng: Random) -> Injection | None:
    """Up to a quarter more rows, like those of the day; where days differ in their number of rows."""
    if not world.shape.key or steady(world):
        return None
    rows = fresh(world, rng, round(len(world.table.rows) * rng.uniform(0.1, 0.25)))
    if not rows:
        return None
    more = world.table.more(rows)
    return carried(world, instead(injected(world, more, ("nothing",), said=f"{len(more.rows)} rows"), more), more)
