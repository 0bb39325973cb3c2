"""T6: many times the rows of any day before."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import fresh, injected, unseen


def fault() -> Fault:
    """The fault."""
    return Fault(id="T6", kind="time", inject=inject, about="far more rows than ever")


def inject(world: World, rng: Random) -> Injection | None:
    """A surge or a loop upstream, only a person knows: it must wait."""
    most = max(len(t.rows) for t in world.before())
    rows = fresh(world, rng, rng.choice((5, 8)) * most) if world.shape.key else ()
    if not rows:
        return None
    broken = world.table.more(rows)
    return unseen(
        injected(world, broken, ("hold",), said=f"{len(broken.rows)} rows where {most} were most"), world.target
    )
