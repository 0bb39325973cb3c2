"""S4: the columns come in another order."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected


def fault() -> Fault:
    """The fault."""
    return Fault(id="S4", kind="schema", inject=inject, about="columns come in another order")


def inject(world: World, rng: Random) -> Injection | None:
    """Bound by name, nothing changes."""
    table = world.table
    order = list(table.columns)
    while len(order) > 1 and tuple(order) == table.columns:
        rng.shuffle(order)
    return injected(world, table.only(order), ("heal",), said="columns in another order")
