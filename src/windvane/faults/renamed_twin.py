"""S3, the twin: a column is gone, and an unrelated one of the same kind and size comes on the same day."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, unseen


def fault() -> Fault:
    """The fault."""
    return Fault(id="S3", kind="schema", inject=inject, about="a column is replaced by another that looks alike")


def inject(world: World, rng: Random) -> Injection | None:
    """The values of a number are drawn anew from its own past, under a name that says nothing: it must wait."""
    columns = [c for c in world.numbers() if c in world.filled("number", "integer")]
    if not columns:
        return None
    column = rng.choice(columns)
    past = [v for v in world.past().values(column) if v]
    new = f"{rng.choice(('score', 'level', 'volume', 'index', 'weight'))}_{rng.randrange(2, 9)}"
    table = world.table
    broken = table.put(column, [rng.choice(past) for _ in table.rows]).renamed({column: new})
    made = injected(world, broken, ("hold",), place=column, said=f"`{column}` is gone, an unrelated `{new}` came")
    return unseen(made, world.target)
