"""F6: numbers are spelled with a comma for the point."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import delivered, sent
from windvane.domain.record import replace


def fault() -> Fault:
    """The fault."""
    return Fault(id="F6", kind="file", inject=inject, about="numbers with a comma for the point")


def inject(world: World, rng: Random) -> Injection | None:
    """Two digits behind every comma: no other reading fits."""
    columns = [c for c in world.filled("number") if _plain(world.table.values(c))]
    if not columns:
        return None
    broken = world.table
    for column in columns:
        broken = broken.mapped(column, _comma)
    dialect = replace(world.shape.dialect, delimiter=rng.choice((";", world.shape.dialect.delimiter)))
    said = f"{', '.join(columns)} with a comma for the point"
    return delivered(world, sent(broken, dialect), ("heal",), place=columns[0] if len(columns) == 1 else "", said=said)


def _plain(values: Sequence[str]) -> bool:
    """Whether all numbers that have a point have two digits behind it, and most have one."""
    digits = [len(v.partition(".")[2]) for v in values]
    return set(digits) <= {0, 2} and digits.count(2) > len(digits) / 2


def _comma(value: str) -> str:
    """`1234.50` as `1.234,50`."""
    return f"{Decimal(value):,}".replace(",", " ").replace(".", ",").replace(" ", ".")
