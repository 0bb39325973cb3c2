"""Control: a day like any other."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected


def fault() -> Fault:
    """The control."""
    return Fault(id="B0", kind="control", inject=inject, about="a day like any other")


def inject(world: World, rng: Random) -> Injection | None:  # noqa: ARG001 - nothing is drawn
    """The clean delivery."""
    return injected(world, world.table, ("nothing",), said="as always")
