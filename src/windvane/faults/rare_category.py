"""Control B4: a new category in one row."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, instead, some


def fault() -> Fault:
    """The control."""
    return Fault(id="B4", kind="control", inject=inject, about="a new category in one row")


def inject(world: World, rng: Random) -> Injection | None:
    """One row of more than a hundred has a value never seen."""
    columns = world.categories()
    if not columns or len(world.table.rows) < 101:
        return None
    column = rng.choice(columns)
    new = world.table.changed(column, some(rng, world.table, 0.002), lambda _: "Greenland")
    return instead(injected(world, new, ("nothing",), said=f"one new value in `{column}`"), new)
