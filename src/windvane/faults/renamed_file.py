"""S12: the file comes under another name."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import delivered, sent


def fault() -> Fault:
    """The fault."""
    return Fault(id="S12", kind="schema", inject=inject, about="the file comes under another name")


def inject(world: World, rng: Random) -> Injection | None:
    """Readers keep what they have, and it is said that another file came; or it is read."""
    stem, _, suffix = world.table.file.rpartition(".")
    new = rng.choice(
        (f"v2_{stem}.{suffix}", f"{stem}.export.{suffix}", f"new-{stem}.{suffix}", f"data_{stem}.{suffix}")
    )
    file = sent(world.table, world.shape.dialect, name=new)
    return delivered(world, file, ("hold", "heal"), said=f"`{world.table.file}` comes as `{new}`")
