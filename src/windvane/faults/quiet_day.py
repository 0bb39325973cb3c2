"""Control B1: a weekend: fewer rows than usual."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import followed, injected, some, steady
from windvane.domain.laws import carried


def fault() -> Fault:
    """The control."""
    return Fault(id="B1", kind="control", inject=inject, about="a weekend: fewer rows than usual")


def inject(world: World, rng: Random) -> Injection | None:
    """Two thirds of the rows."""
    if steady(world):
        return None
    keep = some(rng, world.table, rng.uniform(0.6, 0.8))
    broken = world.table.kept(keep)
    made = followed(world, injected(world, broken, ("nothing",), said=f"{len(keep)} rows"), broken)
    return carried(world, made, broken) or made  # fewer lines make smaller totals; fewer orders have fewer lines
