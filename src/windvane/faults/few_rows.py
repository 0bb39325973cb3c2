"""T6: far fewer rows than on any day before."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, unseen


def fault() -> Fault:
    """The fault."""
    return Fault(id="T6", kind="time", inject=inject, about="far fewer rows than ever")


def inject(world: World, rng: Random) -> Injection | None:
    """Lost or a quiet day, only a person knows: it must wait."""
    fewest = min(len(t.rows) for t in world.before())
    many = max(1, round(fewest * rng.choice((0.05, 0.1, 0.15))))
    if many > fewest / 4:
        return None
    broken = world.table.kept(range(many))
    return unseen(injected(world, broken, ("hold",), said=f"{many} rows where {fewest} were the fewest"), world.target)
