"""V10: a part of the rows comes in another unit, without a column that says which."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, instead, lawful, some, telling, unseeable, unseen
from windvane.domain.laws import reconciled


def fault() -> Fault:
    """The fault."""
    return Fault(id="V10", kind="value", inject=inject, about="a part of the rows in another unit")


def inject(world: World, rng: Random) -> Injection | None:
    """Two kinds of rows in one: it must wait."""
    columns = [c for c in world.numbers() if c in world.filled("number")]
    if not columns:
        return None
    column, factor = rng.choice(columns), rng.choice(("100", "1000", "0.001", "2.2046226", "12", "0.01"))
    where = some(rng, world.table, rng.choice((0.3, 0.5, 0.7)), least=3)
    broken = world.table.changed(column, where, lambda v: scaled(v, factor))
    made = injected(world, broken, ("hold",), place=column, said=f"{len(where)} of `{column}` times {factor}")
    made = unseen(made, world.target)
    seen = shows(world, column, broken.values(column)) or not lawful(world, broken) or not reconciled(world, broken)
    return made if seen else unseeable(instead(made, broken))


def scaled(value: str, factor: str) -> str:
    """A number times a factor, with two decimals more where it would lose them."""
    number = Decimal(value) * Decimal(factor)
    decimals = len(value.partition(".")[2])
    return f"{number:.{decimals}f}" if number == round(number, decimals) else f"{number:.{decimals + 2}f}"


def shows(world: World, column: str, values: Sequence[str]) -> bool:
    """Whether the middle or an end of the numbers lies outside all that earlier deliveries had."""
    past = [float(v) for v in world.past().values(column) if v]
    now = [float(v) for v in values]
    beyond = max(now) > 2 * max(past) or min(now) < min(past) / 2
    return beyond or telling(world, column, values)
