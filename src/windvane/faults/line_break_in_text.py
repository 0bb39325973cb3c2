"""Control B14: a line break inside a quoted text."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, instead, some


def fault() -> Fault:
    """The control."""
    return Fault(id="B14", kind="control", inject=inject, about="a line break inside a quoted text")


def inject(world: World, rng: Random) -> Injection | None:
    """A text of two lines is a text."""
    columns = world.names()
    if not columns:
        return None
    column = rng.choice(columns)
    lines = world.table.changed(column, some(rng, world.table, 0.02), lambda v: f"{v}\nsecond line" if v else v)
    return instead(injected(world, lines, ("nothing",), said=f"texts of two lines in `{column}`"), lines)
