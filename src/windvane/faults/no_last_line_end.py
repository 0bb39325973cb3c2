"""Control B13: no end of line after the last row."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, Sent, World
from windvane.domain.injecting import delivered
from windvane.domain.table import written


def fault() -> Fault:
    """The control."""
    return Fault(id="B13", kind="control", inject=inject, about="no end of line after the last row")


def inject(world: World, rng: Random) -> Injection | None:  # noqa: ARG001 - nothing is drawn
    """The last line ends with the file."""
    content = written(world.table, world.shape.dialect).rstrip(b"\n")
    file = Sent(source=world.target, name=world.table.file, content=content, rows=len(world.table.rows))
    return delivered(world, file, ("nothing",), said="no end of line after the last row", broken=world.table)
