"""K7: keys that named one thing name another."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, some, unseen


def fault() -> Fault:
    """The fault."""
    return Fault(id="K7", kind="key", inject=inject, about="old keys name other things")


def inject(world: World, rng: Random) -> Injection | None:
    """The past would say something else: it must wait."""
    key = world.shape.key
    old = {row: None for t in world.before() for row in t.only(key).rows} if key else {}
    if len(old) < len(world.table.rows):
        return None
    where = some(rng, world.table, rng.choice((0.1, 0.5)), least=3)
    taken = rng.sample(sorted(old), len(where))
    broken = world.table
    for place, column in enumerate(key):
        values = list(broken.values(column))
        for row, name in zip(where, taken, strict=True):
            values[row] = name[place]
        broken = broken.put(column, values)
    made = injected(world, broken, ("hold",), said=f"{len(where)} rows under keys of other rows")
    return unseen(made, world.target)
