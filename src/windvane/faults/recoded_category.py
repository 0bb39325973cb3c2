"""S13: a category is written in other codes."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected, unseen


def fault() -> Fault:
    """The fault."""
    return Fault(id="S13", kind="schema", inject=inject, about="the values of a category are coded anew")


def inject(world: World, rng: Random) -> Injection | None:
    """Every value has a new code: only a person knows which is which."""
    columns = world.categories()
    if not columns:
        return None
    column = rng.choice(columns)
    values = sorted({v for v in (*world.past().values(column), *world.table.values(column)) if v})
    style = rng.choice(("number", "letter", "word"))
    codes = rng.sample(range(1, 90), len(values))
    spellings: dict[str, Callable[[int], str]] = {"number": str, "letter": _letter, "word": "type {}".format}
    names = dict(zip(values, map(spellings[style], codes), strict=True))
    made = injected(world, world.table.mapped(column, lambda v: names[v]), ("hold",), place=column,
                    said=f"`{column}` is coded anew ({style})")  # fmt: skip
    return unseen(made, world.target)


def _letter(number: int) -> str:
    return f"{chr(65 + number % 26)}{number}"
