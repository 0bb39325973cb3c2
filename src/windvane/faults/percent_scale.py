"""V13: a column of shares between 0 and 1 comes in percent."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected


def fault() -> Fault:
    """The fault."""
    return Fault(id="V13", kind="value", inject=inject, about="shares come as percentages")


def inject(world: World, rng: Random) -> Injection | None:
    """No share is above 1: divided by a hundred is right, waiting too."""
    columns = [c for c in world.filled("number") if all(0 <= float(v) <= 1 for v in world.past().values(c))]
    columns = [c for c in columns if any(float(v) for v in world.table.values(c))]
    if not columns:
        return None
    column = rng.choice(columns)
    broken = world.table.mapped(column, lambda v: f"{Decimal(v) * 100:f}")
    return injected(world, broken, ("heal", "hold"), place=column, said=f"`{column}` in percent")
