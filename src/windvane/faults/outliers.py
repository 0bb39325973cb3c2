"""V7: a row or two have a number far beyond all known."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import set_aside, some
from windvane.domain.record import replace


def fault() -> Fault:
    """The fault."""
    return Fault(id="V7", kind="value", inject=inject, about="a row or two with absurd numbers")


def inject(world: World, rng: Random) -> Injection | None:
    """The rows are put aside; waiting with all is safe."""
    columns = [c for c in world.numbers() if c in world.filled("number", "integer")]
    if not columns:
        return None
    column, power = rng.choice(columns), rng.choice((4, 5, 6))
    where = some(rng, world.table, 0.008)
    highest = max(abs(float(v)) for v in world.past().values(column))
    absurd = str(round((highest + 1) * 10**power))
    broken = world.table.changed(column, where, lambda _: absurd)
    made = set_aside(world, broken, where, place=column, said=f"{len(where)} cells of `{column}` are {absurd}")
    return replace(made, truth=replace(made.truth, rights=("quarantine", "hold")))
