"""F14: the file comes compressed."""

from __future__ import annotations

import gzip
from random import Random

from windvane.domain.fault import Fault, Injection, Sent, World
from windvane.domain.injecting import delivered
from windvane.domain.table import written


def fault() -> Fault:
    """The fault."""
    return Fault(id="F14", kind="file", inject=inject, about="the file comes compressed")


def inject(world: World, rng: Random) -> Injection | None:
    """Known by its first bytes, it is unpacked."""
    plain = written(world.table, world.shape.dialect)
    name = rng.choice((world.table.file, f"{world.table.file}.gz"))
    file = Sent(source=world.target, name=name, content=gzip.compress(plain, mtime=0), rows=len(world.table.rows))
    return delivered(world, file, ("heal",), said=f"packed as `{name}`")
