"""K6: references come with noughts before them."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected


def fault() -> Fault:
    """The fault."""
    return Fault(id="K6", kind="key", inject=inject, about="references with noughts before them")


def inject(world: World, rng: Random) -> Injection | None:
    """Without the noughts every one is known."""
    refers = [t.name for t in world.shape.traits if t.refers]
    if not refers:
        return None
    column = rng.choice(refers)
    width = max(len(v) for v in world.table.values(column)) + rng.choice((2, 4))
    broken = world.table.mapped(column, lambda v: v.zfill(width))
    return injected(world, broken, ("heal", "hold"), place=column, said=f"`{column}` filled up to {width} digits")
