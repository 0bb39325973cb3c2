"""All checks of one table within one false-alarm budget."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from windvane.domain.estate import Check
from windvane.domain.registry import load, names
from windvane.stack.quality.budget import TOTAL, split
from windvane.stack.quality.table import Rule, Table, Wish

PACKAGE = "windvane.stack.quality.checks"


def suite(table: Table, *, total: float = TOTAL) -> tuple[Check, ...]:
    """The checks that fit `table`; bounds of those that block sum to at most `total`.

    A rule that renders nothing (its limit would be too wide to notice a fault) gives its part back to the others.
    """
    import_module(PACKAGE)
    rules = {name: cast("Rule", load(PACKAGE, name)) for name in names(PACKAGE)}
    wishes = [w for rule in rules.values() for w in rule.wishes(table)]
    while True:
        made: list[Check] = []
        useless: list[Wish] = []
        for share in split(wishes, total=total):
            check = rules[share.wish.rule].render(table, share)
            if check is None:
                useless.append(share.wish)
            else:
                made.append(check)
        if not useless:
            return tuple(made)
        wishes = [w for w in wishes if w not in useless]
