"""Control B3: prices a little higher than last week."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, instead, lawful
from windvane.domain.laws import carried


def fault() -> Fault:
    """The control."""
    return Fault(id="B3", kind="control", inject=inject, about="prices a little higher than last week")


def inject(world: World, rng: Random) -> Injection | None:
    """One number grows by one percent."""
    columns = [c for c in world.numbers() if c in world.filled("number")]
    if not columns:
        return None
    column = rng.choice(columns)
    grown = world.table.mapped(column, lambda v: f"{Decimal(v) * Decimal('1.01'):.{len(v.partition('.')[2])}f}")
    if not lawful(world, grown) or _rounded(world.table.values(column), grown.values(column)):
        return None
    made = instead(injected(world, grown, ("nothing",), said=f"`{column}` is 1 % higher"), grown)
    return carried(world, made, grown)


def _rounded(was: Sequence[str], now: Sequence[str]) -> bool:
    """Whether half of the values are also what rounding would have made of them: then nobody can tell it from that."""
    digits = max(len(v.partition(".")[2]) for v in was)
    same = (Decimal(b) == round(Decimal(a), max(0, digits - 1)) for a, b in zip(was, now, strict=True))
    return digits > 0 and 2 * sum(same) >= len(was)
