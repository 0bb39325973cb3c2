"""V26: a cell or two say that they are no number, or without end."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import instead, set_aside, some
from windvane.domain.record import replace


def fault() -> Fault:
    """The fault."""
    return Fault(id="V26", kind="value", inject=inject, about="a few numbers are NaN or infinite")


def inject(world: World, rng: Random) -> Injection | None:
    """No value, or the rows are put aside."""
    columns = world.of("number")
    if not columns:
        return None
    column, word = rng.choice(columns), rng.choice(("NaN", "nan", "inf", "-Infinity", "Inf"))
    where = some(rng, world.table, 0.008)
    broken = world.table.changed(column, where, lambda _: word)
    made = set_aside(world, broken, where, place=column, said=f"{len(where)} cells of `{column}` are {word}")
    truth = replace(made.truth, rights=(*made.truth.rights, "heal"), aside=tuple(i + 1 for i in where))
    return instead(replace(made, truth=truth), world.table.changed(column, where, lambda _: ""))
