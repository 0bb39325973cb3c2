"""K10: a file comes again under its name, many of its rows are gone."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import delivered, sent, some, unseen


def fault() -> Fault:
    """The fault."""
    return Fault(id="K10", kind="key", inject=inject, about="a file comes again without many of its rows")


def inject(world: World, rng: Random) -> Injection | None:
    """Deleted or cut off, only a person knows: it must wait."""
    whole = [t for t in world.before() if len(t.rows) > 10]
    if not whole:
        return None
    last = whole[-1]
    gone = some(rng, last, rng.choice((0.2, 0.5)), least=3)
    file = sent(last.dropped(gone), world.shape.dialect)
    made = delivered(world, file, ("hold",), said=f"`{last.file}` again without {len(gone)} rows")
    return unseen(made, world.target)
