"""How a fault says what is sent instead of the clean day, and what is true then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import permutations
from random import Random
from statistics import median

from windvane.domain.fault import Injection, Right, Sent, Truth, World
from windvane.domain.record import replace
from windvane.domain.table import Dialect, Table, written


def sent(table: Table, dialect: Dialect | None = None, *, name: str = "") -> Sent:
    """A table as a file."""
    return Sent(source=table.source, name=name or table.file, content=written(table, dialect), rows=len(table.rows))


def injected(world: World, broken: Table, rights: tuple[Right, ...], *, place: str = "", said: str) -> Injection:
    """The day with `broken` in the place of the target's delivery, the clean day being the truth."""
    return delivered(world, sent(broken, world.shape.dialect), rights, place=place, said=said, broken=broken)


def delivered(
    world: World,
    file: Sent,
    rights: tuple[Right, ...],
    *,
    place: str = "",
    said: str,
    broken: Table | None = None,
) -> Injection:
    """The day with another file in the place of the target's delivery, the clean day being the truth."""
    others = tuple(sent(t, world.shape_of(t.source).dialect) for t in world.arriving if t.source != world.target)
    where = f"{world.target}.{place}" if place else world.target
    truth = Truth(rights=rights, tables=world.arriving, place=where)
    return Injection(said=said, waves=((*others, file),), truth=truth, broken=broken)


def instead(injection: Injection, *tables: Table) -> Injection:
    """The same with other tables as the truth of their sources."""
    named = {t.source for t in tables}
    kept = tuple(t for t in injection.truth.tables if t.source not in named)
    return replace(injection, truth=replace(injection.truth, tables=(*kept, *tables)))


def set_aside(
    world: World, broken: Table, where: Sequence[int], *, place: str = "", said: str, kept: Table | None = None
) -> Injection:
    """The day with some bad rows: they are put aside, or the delivery waits where they are more than may go unasked.

    `kept`: the table without them, when they are not just the rows `where` of the clean one.
    """
    many = len(where) > world.aside * len(broken.rows)
    made = injected(world, broken, ("hold", "quarantine") if many else ("quarantine",), place=place, said=said)
    return instead(made, kept or world.table.dropped(where))


def unseeable(injection: Injection) -> Injection:
    """The same, told apart from a good day by nothing in the data: what is shown then is on no one's account."""
    return replace(injection, truth=replace(injection.truth, unseeable=True))


def telling(world: World, column: str, values: Sequence[str]) -> bool:
    """Whether the middle of `values` lies clearly outside all that earlier deliveries of the column ever had."""
    middles = [median([float(v) for v in t.values(column) if v]) for t in world.before() if any(t.values(column))]
    low, high = min(middles), max(middles)
    now = median([float(v) for v in values if v])
    return not low - (high - low) <= now <= high + (high - low)


def lawful(world: World, table: Table) -> bool:
    """Whether what always held between numbers of a row in the past holds in `table`: an order, or a product."""
    names = world.filled("number", "integer")
    past, now = ({c: [float(v) for v in t.values(c)] for c in names} for t in (world.past(), table))

    def held(rows: dict[str, list[float]], a: str, b: str) -> bool:
        return all(x <= y for x, y in zip(rows[a], rows[b], strict=True))

    def made(rows: dict[str, list[float]], a: str, b: str, total: str) -> bool:
        return all(abs(x * y - z) < 0.011 for x, y, z in zip(rows[a], rows[b], rows[total], strict=True))

    ordered = all(held(now, a, b) for a, b in permutations(names, 2) if held(past, a, b))
    return ordered and all(made(now, *t) for t in permutations(names, 3) if made(past, *t))


def fresh(world: World, rng: Random, many: int) -> tuple[tuple[str, ...], ...]:
    """Rows as they could have come too: each like one of the day, under new keys that go on where the day's end.

    None when the key does not count, so that no new ones are known.
    """
    table, shape = world.table, world.shape
    if shape.key and not any(_counts(world.past().values(c)) for c in shape.key):
        return ()
    rows = [list(rng.choice(table.rows)) for _ in range(many)]
    for trait in shape.traits:
        if trait.refers or trait.kind != "integer" or not _counts(world.past().values(trait.name)):
            continue
        at, last = table.at(trait.name), max(int(v) for v in table.values(trait.name))
        for number, row in enumerate(rows, 1):
            row[at] = str(last + number)
    return tuple(map(tuple, rows))


def repeats(world: World) -> bool:
    """Whether rows of the past often say what others said: where hardly one does, one that does is not ordinary."""
    past = world.past()
    plain = [t.name for t in world.shape.traits if not t.key and t.kind not in ("date", "timestamp")]
    cells = [past.values(c) for c in plain if c in past.columns and not _counts(past.values(c))]
    said = Counter(zip(*cells, strict=True))
    return 2 * sum(n for n in said.values() if n > 1) >= len(past.rows)


def steady(world: World) -> bool:
    """Whether each day of the past has as many rows as the others: such a table knows no quiet days."""
    past = world.past()
    for trait in world.shape.traits:
        if trait.kind in ("date", "timestamp") and trait.name in past.columns:
            days = Counter(value[:10] for value in past.values(trait.name) if value)
            if len(days) > 2 and min(days.values()) > 1 and len(set(days.values())) == 1:
                return True
    return False


def _counts(values: Sequence[str]) -> bool:
    """Whether the values of a column never come twice."""
    return len(set(values)) == len(values) and all(values)


def followed(world: World, injection: Injection, table: Table) -> Injection:
    """The same with `table` as the truth of the target, where rows of others that refer to what it lacks are not sent.

    A quiet day has fewer orders, and then it has fewer lines of orders.
    """
    gone: dict[str, set[str]] = {
        c: set(world.table.values(c)) - set(table.values(c)) for c in world.table.columns if c in table.columns
    }
    others: dict[str, Table] = {}
    for other in world.arriving:
        for trait in world.shape_of(other.source).traits:
            source, _, column = trait.refers.partition(".")
            if source == world.target and other.source != source and gone.get(column):
                here = others.get(other.source, other)
                keep = [i for i, v in enumerate(here.values(trait.name)) if v not in gone[column]]
                others[other.source] = here.kept(keep)
    wave = tuple(
        sent(others[s.source], world.shape_of(s.source).dialect) if s.source in others else s
        for s in injection.waves[0]
    )
    return instead(replace(injection, waves=(wave, *injection.waves[1:])), table, *others.values())


def unseen(injection: Injection, source: str) -> Injection:
    """The same, where nothing of a source's delivery may be seen."""
    kept = tuple(t for t in injection.truth.tables if t.source != source)
    return replace(injection, truth=replace(injection.truth, tables=kept))


def some(rng: Random, table: Table, share: float, *, least: int = 1) -> tuple[int, ...]:
    """Rows chosen at random: about `share` of them, at least a few."""
    many = min(len(table.rows), max(least, round(share * len(table.rows))))
    return tuple(sorted(rng.sample(range(len(table.rows)), many)))
