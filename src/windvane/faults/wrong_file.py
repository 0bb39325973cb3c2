"""F11: something else comes under the name of the file."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, Sent, World
from windvane.domain.injecting import delivered, unseen
from windvane.domain.table import written

_PAGES = (
    b"<!DOCTYPE html><html><body><h1>503 Service Unavailable</h1></body></html>\n",
    b'{"error": "quota exceeded", "code": 429}\n',
    b"Access denied\n",
)


def fault() -> Fault:
    """The fault."""
    return Fault(
        id="F11", kind="file", inject=inject, about="another table, or a page with an error, under the name of the file"
    )


def inject(world: World, rng: Random) -> Injection | None:
    """It is not the table: it is not read as one."""
    others = [t for t in (*world.arriving, *world.history) if t.source != world.target]
    content = written(rng.choice(others)) if others and rng.random() < 0.5 else rng.choice(_PAGES)
    file = Sent(source=world.target, name=world.table.file, content=content)
    return unseen(delivered(world, file, ("hold",), said=f"something else: {content[:40]!r}"), world.target)
