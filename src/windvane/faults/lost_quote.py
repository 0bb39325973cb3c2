"""F3: a quote is opened and never closed; what follows may be swallowed."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, Sent, World
from windvane.domain.injecting import delivered
from windvane.domain.record import replace
from windvane.domain.table import written


def fault() -> Fault:
    """The fault."""
    return Fault(id="F3", kind="file", inject=inject, about="a quote is opened and never closed")


def inject(world: World, rng: Random) -> Injection | None:
    """Nothing that follows is sure: the delivery waits, or the rows that cannot be read are put aside."""
    columns, table, mark = world.of("text"), world.table, world.shape.dialect.delimiter
    if not columns or len(table.rows) < 4:
        return None
    at, row = table.at(rng.choice(columns)), rng.randrange(1, len(table.rows) - 1)
    lines = written(table, world.shape.dialect).decode().split("\n")
    cells = lines[row + 1].split(mark)
    if len(cells) != len(table.columns) or len(lines) != len(table.rows) + 2:
        return None
    cells[at] = '"' + cells[at]
    lines[row + 1] = mark.join(cells)
    file = Sent(source=table.source, name=table.file, content="\n".join(lines).encode())
    made = delivered(world, file, ("hold", "quarantine", "heal"), said=f"a quote is never closed in row {row + 1}")
    return replace(made, truth=replace(made.truth, aside=tuple(range(1, len(table.rows) + 1))))
