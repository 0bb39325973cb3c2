"""S5: two columns change places, their names stay."""

from __future__ import annotations

from itertools import combinations
from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected


def fault() -> Fault:
    """The fault."""
    return Fault(id="S5", kind="schema", inject=inject, about="two columns change places under their names")


def inject(world: World, rng: Random) -> Injection | None:
    """Two columns of one kind, unlike enough to be told apart: to swap them back is right, and so is waiting."""
    table = world.table
    kinds = (world.numbers(), world.categories(), world.of("date", "timestamp"))
    pairs = [p for kind in kinds for p in combinations(kind, 2) if table.values(p[0]) != table.values(p[1])]
    if not pairs:
        return None
    a, b = rng.choice(pairs)
    broken = table.put(a, table.values(b)).put(b, table.values(a))
    return injected(world, broken, ("heal", "hold"), said=f"`{a}` holds `{b}`, and `{b}` holds `{a}`")
