"""V5: one value of a category takes most of the rows, real rows all of them."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import followed, injected


def fault() -> Fault:
    """The fault."""
    return Fault(id="V5", kind="value", inject=inject, about="the shares of a category shift")


def inject(world: World, rng: Random) -> Injection | None:
    """It may be so: as delivered is right, with a notice; waiting is right too."""
    columns = [c for c in world.categories() if len(set(world.table.values(c))) > 1]
    if not columns or not world.shape.key:
        return None
    column = rng.choice(columns)
    value = rng.choice(sorted(set(filter(None, world.table.values(column)))))
    keep = [i for i, v in enumerate(world.table.values(column)) if v == value]
    others = [i for i, v in enumerate(world.table.values(column)) if v != value]
    broken = world.table.kept(sorted([*keep, *some_of(rng, others, len(others) // 3)]))
    made = injected(world, broken, ("notice", "hold"), place=column, said=f"most rows are {value!r} in `{column}`")
    return followed(world, made, broken)


def some_of(rng: Random, where: list[int], many: int) -> list[int]:
    """`many` of the rows, in order."""
    return sorted(rng.sample(where, many))
