"""S6: whole numbers come as decimals without a fraction."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected


def fault() -> Fault:
    """The fault."""
    return Fault(id="S6", kind="schema", inject=inject, about="whole numbers come with a point and noughts")


def inject(world: World, rng: Random) -> Injection | None:
    """`3` comes as `3.0`: the same number."""
    columns = world.filled("integer")
    if not columns:
        return None
    column, tail = rng.choice(columns), rng.choice((".0", ".00"))
    broken = world.table.mapped(column, lambda v: v + tail)
    return injected(world, broken, ("heal",), place=column, said=f"whole numbers of `{column}` end in `{tail}`")
