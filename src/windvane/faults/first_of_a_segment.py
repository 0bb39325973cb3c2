"""Control B8: the first rows of a new place."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, instead, some
from windvane.domain.laws import torn


def fault() -> Fault:
    """The control."""
    return Fault(id="B8", kind="control", inject=inject, about="the first rows of a new place")


def inject(world: World, rng: Random) -> Injection | None:
    """A text of many values has a new one in some rows."""
    columns = world.names()
    if not columns:
        return None
    column = rng.choice(columns)
    new = world.table.changed(column, some(rng, world.table, 0.03), lambda _: "Reykjavik 12")
    if torn(world, new, column):
        return None
    return instead(injected(world, new, ("nothing",), said=f"a new value in `{column}`"), new)
