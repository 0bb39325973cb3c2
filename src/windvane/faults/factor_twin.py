"""V9, the twin: the world really moved by the factor of a unit; as delivered is right, and only a person knows."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, instead


def fault() -> Fault:
    """The fault."""
    return Fault(id="V9", kind="value", inject=inject, about="a real move by what could be a factor of units")


def inject(world: World, rng: Random) -> Injection | None:
    """The same batch as a change of unit gives: it must wait, and nothing may divide it."""
    columns = [c for c in world.numbers() if c in world.filled("number")]
    if not columns:
        return None
    column, factor = rng.choice(columns), rng.choice((10, 12, 60, 100, 1000))
    moved = world.table.mapped(column, lambda v: f"{Decimal(v) * factor:.{len(v.partition('.')[2])}f}")
    return instead(injected(world, moved, ("hold",), place=column, said=f"`{column}` really grew {factor}-fold"), moved)
