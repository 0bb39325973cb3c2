"""V14: all moments come in the time of another zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, unseeable


def fault() -> Fault:
    """The fault."""
    return Fault(id="V14", kind="value", inject=inject, about="all moments shifted by hours")


def inject(world: World, rng: Random) -> Injection | None:
    """Shifted back where the hours prove it, else it must wait; where nothing tells, nobody could know."""
    columns = world.filled("timestamp")
    if not columns:
        return None
    column, hours = rng.choice(columns), rng.choice((-8, -5, -2, 1, 2, 9))
    broken = world.table.mapped(column, lambda v: _later(v, hours))
    made = injected(world, broken, ("hold", "heal"), place=column, said=f"`{column}` {hours:+d} h")
    days = [{v[11:13] for v in t.values(column)} for t in world.before()]
    seen = {v[11:13] for v in broken.values(column)}
    return made if not seen <= set().union(*days) else unseeable(made)


def _later(moment: str, hours: int) -> str:
    return (datetime.fromisoformat(moment) + timedelta(hours=hours)).isoformat(sep=moment[10])
