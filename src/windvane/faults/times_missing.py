"""T12: rows come without the day by which new ones are known."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, instead, some
from windvane.domain.record import replace


def fault() -> Fault:
    """The fault."""
    return Fault(id="T12", kind="time", inject=inject, about="rows without the day they belong to")


def inject(world: World, rng: Random) -> Injection | None:
    """They are not dropped without a word: shown without a day, put aside, or all wait."""
    columns = [c for c in world.days() if c in world.filled("date", "timestamp")]
    if not columns:
        return None
    column = rng.choice(columns)
    where = some(rng, world.table, rng.choice((0.01, 0.2)))
    broken = world.table.changed(column, where, lambda _: "")
    made = injected(
        world, broken, ("hold", "quarantine", "notice"), place=column, said=f"{len(where)} without `{column}`"
    )
    return instead(replace(made, truth=replace(made.truth, aside=tuple(i + 1 for i in where))), broken)
