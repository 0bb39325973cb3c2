"""V22: the feed hangs: the rows of the last delivery come again under new keys and days."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, unseen


def fault() -> Fault:
    """The fault."""
    return Fault(id="V22", kind="value", inject=inject, about="yesterday's values under today's keys and days")


def inject(world: World, rng: Random) -> Injection | None:  # noqa: ARG001 - nothing is drawn
    """Equal to yesterday in every value: it must wait."""
    last, table = world.before()[-1], world.table
    same = [t.name for t in world.shape.traits if not t.key and t.kind not in ("date", "timestamp")]
    moving = [c for c in same if len(set(table.values(c))) > 3]
    many = min(len(last.rows), len(table.rows))
    if len(moving) < 2 or many < 5:
        return None
    broken = table.kept(range(many))
    for column in (c for c in same if len(set(world.past().values(c))) < len(world.past().rows)):
        broken = broken.put(column, last.values(column)[:many])
    return unseen(injected(world, broken, ("hold",), said="yesterday's values again"), world.target)
