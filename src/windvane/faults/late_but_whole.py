"""Control B9: a complete delivery one run later."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected
from windvane.domain.record import replace


def fault() -> Fault:
    """The control."""
    return Fault(id="B9", kind="control", inject=inject, about="a complete delivery one run later")


def inject(world: World, rng: Random) -> Injection | None:  # noqa: ARG001 - nothing is drawn
    """A run without the file, and then the file."""
    made = injected(world, world.table, ("nothing",), said="one run later")
    return replace(made, waves=((), *made.waves))
