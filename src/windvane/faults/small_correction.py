"""Control B15: one old row is corrected."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, instead, sent, some
from windvane.domain.record import replace


def fault() -> Fault:
    """The control."""
    return Fault(id="B15", kind="control", inject=inject, about="one old row is corrected")


def inject(world: World, rng: Random) -> Injection | None:
    """A file comes again under its name with one row of more than a hundred corrected."""
    numbers, old = world.filled("number"), [t for t in world.before() if len(t.rows) * world.restated >= 1]
    if not numbers or not old or not world.shape.key:
        return None
    column, last = rng.choice(numbers), old[-1]
    where = some(rng, last, 0.001)
    fixed = last.changed(column, where, lambda v: f"{Decimal(v) + Decimal('0.10'):.2f}")
    made = injected(world, world.table, ("nothing",), said=f"one row of `{last.file}` is corrected")
    again = sent(fixed, world.shape.dialect)
    return instead(replace(made, waves=(*made.waves, (again,))), world.table, fixed.kept(where))
