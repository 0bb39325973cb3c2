"""S9: two columns come as one, with a mark between."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected


def fault() -> Fault:
    """The fault."""
    return Fault(id="S9", kind="schema", inject=inject, about="two columns come as one")


def inject(world: World, rng: Random) -> Injection | None:
    """Cutting it again is right where every value has the mark once; waiting is right too."""
    columns = world.of("text", "number", "date", "integer")
    if len(columns) < 2:
        return None
    a, b = rng.sample(columns, 2)
    mark, table = rng.choice(("|", " / ", ";", "#")), world.table
    both = [f"{x}{mark}{y}" for x, y in zip(table.values(a), table.values(b), strict=True)]
    broken = table.put(f"{a}_{b}", both).without(a, b)
    return injected(world, broken, ("hold", "heal"), said=f"`{a}` and `{b}` come as `{a}_{b}`")
