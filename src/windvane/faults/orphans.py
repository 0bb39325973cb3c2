"""K5: rows refer to keys that the other table does not have."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, some, unseen


def fault() -> Fault:
    """The fault."""
    return Fault(id="K5", kind="key", inject=inject, about="rows refer to something that is not there")


def inject(world: World, rng: Random) -> Injection | None:
    """A few are put aside, or all wait until the others come."""
    refers = [t for t in world.shape.traits if t.refers and not t.key and t.kind == "integer"]
    refers = [t for t in refers if _all_known(world, t.name, t.refers)]
    if not refers:
        return None
    trait, table = rng.choice(refers), world.table
    where = some(rng, table, rng.choice((0.3, 1.0)), least=2)
    broken = table.changed(trait.name, where, lambda v: str(int(v or 0) + 7_000_000))
    said = f"{len(where)} rows refer by `{trait.name}` to nothing in {trait.refers}"
    return unseen(injected(world, broken, ("hold",), place=trait.name, said=said), world.target)


def _all_known(world: World, column: str, refers: str) -> bool:
    """Whether every row of the past referred to something."""
    source, _, there = refers.partition(".")
    if source not in {t.source for t in world.history} or there not in world.past(source).columns:
        return False
    return set(world.past().values(column)) <= set(world.past(source).values(there))
