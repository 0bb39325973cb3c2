"""V16: numbers come rounded."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, unseen


def fault() -> Fault:
    """The fault."""
    return Fault(id="V16", kind="value", inject=inject, about="numbers lose their decimals")


def inject(world: World, rng: Random) -> Injection | None:
    """What is lost cannot be told: it must wait."""
    columns = [c for c in world.filled("number") if _fine(world.past().values(c)) and _fine(world.table.values(c))]
    if not columns:
        return None
    column = rng.choice(columns)
    broken = world.table.mapped(column, lambda v: f"{round(float(v)):.{len(v.partition('.')[2])}f}")
    return unseen(injected(world, broken, ("hold",), place=column, said=f"`{column}` is rounded"), world.target)


def _fine(values: Sequence[str]) -> bool:
    """Whether most numbers have something behind the point."""
    return sum(float(v) % 1 != 0 for v in values) > 0.8 * len(values)
