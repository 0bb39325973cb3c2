"""T5: closed periods come again with other values."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import delivered, sent, unseen


def fault() -> Fault:
    """The fault."""
    return Fault(id="T5", kind="time", inject=inject, about="old files come again with other values")


def inject(world: World, rng: Random) -> Injection | None:
    """Readers saw those numbers: it must wait."""
    numbers, past = world.filled("number"), world.before()
    if not numbers or not world.shape.key or len(past) < 4:
        return None
    column, old = rng.choice(numbers), past[len(past) // 2]
    factor = rng.choice((0.9, 1.1, 2))
    other = old.mapped(column, lambda v: f"{float(v) * factor + 0.5:.{len(v.partition('.')[2])}f}")
    if other.rows == old.rows:
        return None
    made = delivered(
        world, sent(other, world.shape.dialect), ("hold",), place=column, said=f"`{old.file}` again, others"
    )
    return unseen(made, world.target)
