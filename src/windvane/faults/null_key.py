"""K4: some rows come without the key that names them."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, instead, some


def fault() -> Fault:
    """The fault."""
    return Fault(id="K4", kind="key", inject=inject, about="rows without a key")


def inject(world: World, rng: Random) -> Injection | None:
    """One row or two lose a part of their key: they are put aside, the rest goes on. Waiting with all is safe too."""
    if not world.shape.key:
        return None
    table, column = world.table, rng.choice(world.shape.key)
    where = some(rng, table, 0.005)
    broken = table.changed(column, where, lambda _: rng.choice(("", "")))
    made = injected(world, broken, ("quarantine",), place=column, said=f"{len(where)} rows without `{column}`")
    return instead(made, table.dropped(where))
