"""T2: some rows are of days that were delivered already."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, instead, some
from windvane.domain.laws import torn


def fault() -> Fault:
    """The fault."""
    return Fault(id="T2", kind="time", inject=inject, about="a few rows of earlier days come late")


def inject(world: World, rng: Random) -> Injection | None:
    """They belong to their day, and are shown."""
    columns = world.days()
    if not columns:
        return None
    column = rng.choice(columns)
    days = sorted(v for v in world.before()[-1].values(column) if v)
    where = some(rng, world.table, rng.choice((0.05, 0.1)))
    broken = world.table.changed(column, where, lambda _: rng.choice(days[len(days) // 2 :]))
    if torn(world, broken, column):
        return None  # rows of one thing come late together, or their days would contradict each other
    made = injected(world, broken, ("nothing",), place=column, said=f"{len(where)} rows of earlier days")
    return instead(made, broken)
