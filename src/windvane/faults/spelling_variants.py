"""V6: a category is written in other case or with blanks about it."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, some


def fault() -> Fault:
    """The fault."""
    return Fault(id="V6", kind="value", inject=inject, about="one category in several spellings")


def inject(world: World, rng: Random) -> Injection | None:
    """Each spelling is one known value in other letters: it is meant."""
    columns = [c for c in world.categories() if any(v.upper() != v.lower() for v in world.table.values(c))]
    if not columns:
        return None
    column = rng.choice(columns)
    change = rng.choice((str.upper, str.lower, " {}".format, "{} ".format, str.swapcase))
    where = some(rng, world.table, rng.choice((0.05, 0.3, 1.0)), least=2)
    broken = world.table.changed(column, where, change)
    if broken.rows == world.table.rows:
        return None
    said = f"{len(where)} values of `{column}` in other letters"
    return injected(world, broken, ("heal", "hold"), place=column, said=said)
