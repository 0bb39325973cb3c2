"""S7: a few numbers are words that mean that there is none."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import instead, set_aside, some
from windvane.domain.record import replace


def fault() -> Fault:
    """The fault."""
    return Fault(id="S7", kind="schema", inject=inject, about="a few numbers are words that mean no value")


def inject(world: World, rng: Random) -> Injection | None:
    """One or two cells say so: no value, or the rows are put aside."""
    columns = [c for c in world.numbers() if c in world.of("number", "integer")]
    if not columns:
        return None
    column, word = rng.choice(columns), rng.choice(("N/A", "n.a.", "-", "null", "#N/A", "none"))
    where = some(rng, world.table, 0.008)
    broken = world.table.changed(column, where, lambda _: word)
    made = set_aside(world, broken, where, place=column, said=f"{len(where)} cells of `{column}` say `{word}`")
    truth = replace(made.truth, rights=(*made.truth.rights, "heal"), aside=tuple(i + 1 for i in where))
    return instead(replace(made, truth=truth), world.table.changed(column, where, lambda _: ""))
