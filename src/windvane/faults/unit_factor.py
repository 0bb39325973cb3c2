"""V9: all numbers of a column come in another unit, and nothing else tells so."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected

_FACTORS = ("100", "0.01", "1000", "0.001", "2.2046226", "0.45359237", "12", "60", "3.6", "1.609344", "25.4", "0.3048")


def fault() -> Fault:
    """The fault."""
    return Fault(id="V9", kind="value", inject=inject, about="a column comes in another unit")


def inject(world: World, rng: Random) -> Injection | None:
    """Every number times one factor. The same batch could be real, so to wait is right; the true values are as well."""
    columns = [c for c in world.numbers() if c in world.filled("number")]
    if not columns:
        return None
    column, factor = rng.choice(columns), rng.choice(_FACTORS)
    broken = world.table.mapped(column, lambda v: scaled(v, factor))
    return injected(world, broken, ("hold", "heal"), place=column, said=f"`{column}` times {factor}")


def scaled(value: str, factor: str) -> str:
    """A number times a factor, with as many decimals as it had, or two more where it would lose them."""
    number = Decimal(value) * Decimal(factor)
    decimals = len(value.partition(".")[2])
    return f"{number:.{decimals}f}" if number == round(number, decimals) else f"{number:.{decimals + 2}f}"
