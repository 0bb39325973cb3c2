"""V27: numbers that always were whole come with fractions; none may be rounded without a word."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, instead


def fault() -> Fault:
    """The fault."""
    return Fault(id="V27", kind="value", inject=inject, about="whole numbers come with fractions")


def inject(world: World, rng: Random) -> Injection | None:
    """Nothing may be shown that was rounded; a wider type takes them as they are, or they wait."""
    columns = world.filled("integer")
    if not columns:
        return None
    column = rng.choice(columns)
    broken = world.table.mapped(column, lambda v: f"{v}.{rng.choice((5, 25, 9))}")
    made = injected(world, broken, ("heal", "hold"), place=column, said=f"`{column}` has fractions")
    return instead(made, broken)
