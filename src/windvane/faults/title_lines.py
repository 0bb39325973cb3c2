"""F8: lines above the header, or below the rows, that are none of the table."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, Sent, World
from windvane.domain.injecting import delivered
from windvane.domain.table import written


def fault() -> Fault:
    """The fault."""
    return Fault(id="F8", kind="file", inject=inject, about="lines above the header or below the rows")


def inject(world: World, rng: Random) -> Injection | None:
    """The known header tells where the table begins."""
    lines = written(world.table, world.shape.dialect)
    above = rng.choice((b"Export of the warehouse\n\n", b"# made by export 2.1\n", b"Report\nAll rows\n\n"))
    below = rng.choice((b"\nEnd of report\n", b"Source: own figures\n"))
    where = rng.choice(("above", "below", "both"))
    content = (above if where != "below" else b"") + lines + (below if where != "above" else b"")
    file = Sent(source=world.target, name=world.table.file, content=content)
    return delivered(world, file, ("heal",), said=f"lines {where} the table")
