"""F6, the twin: every number has a comma with three digits behind it."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, unseen


def fault() -> Fault:
    """The fault."""
    return Fault(
        id="F6", kind="file", inject=inject, about="a comma with three digits behind it: a point, or thousands"
    )


def inject(world: World, rng: Random) -> Injection | None:
    """`1,234` is either; with nothing else to go by it must wait."""
    columns = world.filled("number")
    if not columns:
        return None
    column = rng.choice(columns)
    broken = world.table.mapped(column, lambda v: f"{1 + abs(int(float(v))) % 9},{rng.randrange(100, 999)}")
    made = injected(world, broken, ("hold",), place=column, said=f"`{column}` reads like `1,234`")
    return unseen(made, world.target)
