"""S3: a column comes under another name: spelled otherwise, shortened, or a word that says the same."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, Right, World
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
    rights: tuple[Right, ...] = ("heal",) if new in same_word(column) else ("heal", "hold")
    return injected(world, broken, rights, place=column, said=f"`{column}` comes as `{new}`")


def spellings(name: str) -> tuple[str, ...]:
    """Names that say the same: the same word, or by a synonym, or one that may be a new thing (`total_new`)."""
    same = "_".join(_SAME.get(w, w) for w in name.lower().split("_"))
    return tuple(dict.fromkeys(n for n in (*same_word(name), f"{name}_new", same) if n != name))


def same_word(name: str) -> tuple[str, ...]:
    """Names in which everybody knows the old one: turned round, with an empty word, without vowels, in other case."""
    words = name.lower().split("_")
    turned = "_".join(reversed(words)) if len(words) > 1 else f"{name}_value"
    short = "_".join(w[0] + "".join(c for c in w[1:] if c not in "aeiou") for w in words)
    camel = words[0] + "".join(w.title() for w in words[1:]) + ("" if len(words) > 1 else "Value")
    return tuple(dict.fromkeys(n for n in (turned, short, camel) if n != name))
