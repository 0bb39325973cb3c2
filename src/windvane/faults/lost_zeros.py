"""F15: a spreadsheet took the leading noughts of a code away."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected


def fault() -> Fault:
    """The fault."""
    return Fault(id="F15", kind="file", inject=inject, about="leading noughts are gone")


def inject(world: World, rng: Random) -> Injection | None:
    """Where codes always had one width they are filled up again; else it must wait."""
    columns = [c for c in world.of("text") if any(v.startswith("0") for v in world.table.values(c))]
    if not columns:
        return None
    column = rng.choice(columns)
    broken = world.table.mapped(column, lambda v: v.lstrip("0") or "0")
    return injected(world, broken, ("hold", "heal"), place=column, said=f"`{column}` without leading noughts")
