"""F9: the file ends early, in the middle of a row."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, Sent, World
from windvane.domain.injecting import delivered
from windvane.domain.table import written


def fault() -> Fault:
    """The fault."""
    return Fault(id="F9", kind="file", inject=inject, about="the file ends early, within a row")


def inject(world: World, rng: Random) -> Injection | None:
    """A part of a delivery is never shown: it waits."""
    content = written(world.table, world.shape.dialect)
    end = round(len(content) * rng.uniform(0.3, 0.85))
    while b"\n" in content[end - 1 : end + 1]:
        end -= 1
    file = Sent(source=world.target, name=world.table.file, content=content[:end])
    return delivered(world, file, ("hold",), said=f"cut after {end} of {len(content)} bytes")
