"""Control B5: one new column, mostly empty."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, some


def fault() -> Fault:
    """The control."""
    return Fault(id="B5", kind="control", inject=inject, about="one new column, mostly empty")


def inject(world: World, rng: Random) -> Injection | None:
    """A column more that few rows fill."""
    if "remark" in world.table.columns:
        return None
    few = set(some(rng, world.table, 0.1))
    wide = world.table.put("remark", ["ok" if i in few else "" for i in range(len(world.table.rows))])
    return injected(world, wide, ("nothing",), said="`remark` is new")
