"""Control B12: every cell between quotes."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, Sent, World
from windvane.domain.injecting import delivered


def fault() -> Fault:
    """The control."""
    return Fault(id="B12", kind="control", inject=inject, about="every cell between quotes")


def inject(world: World, rng: Random) -> Injection | None:
    """A file as another program writes it."""
    lines = [
        ",".join('"' + cell.replace('"', '""') + '"' for cell in row)
        for row in (world.table.columns, *world.table.rows)
    ]
    end = rng.choice(("\n", "\r\n"))
    file = Sent(
        source=world.target, name=world.table.file, content=(end.join(lines) + end).encode(), rows=len(world.table.rows)
    )
    return delivered(world, file, ("nothing",), said=f"all quoted, lines end in {end!r}", broken=world.table)
