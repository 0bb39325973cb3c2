"""F18: lines end in different ways."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, Sent, World
from windvane.domain.injecting import delivered
from windvane.domain.table import written


def fault() -> Fault:
    """The fault."""
    return Fault(id="F18", kind="file", inject=inject, about="lines end in different ways")


def inject(world: World, rng: Random) -> Injection | None:
    """All of them are ends of lines."""
    lines = written(world.table, world.shape.dialect).split(b"\n")[:-1]
    ends = rng.choice(((b"\r\n", b"\n"), (b"\r\n",), (b"\r",)))
    content = b"".join(line + rng.choice(ends) for line in lines)
    file = Sent(source=world.target, name=world.table.file, content=content, rows=len(world.table.rows))
    return delivered(world, file, ("heal",), said=f"lines end in {' and '.join(map(repr, ends))}", broken=world.table)
