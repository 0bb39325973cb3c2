"""V18: a number or two wrapped round at the end of a machine's range."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import set_aside, some
from windvane.domain.record import replace


def fault() -> Fault:
    """The fault."""
    return Fault(id="V18", kind="value", inject=inject, about="numbers wrapped at the end of their range")


def inject(world: World, rng: Random) -> Injection | None:
    """The rows are put aside; waiting with all is safe."""
    columns = world.filled("integer")
    if not columns:
        return None
    column, value = rng.choice(columns), rng.choice((2**31 - 1, -(2**31), 2**63 - 1, -32768, 65535 * 65536))
    where = some(rng, world.table, 0.008)
    broken = world.table.changed(column, where, lambda _: str(value))
    made = set_aside(world, broken, where, place=column, said=f"{len(where)} cells of `{column}` are {value}")
    return replace(made, truth=replace(made.truth, rights=("quarantine", "hold")))
