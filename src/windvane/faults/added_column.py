"""S1: a column more than was agreed."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected


def fault() -> Fault:
    """The fault."""
    return Fault(id="S1", kind="schema", inject=inject, about="a column is added")


def inject(world: World, rng: Random) -> Injection | None:
    """A new column of numbers, words or flags, somewhere among the others; what was known is as always."""
    table = world.table
    name = rng.choice(("channel", "loyalty_points", "is_gift", "batch_note", "region_code"))
    if name in table.columns:
        return None
    values = {
        "channel": ("web", "shop", ""), "loyalty_points": tuple(str(n) for n in range(0, 90, 7)),
        "is_gift": ("true", "false"), "batch_note": ("", "checked", "late"), "region_code": ("R1", "R2", "R3"),
    }[name]  # fmt: skip
    wide = table.put(name, [rng.choice(values) for _ in table.rows])
    order = list(table.columns)
    order.insert(rng.randrange(len(order) + 1), name)
    return injected(world, wide.only(order), ("nothing",), said=f"`{name}` is new")
