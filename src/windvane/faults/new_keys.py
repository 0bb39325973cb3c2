"""K8: the system of keys changed: the last delivery comes again under new keys."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, unseen
from windvane.domain.record import replace


def fault() -> Fault:
    """The fault."""
    return Fault(id="K8", kind="key", inject=inject, about="all keys are new and the past comes again under them")


def inject(world: World, rng: Random) -> Injection | None:
    """The same things under other names: it must wait."""
    key, last = world.shape.key, world.before()[-1]
    if len(key) != 1 or world.shape.trait(key[0]).kind != "integer":  # type: ignore[union-attr]
        return None
    shift = rng.choice((5_000_000, 40_000_000))
    both = replace(world.table, rows=(*last.only(world.table.columns).rows, *world.table.rows))
    broken = both.mapped(key[0], lambda v: str(int(v) + shift))
    said = f"the last delivery again, `{key[0]}` + {shift}"
    return unseen(injected(world, broken, ("hold",), place=key[0], said=said), world.target)
