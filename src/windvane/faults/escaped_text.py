"""V19: texts come with the escapes of a web page."""

from __future__ import annotations

import html
from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected


def fault() -> Fault:
    """The fault."""
    return Fault(id="V19", kind="value", inject=inject, about="texts with the escapes of a web page")


def inject(world: World, rng: Random) -> Injection | None:
    """Unescaped, every text is an old one; waiting is safe."""
    columns = [
        c for c in world.of("text") if _escaped("".join(world.table.values(c))) != "".join(world.table.values(c))
    ]
    if not columns:
        return None
    column = rng.choice(columns)
    broken = world.table.mapped(column, _escaped)
    return injected(world, broken, ("heal", "hold"), place=column, said=f"`{column}` is escaped")


def _escaped(text: str) -> str:
    """Marks as a web page spells them, letters beyond ASCII by number."""
    return html.escape(text).encode("ascii", "xmlcharrefreplace").decode()
