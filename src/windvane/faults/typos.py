"""V3: a value or two of a category are misspelt."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import instead, set_aside, some
from windvane.domain.record import replace


def fault() -> Fault:
    """The fault."""
    return Fault(id="V3", kind="value", inject=inject, about="a few values of a category are misspelt")


def inject(world: World, rng: Random) -> Injection | None:
    """Near to one known value: it is meant, or the row is put aside, or it waits."""
    columns = [c for c in world.categories() if all(len(v) > 4 for v in world.table.values(c) if v)]
    if not columns:
        return None
    column = rng.choice(columns)
    where = some(rng, world.table, 0.008)
    broken = world.table.changed(column, where, lambda v: _misspelt(v, rng))
    if broken.rows == world.table.rows:
        return None
    made = set_aside(world, broken, where, place=column, said=f"{len(where)} values of `{column}` are misspelt")
    truth = replace(made.truth, rights=("heal", "quarantine", "hold"), aside=tuple(i + 1 for i in where))
    return instead(replace(made, truth=truth), world.table)


def _misspelt(text: str, rng: Random) -> str:
    """One letter doubled, dropped, or two changed about."""
    at = rng.randrange(1, max(2, len(text) - 1))
    return rng.choice((text[:at] + text[at:][:1] + text[at:], text[:at] + text[at + 1 :], text[:at] + "x" + text[at:]))
