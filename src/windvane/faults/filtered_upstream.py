"""S16: somebody put a filter before the feed; only one kind of rows comes."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, unseen


def fault() -> Fault:
    """The fault."""
    return Fault(id="S16", kind="schema", inject=inject, about="only rows of one kind come")


def inject(world: World, rng: Random) -> Injection | None:
    """A category that every delivery had in several values has one only: it must wait."""
    found = [(c, v) for c in world.categories() for v in sorted(set(world.table.values(c))) if v and _odd(world, c, v)]
    if not found:
        return None
    column, value = rng.choice(found)
    keep = [i for i, v in enumerate(world.table.values(column)) if v == value]
    made = injected(world, world.table.kept(keep), ("hold",), place=column, said=f"only `{column}` = {value!r}")
    return unseen(made, world.target)


def _odd(world: World, column: str, value: str) -> bool:
    """Whether no earlier delivery came near to holding this value alone, or to being so small."""
    before = world.before()
    shares = [sum(v == value for v in t.values(column)) / max(1, len(t.rows)) for t in before]
    many = sum(v == value for v in world.table.values(column))
    return max(shares) < 0.5 and 2 <= many < min(len(t.rows) for t in before) / 2
