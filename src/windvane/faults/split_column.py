"""S8: a text comes in two columns, cut at its first blank."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected


def fault() -> Fault:
    """The fault."""
    return Fault(id="S8", kind="schema", inject=inject, about="a text is cut into two columns")


def inject(world: World, rng: Random) -> Injection | None:
    """Without rows known under both forms nothing proves it: waiting is right, joining them again too."""
    columns = [c for c in world.of("text") if sum(" " in v for v in world.table.values(c)) > len(world.table.rows) / 3]
    if not columns:
        return None
    column, table = rng.choice(columns), world.table
    first = [v.partition(" ")[0] for v in table.values(column)]
    rest = [v.partition(" ")[2] for v in table.values(column)]
    broken = table.put(f"{column}_1", first).put(f"{column}_2", rest).without(column)
    return injected(world, broken, ("hold", "heal"), place=column, said=f"`{column}` comes in two parts")
