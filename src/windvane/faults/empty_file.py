"""F10: the file is empty, or has a header and no row."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, Sent, World
from windvane.domain.injecting import delivered, unseen
from windvane.domain.table import written


def fault() -> Fault:
    """The fault."""
    return Fault(id="F10", kind="file", inject=inject, about="the file is empty, or has a header only")


def inject(world: World, rng: Random) -> Injection | None:
    """No delivery of the past was empty: readers keep what they have, and it is said."""
    head = written(world.table, world.shape.dialect).partition(b"\n")[0] + b"\n"
    content = rng.choice((b"", head, b"\n\n"))
    file = Sent(source=world.target, name=world.table.file, content=content, rows=0)
    return unseen(delivered(world, file, ("hold",), said=f"{len(content)} bytes and no row"), world.target)
