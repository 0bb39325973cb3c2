"""S14: what was one row comes as several, told apart by a column more."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, unseen
from windvane.domain.record import replace


def fault() -> Fault:
    """The fault."""
    return Fault(id="S14", kind="schema", inject=inject, about="each row comes in several lines with a line number")


def inject(world: World, rng: Random) -> Injection | None:
    """The key names no single row any more: it must wait."""
    table, numbers = world.table, world.numbers()
    if not world.shape.key or not numbers:
        return None
    at = table.at(rng.choice(numbers))
    rows = []
    for row in table.rows:
        parts = rng.choice((2, 2, 3))
        share = f"{float(row[at] or 0) / parts:.2f}"
        rows += [(*row[:at], share, *row[at + 1 :], str(part + 1)) for part in range(parts)]
    broken = replace(table, columns=(*table.columns, "part_number"), rows=tuple(rows))
    return unseen(injected(world, broken, ("hold",), said="each row comes in parts"), world.target)
