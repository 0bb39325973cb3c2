"""F1: the file is cut by another character."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import delivered, sent
from windvane.domain.record import replace


def fault() -> Fault:
    """The fault."""
    return Fault(id="F1", kind="file", inject=inject, about="another delimiter")


def inject(world: World, rng: Random) -> Injection | None:
    """The same rows between semicolons, tabs or bars."""
    known = world.shape.dialect.delimiter
    mark = rng.choice([d for d in (";", "\t", "|", ",") if d != known])
    file = sent(world.table, replace(world.shape.dialect, delimiter=mark))
    return delivered(world, file, ("heal",), said=f"delimiter {mark!r}", broken=world.table)
