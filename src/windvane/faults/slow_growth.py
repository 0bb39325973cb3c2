"""Control B3: prices a little higher than last week."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, instead, lawful


def fault() -> Fault:
    """The control."""
    return Fault(id="B3", kind="control", inject=inject, about="prices a little higher than last week")


def inject(world: World, rng: Random) -> Injection | None:
    """One number grows by one percent."""
    columns = [c for c in world.numbers() if c in world.filled("number")]
    if not columns:
        return None
    column = rng.choice(columns)
    grown = world.table.mapped(column, lambda v: f"{Decimal(v) * Decimal('1.01'):.{len(v.partition('.')[2])}f}")
    if not lawful(world, grown):
        return None
    return instead(injected(world, grown, ("nothing",), said=f"`{column}` is 1 % higher"), grown)
