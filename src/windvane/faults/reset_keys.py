"""K13: the counter that makes the keys begins again."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, unseen


def fault() -> Fault:
    """The fault."""
    return Fault(id="K13", kind="key", inject=inject, about="keys begin again at one")


def inject(world: World, rng: Random) -> Injection | None:  # noqa: ARG001 - nothing is drawn
    """All rows would replace old ones: it must wait."""
    key = world.shape.key
    if len(key) != 1 or world.shape.trait(key[0]).kind != "integer":  # type: ignore[union-attr]
        return None
    first = min(int(v) for v in world.past().values(key[0]))
    broken = world.table.put(key[0], [str(first + i) for i in range(len(world.table.rows))])
    return unseen(injected(world, broken, ("hold",), place=key[0], said=f"`{key[0]}` begins again"), world.target)
