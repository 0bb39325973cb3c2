"""K2: a row comes twice under one key, with other values."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import set_aside, some
from windvane.domain.record import replace


def fault() -> Fault:
    """The fault."""
    return Fault(id="K2", kind="key", inject=inject, about="one key, two rows that say different things")


def inject(world: World, rng: Random) -> Injection | None:
    """Neither is sure: both are put aside; with many it must wait."""
    numbers = world.numbers()
    if not world.shape.key or not numbers:
        return None
    table, column = world.table, rng.choice(numbers)
    where = some(rng, table, rng.choice((0.004, 0.2)))
    other = table.changed(column, where, _another).kept(where)
    if any(row in table.rows for row in other.rows):  # it would say nothing else
        return None
    broken = table.more(other.rows)
    twice = [*where, *range(len(table.rows), len(broken.rows))]
    made = set_aside(
        world, broken, twice, place=column, said=f"{len(where)} keys with two rows", kept=table.dropped(where)
    )
    return replace(made, truth=replace(made.truth, rights=tuple(dict.fromkeys((*made.truth.rights, "hold")))))


def _another(value: str) -> str:
    return f"{float(value or 0) * 1.5 + 1:.{len(value.partition('.')[2])}f}"
