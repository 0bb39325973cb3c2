"""S15: numbers come with more decimals, all of them nought."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected


def fault() -> Fault:
    """The fault."""
    return Fault(id="S15", kind="schema", inject=inject, about="numbers come with more noughts behind the point")


def inject(world: World, rng: Random) -> Injection | None:
    """The same numbers."""
    columns = [c for c in world.numbers() if c in world.of("number")]
    if not columns:
        return None
    column = rng.choice(columns)
    broken = world.table.mapped(column, lambda v: f"{v}0000" if "." in v else f"{v}.0000")
    return injected(world, broken, ("heal",), place=column, said=f"`{column}` with four noughts more")
