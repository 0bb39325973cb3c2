"""S3: a column comes under another name: spelled otherwise, shortened, or a word that says the same."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected

_SAME = {
    "amount": "sum", "price": "rate", "total": "overall", "city": "town", "country": "nation", "quantity": "count",
    "date": "day", "name": "title", "discount": "rebate", "status": "state", "comment": "remark", "tax": "levy",
}  # fmt: skip


def fault() -> Fault:
    """The fault."""
    return Fault(id="S3", kind="schema", inject=inject, about="a column is renamed, its values go on")


def inject(world: World, rng: Random) -> Injection | None:
    """A number, text or day gets a name in which a person knows the old one again."""
    columns = world.of("number", "integer", "text", "date")
    if not columns:
        return None
    column = rng.choice(columns)
    new = rng.choice(spellings(column))
    if new in world.table.columns:
        return None
    broken = world.table.renamed({column: new})
    return injected(world, broken, ("heal",), place=column, said=f"`{column}` comes as `{new}`")


def spellings(name: str) -> tuple[str, ...]:
    """Names that say the same: turned round, with a word more, without vowels, in other case, by a synonym."""
    words = name.lower().split("_")
    turned = "_".join(reversed(words)) if len(words) > 1 else f"{name}_value"
    more = f"{name}_new"
    short = "_".join(w[0] + "".join(c for c in w[1:] if c not in "aeiou") for w in words)
    camel = words[0] + "".join(w.title() for w in words[1:]) + ("" if len(words) > 1 else "Value")
    same = "_".join(_SAME.get(w, w) for w in words)
    return tuple(dict.fromkeys(n for n in (turned, more, short, camel, same) if n != name))
