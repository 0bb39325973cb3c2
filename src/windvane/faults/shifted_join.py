"""V23: a column was joined in the wrong order: its values stand in other rows."""

from __future__ import annotations

from itertools import permutations
from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, unseen
from windvane.domain.table import Table


def fault() -> Fault:
    """The fault."""
    return Fault(id="V23", kind="value", inject=inject, about="values of one row stand in another")


def inject(world: World, rng: Random) -> Injection | None:
    """What always went together does not any more: it must wait."""
    pairs = [p for p in permutations(world.filled("text"), 2) if _decides(world.past(), *p)]
    pairs = [p for p in pairs if len(set(world.table.values(p[1]))) > 2]
    if not pairs:
        return None
    decider, column = rng.choice(pairs)
    values = list(world.table.values(column))
    shift = rng.randrange(1, len(values))
    broken = world.table.put(column, values[shift:] + values[:shift])
    said = f"`{column}` moved by {shift} rows, though `{decider}` decides it"
    return unseen(injected(world, broken, ("hold",), place=column, said=said), world.target)


def _decides(table: Table, a: str, b: str) -> bool:
    """Whether each value of `a` always stood with the same value of `b`, and often enough to know."""
    pairs = set(zip(table.values(a), table.values(b), strict=True))
    values = set(table.values(a))
    return len(pairs) == len(values) and 3 * len(values) < len(table.rows) and len(set(table.values(b))) > 2
