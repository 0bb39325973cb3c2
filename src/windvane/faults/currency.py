"""V11: prices come in another currency, and nothing tells so."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, lawful, telling, unseeable
from windvane.domain.laws import reconciled


def fault() -> Fault:
    """The fault."""
    return Fault(id="V11", kind="value", inject=inject, about="another currency, told by nothing")


def inject(world: World, rng: Random) -> Injection | None:
    """It must wait; where days differ as much by themselves, nobody could know."""
    columns = [c for c in world.numbers() if c in world.filled("number")]
    if not columns:
        return None
    column, rate = rng.choice(columns), rng.uniform(1.05, 1.35) ** rng.choice((1, -1))
    broken = world.table.mapped(column, lambda v: f"{Decimal(v) * Decimal(rate):.{max(2, len(v.partition('.')[2]))}f}")
    made = injected(world, broken, ("hold", "heal"), place=column, said=f"`{column}` times {rate:.4f}")
    seen = telling(world, column, broken.values(column)) or not lawful(world, broken) or not reconciled(world, broken)
    return made if seen else unseeable(made)
