"""K11: things were merged upstream: a file comes again where many keys are gone, and others took over."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import delivered, sent, some, unseen


def fault() -> Fault:
    """The fault."""
    return Fault(id="K11", kind="key", inject=inject, about="two things became one")


def inject(world: World, rng: Random) -> Injection | None:
    """Who became whom only a person knows: it must wait."""
    numbers, whole = world.numbers(), [t for t in world.before() if len(t.rows) > 12]
    if not numbers or not whole:
        return None
    column, last = rng.choice(numbers), whole[-1]
    gone = some(rng, last, 0.3, least=4)
    kept = [i for i in range(len(last.rows)) if i not in gone][: len(gone)]
    merged = last.changed(column, kept, lambda v: f"{float(v or 0) * 2:.{len(v.partition('.')[2])}f}").dropped(gone)
    made = delivered(world, sent(merged, world.shape.dialect), ("hold",), said=f"{len(gone)} things became others")
    return unseen(made, world.target)
