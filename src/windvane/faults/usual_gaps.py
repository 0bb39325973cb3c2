"""Control B6: as many empty cells as ever."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, instead, some
from windvane.domain.laws import carried


def fault() -> Fault:
    """The control."""
    return Fault(id="B6", kind="control", inject=inject, about="as many empty cells as ever")


def inject(world: World, rng: Random) -> Injection | None:
    """A column that has gaps has about as many as before."""
    columns = [c for c in world.of("text", "number", "integer") if world.past().values(c).count("") > 0]
    columns = [c for c in columns if world.past().values(c).count("") < 0.3 * len(world.past().rows)]
    if not columns:
        return None
    column = rng.choice(columns)
    share = world.past().values(column).count("") / len(world.past().rows)
    gaps = world.table.changed(column, some(rng, world.table, share), lambda _: "")
    return carried(world, instead(injected(world, gaps, ("nothing",), said=f"gaps in `{column}` as ever"), gaps), gaps)
