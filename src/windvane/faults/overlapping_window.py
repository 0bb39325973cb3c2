"""T8: the delivery has the rows of the last one in it too."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, Right, World
from windvane.domain.injecting import injected, some
from windvane.domain.record import replace


def fault() -> Fault:
    """The fault."""
    return Fault(id="T8", kind="time", inject=inject, about="the delivery has the last one in it")


def inject(world: World, rng: Random) -> Injection | None:
    """With a key they are known; without one it must wait."""
    last = world.before()[-1].only(world.table.columns)
    where = sorted(some(rng, last, rng.choice((0.3, 1.0))))
    broken = replace(world.table, rows=(*last.kept(where).rows, *world.table.rows))
    rights: tuple[Right, ...] = ("heal",) if world.shape.key else ("hold", "heal")
    return injected(world, broken, rights, said=f"{len(where)} rows of the last delivery are in it")
