"""K3: the same file is delivered twice, and a run starts for each."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, sent
from windvane.domain.record import replace


def fault() -> Fault:
    """The fault."""
    return Fault(id="K3", kind="key", inject=inject, about="the same batch is delivered and run twice")


def inject(world: World, rng: Random) -> Injection | None:
    """The rows are there once."""
    again = rng.choice((world.table.file, f"again_{world.table.file}"))
    made = injected(world, world.table, ("nothing",), said=f"delivered twice, the second time as `{again}`")
    return replace(made, waves=(*made.waves, (sent(world.table, world.shape.dialect, name=again),)))
