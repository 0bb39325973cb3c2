"""F2: a few rows have a delimiter more than they should."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, Sent, World
from windvane.domain.injecting import set_aside, some
from windvane.domain.record import replace
from windvane.domain.table import written


def fault() -> Fault:
    """The fault."""
    return Fault(id="F2", kind="file", inject=inject, about="a few rows have a delimiter too many")


def inject(world: World, rng: Random) -> Injection | None:
    """Which cell it broke is not known: the rows are put aside."""
    table, mark = world.table, world.shape.dialect.delimiter
    where = some(rng, table, 0.008)
    lines = written(table, world.shape.dialect).decode().split("\n")
    if len(lines) != len(table.rows) + 2:
        return None
    for i in where:
        cut = lines[i + 1].split(mark)
        at = rng.randrange(len(cut))
        cut[at] = f"{cut[at]}{mark}x" if rng.random() < 0.5 else f"{mark}{cut[at]}"
        lines[i + 1] = mark.join(cut)
    made = set_aside(world, table, where, said=f"{len(where)} rows with a delimiter too many")
    file = Sent(source=table.source, name=table.file, content="\n".join(lines).encode(), rows=len(table.rows))
    return replace(made, waves=(tuple(file if s.source == table.source else s for s in made.waves[0]),), broken=None)
