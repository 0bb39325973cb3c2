"""V25: upstream filled in a column with its mean."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, some, unseen


def fault() -> Fault:
    """The fault."""
    return Fault(id="V25", kind="value", inject=inject, about="a model filled in the values")


def inject(world: World, rng: Random) -> Injection | None:
    """A column that varied does not any more: it must wait."""
    columns = [c for c in world.filled("number") if len(set(world.table.values(c))) > 0.5 * len(world.table.rows)]
    if not columns:
        return None
    column = rng.choice(columns)
    mean = sum(float(v) for v in world.table.values(column)) / len(world.table.rows)
    where = some(rng, world.table, rng.choice((0.7, 0.9, 1.0)))
    broken = world.table.changed(column, where, lambda v: f"{mean:.{len(v.partition('.')[2])}f}")
    made = injected(world, broken, ("hold",), place=column, said=f"{len(where)} of `{column}` are the mean")
    return unseen(made, world.target)
