"""S7: every number of a column comes with the same text beside it."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, Right, World
from windvane.domain.injecting import injected


def fault() -> Fault:
    """The fault."""
    return Fault(id="S7", kind="schema", inject=inject, about="numbers come with a unit or sign beside them")


def inject(world: World, rng: Random) -> Injection | None:
    """One grammar reads them all; without the text the number is the old one. `~` says `about`: one may ask then."""
    columns = [c for c in world.numbers() if c in world.filled("number", "integer")]
    if not columns:
        return None
    column = rng.choice(columns)
    before, after = rng.choice((("", " EUR"), ("$", ""), ("", " kg"), ("USD ", ""), ("", " pcs"), ("~", "")))
    broken = world.table.mapped(column, lambda v: f"{before}{v}{after}")
    rights: tuple[Right, ...] = ("heal", "hold") if before == "~" else ("heal",)
    return injected(world, broken, rights, place=column, said=f"`{column}` reads like `{before}1{after}`")
