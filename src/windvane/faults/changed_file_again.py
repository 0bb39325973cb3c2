"""F13: a file comes again under its name, and many of its rows say something else."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import delivered, sent, some, unseen


def fault() -> Fault:
    """The fault."""
    return Fault(id="F13", kind="file", inject=inject, about="a file comes again under its name with other values")


def inject(world: World, rng: Random) -> Injection | None:
    """More of the past changes than may go unasked: it waits."""
    numbers, last = world.numbers(), world.before()[-1]
    if not numbers or not world.shape.key:
        return None
    column = rng.choice(numbers)
    where = some(rng, last, rng.choice((0.1, 0.5, 1.0)), least=3)
    file = sent(last.changed(column, where, _other), world.shape.dialect)
    made = delivered(world, file, ("hold",), place=column, said=f"`{last.file}` again, {len(where)} rows changed")
    return unseen(made, world.target)


def _other(value: str) -> str:
    """Another number with as many decimals."""
    return f"{float(value or 1) * 1.07 + 1:.{len(value.partition('.')[2])}f}"
