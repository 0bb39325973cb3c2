"""Control B16: a number a little above all before."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, instead, lawful, some
from windvane.domain.laws import carried


def fault() -> Fault:
    """The control."""
    return Fault(id="B16", kind="control", inject=inject, about="a number a little above all before")


def inject(world: World, rng: Random) -> Injection | None:
    """One row sets a record, by a twentieth."""
    columns = [c for c in world.numbers() if c in world.filled("number")]
    if not columns:
        return None
    column = rng.choice(columns)
    best = max(float(v) for v in world.past().values(column))
    record = world.table.changed(
        column, some(rng, world.table, 0.001), lambda v: f"{best * 1.05:.{len(v.partition('.')[2])}f}"
    )
    if not lawful(world, record):
        return None
    return carried(
        world, instead(injected(world, record, ("nothing",), said=f"a record in `{column}`"), record), record
    )
