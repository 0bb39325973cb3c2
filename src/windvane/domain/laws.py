"""What always held between tables of a world, as one who breaks things sees it: totals, and what rows of a thing share.

Who looks for faults has words and code of their own for this; nothing here is shared with checks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, permutations
from typing import NamedTuple

from windvane.domain.fault import Injection, World
from windvane.domain.injecting import instead, sent
from windvane.domain.record import replace
from windvane.domain.table import Table

_FEW = 30  # totals that most sums fail on


class Sum(NamedTuple):
    """`total` of `whole` is the sum over rows of `parts` with its `key` in `link`: a product of numbers.

    `less` and `more`: columns that stand in it as 1 - x and 1 + x.
    """

    whole: str
    key: str
    total: str
    parts: str
    link: str
    factors: tuple[str, ...]
    less: str = ""
    more: str = ""

    def of(self, table: Table) -> dict[str, tuple[float, int]]:
        """The sum, and the number of rows, by key."""
        made: dict[str, tuple[float, int]] = {}
        names = [*self.factors, *(c for c in (self.less, self.more) if c)]
        rows = zip(table.values(self.link), *(table.values(c) for c in names), strict=True)
        for key, *cells in rows:
            value = 1.0
            for name, cell in zip(names, cells, strict=True):
                number = _number(cell)
                value *= 1 - number if name == self.less else 1 + number if name == self.more else number
            before, many = made.get(key, (0.0, 0))
            made[key] = (before + value, many + 1)
        return made


def reconciled(world: World, table: Table) -> bool:
    """Whether totals that always were sums over rows of another table still are, with `table` for the target's."""
    tables = {t.source: t for t in world.arriving} | {table.source: table}
    return all(_kept(law, tables) for law in _sums(world) if table.source in (law.whole, law.parts))


def carried(world: World, injection: Injection, table: Table) -> Injection | None:
    """The same day as its vendor makes it: totals follow from `table`. `None` where they would have to and cannot."""
    wholes: dict[str, Table] = {}
    for law in _sums(world):
        if law.parts == table.source:
            made, whole = law.of(table), wholes.get(law.whole, world.delivery(law.whole))
            keys = zip(whole.values(law.key), whole.values(law.total), strict=True)
            totals = [f"{made[k][0]:.{len(v.partition('.')[2])}f}" if k in made else v for k, v in keys]
            wholes[law.whole] = whole.put(law.total, totals)
    tables = {t.source: t for t in world.arriving} | wholes | {table.source: table}
    if not all(_kept(law, tables) for law in _sums(world) if table.source in (law.whole, law.parts)):
        return None
    wave = tuple(
        sent(wholes[s.source], world.shape_of(s.source).dialect) if s.source in wholes else s
        for s in injection.waves[0]
    )
    return instead(replace(injection, waves=(wave, *injection.waves[1:])), *wholes.values())


def torn(world: World, table: Table, column: str) -> bool:
    """Whether rows of one thing contradict each other in `column`, where they never did."""
    past = world.past()
    others = [c for c in table.columns if c != column and len(set(past.values(c))) < 0.7 * len(past.rows)]
    return any(_decides(past, c, column) and not _decides(table, c, column) for c in others)


def _decides(table: Table, by: str, column: str) -> bool:
    pairs = {(a, b) for a, b in zip(table.values(by), table.values(column), strict=True) if a and b}
    return len(pairs) == len({a for a, _ in pairs})


def _kept(law: Sum, tables: dict[str, Table]) -> bool:
    """Whether a law holds on a day; rows that join a thing of the past break it."""
    whole, parts = tables[law.whole], tables[law.parts]
    made = law.of(parts)
    there = dict(zip(whole.values(law.key), whole.values(law.total), strict=True))
    if made.keys() - there.keys():
        return False
    return all(_near(made[k], v) for k, v in there.items() if k in made)


def _near(made: tuple[float, int], total: str) -> bool:
    value, many = made
    return bool(total) and abs(value - _number(total)) < 0.006 + 0.02 * many


def _sums(world: World) -> tuple[Sum, ...]:
    """The sums that hold in all the past between tables that go on: one for each total."""
    found: dict[tuple[str, str], Sum] = {}
    going = {t.source for t in world.arriving}
    for shape in world.shapes:
        for trait in shape.traits:
            whole, _, key = trait.refers.partition(".")
            if shape.source in going and whole in going and whole != shape.source:
                for law in _between(world, (whole, key), (shape.source, trait.name)):
                    found.setdefault((law.whole, law.total), law)
    return tuple(found.values())


def _between(world: World, whole: tuple[str, str], parts: tuple[str, str]) -> Iterator[Sum]:
    past, lines = world.past(whole[0]), world.past(parts[0])
    keys = past.values(whole[1])
    if len(set(keys)) != len(keys) or len(set(lines.values(parts[1]))) == len(lines.rows):
        return
    few = set(keys[:_FEW])
    first = lines.kept([i for i, k in enumerate(lines.values(parts[1])) if k in few])
    numbers = _numbers(world, parts[0], lines, parts[1])
    for total in _numbers(world, whole[0], past, whole[1]):
        values = dict(zip(keys, past.values(total), strict=True))
        for law in _possible(whole, total, parts, numbers):
            if len(set(values.values())) > 2 and _holds(law, first, values) and _holds(law, lines, values):
                yield law
                break


def _holds(law: Sum, lines: Table, values: dict[str, str]) -> bool:
    made = law.of(lines)
    return bool(made) and all(k in values and _near(v, values[k]) for k, v in made.items())


def _possible(whole: tuple[str, str], total: str, parts: tuple[str, str], numbers: Sequence[str]) -> Iterator[Sum]:
    bases = [(n,) for n in numbers] + list(combinations(numbers, 2))
    for base in bases:
        rest = [n for n in numbers if n not in base]
        yield Sum(*whole, total, *parts, base)
        for less, more in [(n, "") for n in rest] + [("", n) for n in rest] + list(permutations(rest, 2)):
            yield Sum(*whole, total, *parts, base, less, more)


def _numbers(world: World, source: str, past: Table, link: str) -> list[str]:
    kinds = {t.name: t for t in world.shape_of(source).traits}
    able = [c for c in past.columns if c in kinds and kinds[c].kind in ("integer", "number") and c != link]
    return [c for c in able if not kinds[c].key and not kinds[c].refers and all(past.values(c))]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
