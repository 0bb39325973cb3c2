"""F5: letters beyond ASCII were encoded twice."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected


def fault() -> Fault:
    """The fault."""
    return Fault(id="F5", kind="file", inject=inject, about="letters were encoded twice")


def inject(world: World, rng: Random) -> Injection | None:
    """The way back gives every letter again; waiting is safe."""
    columns = [c for c in world.of("text") if not "".join(world.table.values(c)).isascii()]
    if not columns:
        return None
    column = rng.choice(columns)
    try:
        broken = world.table.mapped(column, lambda v: v.encode("utf-8").decode("cp1252"))
    except UnicodeDecodeError:
        return None
    return injected(world, broken, ("heal", "hold"), place=column, said=f"`{column}` was encoded twice")
