"""F7: days are spelled in another way."""

from __future__ import annotations

from datetime import date
from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected


def fault() -> Fault:
    """The fault."""
    return Fault(id="F7", kind="file", inject=inject, about="days are spelled in another order")


def inject(world: World, rng: Random) -> Injection | None:
    """Where a day beyond the twelfth or the spelling itself decides, it is read; else it must wait."""
    columns = world.filled("date")
    if not columns:
        return None
    column = rng.choice(columns)
    style = rng.choice(("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y%m%d", "%d-%b-%Y", "%Y/%m/%d"))
    days = [date.fromisoformat(v[:10]) for v in world.table.values(column)]
    sure = "/%Y" not in style or any(d.day > 12 for d in days)
    broken = world.table.put(column, [d.strftime(style) for d in days])
    return injected(world, broken, ("heal",) if sure else ("hold",), place=column, said=f"`{column}` as {style}")
