"""K9: each thing that others refer to has two rows, which differ."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, unseen
from windvane.domain.record import replace


def fault() -> Fault:
    """The fault."""
    return Fault(id="K9", kind="key", inject=inject, about="what had one row has several")


def inject(world: World, rng: Random) -> Injection | None:
    """Every join with it would double: it must wait."""
    referred = {t.refers.partition(".")[2] for s in world.shapes for t in s.traits if _to(t.refers, world.target)}
    columns = world.numbers() or world.names()
    if not columns or not (referred or world.shape.key):
        return None
    column, table = rng.choice(columns), world.table
    number = column in world.numbers()
    other = table.mapped(column, lambda v: f"{float(v) * 3 + 2:.{len(v.partition('.')[2])}f}" if number else f"{v} II")
    rows = [row for pair in zip(table.rows, other.rows, strict=True) for row in pair]
    made = injected(world, replace(table, rows=tuple(rows)), ("hold",), place=column, said="every row has a second one")
    return unseen(made, world.target)


def _to(refers: str, source: str) -> bool:
    return refers.partition(".")[0] == source
