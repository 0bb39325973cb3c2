"""V12: a column whose numbers always had one sign comes with the other."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected


def fault() -> Fault:
    """The fault."""
    return Fault(id="V12", kind="value", inject=inject, about="all signs turned about")


def inject(world: World, rng: Random) -> Injection | None:
    """Turned back is right, waiting too."""
    columns = [c for c in world.filled("number", "integer") if all(float(v) > 0 for v in world.past().values(c))]
    if not columns:
        return None
    column = rng.choice(columns)
    broken = world.table.mapped(column, lambda v: f"-{v}")
    return injected(world, broken, ("hold", "heal"), place=column, said=f"`{column}` with the other sign")
