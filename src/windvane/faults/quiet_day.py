"""Control B1: a weekend: fewer rows than usual."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import followed, injected, some, steady


def fault() -> Fault:
    """The control."""
    return Fault(id="B1", kind="control", inject=inject, about="a weekend: fewer rows than usual")


def inject(world: World, rng: Random) -> Injection | None:
    """Two thirds of the rows."""
    if steady(world):
        return None
    keep = some(rng, world.table, rng.uniform(0.6, 0.8))
    broken = world.table.kept(keep)
    return followed(world, injected(world, broken, ("nothing",), said=f"{len(keep)} rows"), broken)
