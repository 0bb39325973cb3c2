"""F9: the file is cut first, and comes again whole."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, Sent, World
from windvane.domain.injecting import delivered, sent
from windvane.domain.record import replace
from windvane.domain.table import written


def fault() -> Fault:
    """The fault."""
    return Fault(id="F9", kind="file", inject=inject, about="the file is cut first, and whole an hour later")


def inject(world: World, rng: Random) -> Injection | None:
    """In the end the whole delivery is there, once."""
    content = written(world.table, world.shape.dialect)
    end = round(len(content) * rng.uniform(0.3, 0.85))
    cut = Sent(source=world.target, name=world.table.file, content=content[:end])
    made = delivered(world, cut, ("retry",), said=f"cut after {end} of {len(content)} bytes, then whole")
    return replace(made, waves=(*made.waves, (sent(world.table, world.shape.dialect),)))
