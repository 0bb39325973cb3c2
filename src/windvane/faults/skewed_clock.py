"""T9: the clock upstream is wrong: all days are shifted."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected


def fault() -> Fault:
    """The fault."""
    return Fault(id="T9", kind="time", inject=inject, about="all days far ahead or behind")


def inject(world: World, rng: Random) -> Injection | None:
    """It must wait, or come shifted back."""
    columns = [c for c in world.days() if c in world.filled("date", "timestamp")]
    if not columns:
        return None
    column, by = rng.choice(columns), rng.choice((-3650, 3650, 1461, -1461))
    broken = world.table.mapped(column, lambda v: _shifted(v, by))
    return injected(world, broken, ("hold", "heal"), place=column, said=f"`{column}` {by:+d} days")


def _shifted(text: str, days: int) -> str:
    moved = (datetime.fromisoformat(text) + timedelta(days=days)).isoformat(sep=" ")
    return moved[: len(text)]
