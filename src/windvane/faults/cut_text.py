"""V17: texts are cut at a length."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, unseen


def fault() -> Fault:
    """The fault."""
    return Fault(id="V17", kind="value", inject=inject, about="texts are cut at a length")


def inject(world: World, rng: Random) -> Injection | None:
    """What is lost cannot be told: it must wait."""
    columns = [c for c in world.names() if sum(len(v) > 10 for v in world.table.values(c)) > len(world.table.rows) / 2]
    columns = [c for c in columns if c in world.filled("text")]
    if not columns:
        return None
    column, length = rng.choice(columns), rng.choice((5, 8))
    broken = world.table.mapped(column, lambda v: v[:length])
    return unseen(injected(world, broken, ("hold",), place=column, said=f"`{column}` cut at {length}"), world.target)
