"""Control B10: a holiday without a file."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected
from windvane.domain.record import replace


def fault() -> Fault:
    """The control."""
    return Fault(id="B10", kind="control", inject=inject, about="a holiday without a file")


def inject(world: World, rng: Random) -> Injection | None:  # noqa: ARG001 - nothing is drawn
    """No file comes from anybody; nothing is wrong."""
    made = injected(world, world.table, ("skip",), said="no file at all")
    nothing = replace(made.truth, tables=())
    return replace(made, waves=((),), truth=nothing)
