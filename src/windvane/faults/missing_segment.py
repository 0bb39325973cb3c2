"""T7: all rows of one kind are missing, though every delivery had many."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, unseen


def fault() -> Fault:
    """The fault."""
    return Fault(id="T7", kind="time", inject=inject, about="all rows of one kind are missing")


def inject(world: World, rng: Random) -> Injection | None:
    """It must wait."""
    found = [(c, v) for c in world.categories() for v in set(world.past().values(c)) if v and _always(world, c, v)]
    if not found:
        return None
    column, value = rng.choice(sorted(found))
    gone = [i for i, v in enumerate(world.table.values(column)) if v == value]
    broken = world.table.dropped(gone)
    return unseen(injected(world, broken, ("hold",), place=column, said=f"no {value!r} in `{column}`"), world.target)


def _always(world: World, column: str, value: str) -> bool:
    """Whether every delivery had this value in a good part of its rows, and so has the one of the day."""
    shares = [sum(v == value for v in t.values(column)) / len(t.rows) for t in (*world.before(), world.table)]
    many = min(sum(v == value for v in t.values(column)) for t in (*world.before(), world.table))
    return min(shares) > 0.15 and many >= 5
