"""S15: days come as seconds, or thousandths of them, since 1970."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected


def fault() -> Fault:
    """The fault."""
    return Fault(id="S15", kind="schema", inject=inject, about="days come as seconds or milliseconds since 1970")


def inject(world: World, rng: Random) -> Injection | None:
    """Only one reading gives days near those known."""
    columns = world.filled("date", "timestamp")
    if not columns:
        return None
    column, scale = rng.choice(columns), rng.choice((1, 1000, 1_000_000))
    broken = world.table.mapped(column, lambda v: str(_seconds(v) * scale))
    return injected(world, broken, ("heal",), place=column, said=f"`{column}` in 1/{scale} s since 1970")


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())
