"""F12: a file that came before comes again, byte for byte."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import delivered, sent, unseen


def fault() -> Fault:
    """The fault."""
    return Fault(id="F12", kind="file", inject=inject, about="a file comes again, byte for byte")


def inject(world: World, rng: Random) -> Injection | None:
    """It is known: nothing is done."""
    last = world.before()[-1]
    name = rng.choice((last.file, world.table.file))
    made = delivered(
        world, sent(last, world.shape.dialect, name=name), ("skip",), said=f"`{last.file}` again as `{name}`"
    )
    return unseen(made, world.target)
