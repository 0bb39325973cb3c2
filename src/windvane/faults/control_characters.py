"""F17: invisible characters stand inside some texts."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, some
from windvane.domain.record import replace


def fault() -> Fault:
    """The fault."""
    return Fault(id="F17", kind="file", inject=inject, about="invisible characters inside text")


def inject(world: World, rng: Random) -> Injection | None:
    """Taken out, the old texts are back; waiting is safe too, and so is putting the rows aside."""
    columns = world.of("text")
    if not columns:
        return None
    column, mark = rng.choice(columns), rng.choice(("\0", "\x07", "\x1b", "\u200b"))
    where = some(rng, world.table, 0.3)
    broken = world.table.changed(column, where, lambda v: v[:1] + mark + v[1:] if v else v)
    said = f"{mark!r} in {len(where)} cells of `{column}`"
    made = injected(world, broken, ("heal", "hold", "quarantine"), place=column, said=said)
    return replace(made, truth=replace(made.truth, aside=tuple(i + 1 for i in where)))
