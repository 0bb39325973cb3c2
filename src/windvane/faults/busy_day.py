"""Control B2: the end of a month: more rows than usual."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import fresh, injected, instead


def fault() -> Fault:
    """The control."""
    return Fault(id="B2", kind="control", inject=inject, about="the end of a month: more rows than usual")


def inject(world: World, rng: Random) -> Injection | None:
    """Half as many rows more, like those of the day."""
    rows = fresh(world, rng, round(len(world.table.rows) * rng.uniform(0.15, 0.5))) if world.shape.key else ()
    if not rows:
        return None
    more = world.table.more(rows)
    return instead(injected(world, more, ("nothing",), said=f"{len(more.rows)} rows"), more)
