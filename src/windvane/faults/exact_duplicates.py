"""K1: some rows come twice, equal in every cell."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, Right, World
from windvane.domain.injecting import injected, some


def fault() -> Fault:
    """The fault."""
    return Fault(id="K1", kind="key", inject=inject, about="rows come twice")


def inject(world: World, rng: Random) -> Injection | None:
    """In a table with a key one of each is kept; without a key they may be real, and to wait is right."""
    table = world.table
    twice = some(rng, table, rng.choice((0.02, 0.1, 0.5)), least=2)
    rows = [*table.rows, *(table.rows[i] for i in twice)]
    if rng.random() < 0.5:
        rng.shuffle(rows)
    rights: tuple[Right, ...] = ("heal",) if world.shape.key else ("hold", "heal")
    broken = table.kept([]).more(rows)
    return injected(world, broken, rights, said=f"{len(twice)} rows come twice")
