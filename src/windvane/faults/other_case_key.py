"""K12: some keys come in other case."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, some
from windvane.domain.record import replace


def fault() -> Fault:
    """The fault."""
    return Fault(id="K12", kind="key", inject=inject, about="keys that differ by case only")


def inject(world: World, rng: Random) -> Injection | None:
    """The same things, or others, only a person knows: it waits, or they are put right."""
    columns = [t.name for t in world.shape.traits if t.key and t.kind == "text"]
    columns = [c for c in columns if any(v.swapcase() != v for v in world.table.values(c))]
    if not columns:
        return None
    column = rng.choice(columns)
    where = some(rng, world.table, rng.choice((0.1, 0.4)), least=2)
    broken = world.table.changed(column, where, str.swapcase)
    made = injected(
        world, broken, ("heal", "hold", "quarantine"), place=column, said=f"{len(where)} keys in other case"
    )
    return replace(made, truth=replace(made.truth, aside=tuple(i + 1 for i in where)))
