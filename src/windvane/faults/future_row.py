"""T3: a row says that it is of a day that is far away."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import set_aside, some
from windvane.domain.record import replace


def fault() -> Fault:
    """The fault."""
    return Fault(id="T3", kind="time", inject=inject, about="a row from a far day")


def inject(world: World, rng: Random) -> Injection | None:
    """It is put aside; waiting with all is safe."""
    columns = [c for c in world.days() if c in world.filled("date", "timestamp")]
    if not columns:
        return None
    column = rng.choice(columns)
    year = rng.choice(("2099", "2262", "9999", "2202"))
    where = some(rng, world.table, 0.005)
    broken = world.table.changed(column, where, lambda v: f"{year}-06-15{v[10:]}")
    made = set_aside(world, broken, where, place=column, said=f"{len(where)} rows of {year} in `{column}`")
    return replace(made, truth=replace(made.truth, rights=("quarantine", "hold")))
