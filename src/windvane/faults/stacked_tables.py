"""F16: below the rows stands another table with a header of its own."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, Sent, World
from windvane.domain.injecting import delivered
from windvane.domain.table import written


def fault() -> Fault:
    """The fault."""
    return Fault(id="F16", kind="file", inject=inject, about="a second table stands below the first")


def inject(world: World, rng: Random) -> Injection | None:
    """The known header tells which rows are meant; what is none of them is put aside, or all waits."""
    others = [t for t in world.history if t.source != world.target]
    if not others:
        return None
    below = rng.choice(others)
    content = written(world.table, world.shape.dialect) + b"\n" + written(below.kept(range(min(30, len(below.rows)))))
    file = Sent(source=world.target, name=world.table.file, content=content)
    return delivered(world, file, ("hold", "heal", "quarantine"), said=f"rows of {below.source} stand below")
