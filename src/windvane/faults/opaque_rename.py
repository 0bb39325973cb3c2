"""S3: a column comes under a name that says nothing; only its values could tell that it is the old one."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected


def fault() -> Fault:
    """The fault."""
    return Fault(id="S3", kind="schema", inject=inject, about="a column is renamed beyond recognition")


def inject(world: World, rng: Random) -> Injection | None:
    """A column becomes `col_7`: to wait is right, and to read it as the old one is too if the values prove it."""
    columns = world.of("number", "integer", "text", "date")
    if not columns:
        return None
    column = rng.choice(columns)
    new = rng.choice((f"col_{rng.randrange(3, 40)}", f"f{rng.randrange(100, 999)}", f"attr{rng.randrange(10)}x"))
    broken = world.table.renamed({column: new})
    return injected(world, broken, ("hold", "heal"), place=column, said=f"`{column}` comes as `{new}`")
