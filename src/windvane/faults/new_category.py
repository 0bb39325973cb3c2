"""V4: a category has a new value in many rows."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, some, unseen


def fault() -> Fault:
    """The fault."""
    return Fault(id="V4", kind="value", inject=inject, about="many rows have a category never seen")


def inject(world: World, rng: Random) -> Injection | None:
    """As delivered is right if it is real, and only a person knows: it must wait."""
    columns = world.categories()
    if not columns:
        return None
    column = rng.choice(columns)
    where = some(rng, world.table, rng.choice((0.2, 0.4, 0.7)), least=3)
    new = rng.choice(("ZZ-OTHER", "Misc/Unsorted", "NEW GROUP 7"))
    broken = world.table.changed(column, where, lambda _: new)
    return unseen(
        injected(world, broken, ("hold",), place=column, said=f"{len(where)} rows are {new!r} in `{column}`"),
        world.target,
    )
