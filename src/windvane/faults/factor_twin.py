"""V9, the twin: the world really moved by the factor of a unit; as delivered is right, and only a person knows."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, instead


def fault() -> Fault:
    """The fault."""
    return Fault(id="V9", kind="value", inject=inject, about="a real move by what could be a factor of units")


def inject(world: World, rng: Random) -> Injection | None:
    """The numbers as a change of unit gives, in digits as always: it must wait, and nothing may divide it."""
    columns = [c for c in world.numbers() if c in world.filled("number")]
    if not columns:
        return None
    column, factor = rng.choice(columns), rng.choice((10, 12, 60, 100, 1000))
    moved = world.table.mapped(column, lambda v: _grown(v, factor, rng))
    return instead(injected(world, moved, ("hold",), place=column, said=f"`{column}` really grew {factor}-fold"), moved)


def _grown(value: str, factor: int, rng: Random) -> str:
    """A number about so many times as large; what is measured then has its own last digits."""
    decimals = len(value.partition(".")[2])
    last = Decimal(1).scaleb(-decimals)
    number = Decimal(value)
    return (
        value
        if not number
        else f"{number * factor + last * rng.randrange(-(factor // 2), factor // 2 + 1):.{decimals}f}"
    )
