"""V20: addresses of people stand in a text that readers see."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, some, unseen


def fault() -> Fault:
    """The fault."""
    return Fault(id="V20", kind="value", inject=inject, about="addresses of people in a text")


def inject(world: World, rng: Random) -> Injection | None:
    """Nothing of them is shown: it must wait, or come masked."""
    columns = world.of("text")
    if not columns:
        return None
    column = rng.choice(columns)
    where = some(rng, world.table, rng.choice((0.3, 0.8)), least=3)
    people = [
        f"{n}.{s}@{h}" for n in ("ana", "tom", "li") for s in ("sato", "ruiz") for h in ("mail.test", "post.test")
    ]
    broken = world.table.changed(column, where, lambda _: rng.choice(people))
    made = injected(world, broken, ("hold",), place=column, said=f"{len(where)} addresses of people in `{column}`")
    return unseen(made, world.target)
