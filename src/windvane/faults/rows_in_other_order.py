"""Control B11: the rows in another order."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected


def fault() -> Fault:
    """The control."""
    return Fault(id="B11", kind="control", inject=inject, about="the rows in another order")


def inject(world: World, rng: Random) -> Injection | None:
    """Order means nothing."""
    order = list(range(len(world.table.rows)))
    rng.shuffle(order)
    return injected(world, world.table.kept(order), ("nothing",), said="rows in another order")
