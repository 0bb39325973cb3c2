"""Control B7: the price of one thing changes."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, instead, lawful, some
from windvane.domain.laws import carried


def fault() -> Fault:
    """The control."""
    return Fault(id="B7", kind="control", inject=inject, about="the price of one thing changes")


def inject(world: World, rng: Random) -> Injection | None:
    """One row's number is a fifth higher."""
    columns = [c for c in world.numbers() if c in world.filled("number")]
    if not columns:
        return None
    column = rng.choice(columns)
    where = some(rng, world.table, 0.01)
    dear = world.table.changed(column, where, lambda v: f"{Decimal(v) * Decimal('1.2'):.{len(v.partition('.')[2])}f}")
    if not lawful(world, dear):
        return None
    made = instead(injected(world, dear, ("nothing",), said=f"{len(where)} of `{column}` are a fifth higher"), dear)
    return carried(world, made, dear)
