"""V2: where no value is known, a default was filled in upstream."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, instead, some

_DEFAULTS = {
    "number": ("0.00", "-1.00", "9999.99", "-999.00"),
    "integer": ("0", "-1", "9999", "-999"),
    "text": ("unknown", "n/a", "none", "xxx", "default"),
    "date": ("1970-01-01", "9999-12-31", "1900-01-01", "0001-01-01"),
    "timestamp": ("1970-01-01 00:00:00", "9999-12-31 00:00:00"),
    "boolean": ("false",),
}


def fault() -> Fault:
    """The fault."""
    return Fault(id="V2", kind="value", inject=inject, about="a default stands where a value was")


def inject(world: World, rng: Random) -> Injection | None:
    """Many cells hold the same value that hardly was there before: no value, or it must wait."""
    columns = world.filled("number", "integer", "text", "date")
    if not columns:
        return None
    column = rng.choice(columns)
    trait = world.shape.trait(column)
    default = rng.choice(_DEFAULTS[trait.kind if trait else "text"])
    past = world.past().values(column)
    if sum(v == default for v in past) > 0.01 * len(past):
        return None
    where = some(rng, world.table, rng.choice((0.3, 0.6, 0.9)), least=4)
    broken = world.table.changed(column, where, lambda _: default)
    said = f"{len(where)} cells of `{column}` are {default!r}"
    made = injected(world, broken, ("hold", "heal"), place=column, said=said)
    return instead(made, world.table.changed(column, where, lambda _: ""))
