"""S2: a column is gone, and nothing comes in its place."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, unseen


def fault() -> Fault:
    """The fault."""
    return Fault(id="S2", kind="schema", inject=inject, about="a column is gone")


def inject(world: World, rng: Random) -> Injection | None:
    """A column that readers see is not delivered any more: readers keep what they have."""
    columns = world.of("number", "integer", "text", "date")
    if not columns:
        return None
    column = rng.choice(columns)
    made = injected(world, world.table.without(column), ("hold",), place=column, said=f"`{column}` is gone")
    return unseen(made, world.target)
