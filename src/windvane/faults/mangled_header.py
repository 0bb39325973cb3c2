"""S11: the same names, in other case, with blanks or a byte order mark."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import delivered, sent
from windvane.domain.record import replace


def fault() -> Fault:
    """The fault."""
    return Fault(
        id="S11", kind="schema", inject=inject, about="names of columns in other case, with blanks or a byte order mark"
    )


def inject(world: World, rng: Random) -> Injection | None:
    """A person sees no other names."""
    changes: dict[str, Callable[[str], str]] = {
        "upper": str.upper, "title": str.title, "blanks": lambda n: f" {n} ", "mark": str, "dashes": _dashes,
    }  # fmt: skip
    how = rng.choice(sorted(changes))
    broken = world.table.renamed({c: changes[how](c) for c in world.table.columns})
    if broken.columns == world.table.columns and how != "mark":
        return None
    dialect = replace(world.shape.dialect, encoding="utf-8-sig") if how == "mark" else world.shape.dialect
    return delivered(world, sent(broken, dialect), ("heal",), said=f"header: {how}", broken=broken)


def _dashes(name: str) -> str:
    return name.replace("_", "-")
