"""F8: the line with the names of the columns is missing."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, Sent, World
from windvane.domain.injecting import delivered
from windvane.domain.table import written


def fault() -> Fault:
    """The fault."""
    return Fault(id="F8", kind="file", inject=inject, about="the header is missing")


def inject(world: World, rng: Random) -> Injection | None:  # noqa: ARG001 - nothing is drawn
    """The types of the columns fit one by one, or they do not; waiting is right too."""
    lines = written(world.table, world.shape.dialect).partition(b"\n")[2]
    file = Sent(source=world.target, name=world.table.file, content=lines, rows=len(world.table.rows))
    return delivered(world, file, ("hold", "heal"), said="no header")
