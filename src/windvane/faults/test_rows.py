"""V24: a row or two of somebody's test."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import fresh, set_aside
from windvane.domain.record import replace


def fault() -> Fault:
    """The fault."""
    return Fault(id="V24", kind="value", inject=inject, about="rows of a test in production")


def inject(world: World, rng: Random) -> Injection | None:
    """They are put aside; waiting with all is safe."""
    texts = world.of("text")
    if len(texts) < 2:
        return None
    many = max(1, int(world.aside * len(world.table.rows)))
    rows = [list(r) for r in fresh(world, rng, many)]
    if not rows:
        return None
    for row in rows:
        for column in texts:
            row[world.table.at(column)] = rng.choice(("test", "TEST TEST", "lorem ipsum", "asdf", "do not use"))
    broken = world.table.more([tuple(r) for r in rows])
    new = range(len(world.table.rows), len(broken.rows))
    made = set_aside(world, broken, new, said=f"{many} rows of a test", kept=world.table)
    return replace(made, truth=replace(made.truth, rights=("quarantine", "hold")))
