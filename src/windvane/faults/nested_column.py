"""S10: the values of a column come wrapped in an object."""

from __future__ import annotations

import json
from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected


def fault() -> Fault:
    """The fault."""
    return Fault(id="S10", kind="schema", inject=inject, about="a value comes inside an object")


def inject(world: World, rng: Random) -> Injection | None:
    """Unwrapping it is right, waiting too."""
    columns = world.of("number", "date", "integer")
    if not columns:
        return None
    column, inner = rng.choice(columns), rng.choice(("value", "amount", "v"))
    broken = world.table.mapped(column, lambda v: json.dumps({inner: v}))
    return injected(world, broken, ("heal", "hold"), place=column, said=f"`{column}` comes as an object")
