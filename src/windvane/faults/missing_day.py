"""T4: of the days of a delivery one is missing."""

from __future__ import annotations

from datetime import date
from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, unseen


def fault() -> Fault:
    """The fault."""
    return Fault(id="T4", kind="time", inject=inject, about="one day in the middle is missing")


def inject(world: World, rng: Random) -> Injection | None:
    """No day ever was: it must wait."""
    columns = [c for c in world.filled("date", "timestamp") if _unbroken(world, c)]
    if not columns:
        return None
    column = rng.choice(columns)
    days = sorted({v[:10] for v in world.table.values(column)})
    day = rng.choice(days[:-1])
    gone = [i for i, v in enumerate(world.table.values(column)) if v[:10] == day]
    made = injected(world, world.table.dropped(gone), ("hold",), place=column, said=f"no row of {day}")
    return unseen(made, world.target)


def _unbroken(world: World, column: str) -> bool:
    """Whether no day between the first and the last was without a row, and the delivery has several."""
    days = {v[:10] for v in (*world.past().values(column), *world.table.values(column))}
    first, last = date.fromisoformat(min(days)), date.fromisoformat(max(days))
    return (last - first).days + 1 == len(days) and len({v[:10] for v in world.table.values(column)}) > 2
