"""F4: the same text in another encoding."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, Right, World
from windvane.domain.injecting import delivered, sent
from windvane.domain.record import replace


def fault() -> Fault:
    """The fault."""
    return Fault(id="F4", kind="file", inject=inject, about="the text is in another encoding")


def inject(world: World, rng: Random) -> Injection | None:
    """One encoding gives back every letter."""
    spelled = "".join("".join(row) for row in world.table.rows)
    kinds = ["utf-16", "utf-8-sig"]
    if not spelled.isascii():
        kinds += [e for e in ("latin-1", "cp1252") if spelled.encode(e, "ignore").decode(e) == spelled]
    encoding = rng.choice(kinds)
    file = sent(world.table, replace(world.shape.dialect, encoding=encoding))
    rights: tuple[Right, ...] = ("heal", "hold") if encoding in ("latin-1", "cp1252") else ("heal",)
    return delivered(world, file, rights, said=f"encoding {encoding}", broken=world.table)
