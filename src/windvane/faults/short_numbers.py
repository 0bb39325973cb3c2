"""F15: large numbers come as a spreadsheet shows them, digits lost."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, unseen


def fault() -> Fault:
    """The fault."""
    return Fault(id="F15", kind="file", inject=inject, about="large numbers in the short form of a spreadsheet")


def inject(world: World, rng: Random) -> Injection | None:
    """What is lost cannot be told: it waits."""
    traits = [t.name for t in world.shape.traits if t.kind == "integer" and t.shown and not t.refers]
    columns = [c for c in traits if all(len(v) > 3 for v in world.table.values(c))]
    if not columns:
        return None
    column = rng.choice(columns)
    broken = world.table.mapped(column, lambda v: f"{float(v):.1E}")
    return unseen(injected(world, broken, ("hold",), place=column, said=f"`{column}` like 1.2E+11"), world.target)
