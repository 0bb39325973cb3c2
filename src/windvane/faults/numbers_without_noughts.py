"""Control B18: numbers without noughts at their end."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected


def fault() -> Fault:
    """The control."""
    return Fault(id="B18", kind="control", inject=inject, about="numbers without noughts at their end")


def inject(world: World, rng: Random) -> Injection | None:
    """`1.50` comes as `1.5`."""
    columns = [c for c in world.numbers() if c in world.of("number")]
    if not columns:
        return None
    column = rng.choice(columns)
    short = world.table.mapped(column, lambda v: v.rstrip("0").rstrip(".") if "." in v else v)
    return injected(world, short, ("nothing",), place=column, said=f"`{column}` without noughts at the end")
