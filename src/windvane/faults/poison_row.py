"""V8: a row holds rubbish where numbers and days should be."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import set_aside, some

_RUBBISH = ('{"a": [', "'; DROP TABLE x; --", "NULL NULL", "\\N\\t", "a" * 5000, "<b>", "1e999e9", "#REF!")


def fault() -> Fault:
    """The fault."""
    return Fault(id="V8", kind="value", inject=inject, about="a row that no type fits")


def inject(world: World, rng: Random) -> Injection | None:
    """The row is put aside with the reason, the rest goes on."""
    columns = world.of("number", "integer", "date")
    if not columns:
        return None
    where = some(rng, world.table, 0.005)
    broken = world.table
    for column in columns:
        broken = broken.changed(column, where, lambda _: rng.choice(_RUBBISH))
    return set_aside(world, broken, where, said=f"{len(where)} rows of rubbish")
