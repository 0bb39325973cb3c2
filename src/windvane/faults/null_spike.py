"""V1: many cells of a column that never was empty have no value."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, some, unseen


def fault() -> Fault:
    """The fault."""
    return Fault(id="V1", kind="value", inject=inject, about="a column that always had a value is often empty")


def inject(world: World, rng: Random) -> Injection | None:
    """Nothing is filled in: it must wait."""
    columns = world.filled("number", "integer", "text", "date")
    if not columns:
        return None
    column, share = rng.choice(columns), rng.choice((0.15, 0.4, 0.8, 1.0))
    where = some(rng, world.table, share, least=3)
    broken = world.table.changed(column, where, lambda _: "")
    made = injected(world, broken, ("hold",), place=column, said=f"{len(where)} cells of `{column}` are empty")
    return unseen(made, world.target)
