"""V21: a number that always was the product of two others is not any more."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations
from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, some, unseen
from windvane.domain.table import Table


def fault() -> Fault:
    """The fault."""
    return Fault(id="V21", kind="value", inject=inject, about="a total that is not what it is made of")


def inject(world: World, rng: Random) -> Injection | None:
    """Which of the three is wrong is not known: it waits, or the rows are put aside."""
    found = [
        t for t in permutations(world.filled("number", "integer"), 3) if t[0] < t[1] and _product(world.past(), *t)
    ]
    if not found:
        return None
    triple = rng.choice(found)
    where = some(rng, world.table, rng.choice((0.2, 0.6)), least=3)
    broken = world.table.changed(triple[2], where, lambda v: f"{Decimal(v) * Decimal('1.13') + 1:.2f}")
    said = f"{len(where)} of `{triple[2]}` are not `{triple[0]}` x `{triple[1]}`"
    return unseen(injected(world, broken, ("hold",), place=triple[2], said=said), world.target)


def _product(table: Table, a: str, b: str, total: str) -> bool:
    """Whether `total` is `a` times `b` in every row, and neither is always 1."""
    rows = zip(*(map(float, table.values(c)) for c in (a, b, total)), strict=True)
    right = all(abs(x * y - z) < 0.011 for x, y, z in rows)
    return right and all(len(set(table.values(c))) > 1 for c in (a, b))
