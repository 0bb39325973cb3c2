"""Which faults meet which base, source and seed; plays them one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from windvane.app.drill.base import Base
from windvane.app.drill.case import played
from windvane.app.drill.judging import Score, judge
from windvane.app.drill.oracle import Oracle
from windvane.app.drill.pairs import both, covered
from windvane.domain import registry
from windvane.domain.errors import Usage
from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import sent
from windvane.domain.record import replace
from windvane.domain.table import Table

PACKAGE = "windvane.faults"
_DRAWS = 3  # how often another column and share are drawn before a source is given up


@dataclass(frozen=True)
class Case:
    """One or two faults on one base. `source`: where; empty: where the seed says.

    `hidden`: before the vendor makes other deliveries from the broken one, so that it shows there too.
    """

    faults: tuple[str, ...]
    base: str
    seed: int
    source: str = ""
    hidden: bool = False


def known(names: tuple[str, ...] = ()) -> dict[str, Fault]:
    """Faults by name; `names` are names, ids like `V9`, or classes. Raises `Usage` (`fault.unknown`)."""
    found = {name: load(name) for name in registry.names(PACKAGE)}
    if not names:
        return found
    chosen: dict[str, Fault] = {}
    for wanted in names:
        fits = {n: f for n, f in found.items() if wanted in (n, n.replace("_", "-"), f.id, f.kind)}
        if not fits:
            raise Usage(
                f"unknown fault `{wanted}`",
                code="fault.unknown",
                why=f"there are: {', '.join(found)}",
                fix="name a fault, its id like `V9`, or a class like `schema`",
            )
        chosen |= fits
    return chosen


def load(name: str) -> Fault:
    """The fault of one module."""
    made: Fault = registry.load(PACKAGE, name).fault()
    return made


def play(cases: tuple[Case, ...], base: Base) -> Iterator[Score]:
    """The score of each case that has something to break in `base`."""
    oracle = Oracle(base)
    try:
        for case in cases:
            score = _play(case, base, oracle)
            if score is not None:
                yield score
    finally:
        oracle.close()


def _play(case: Case, base: Base, oracle: Oracle) -> Score | None:
    faults = tuple(load(name) for name in case.faults)
    injection = drawn(case, faults, base)
    if injection is None:
        return None
    with played(base, injection) as outcome:
        named = ("+".join(case.faults) + (" upstream" if case.hidden else ""), counted_as(faults))
        return judge(named, injection, outcome, base=base, oracle=oracle, seed=case.seed)


def counted_as(faults: tuple[Fault, ...]) -> Fault:
    """What a case is counted as: the first fault that is no control."""
    first = next((f for f in faults if not f.control), faults[0])
    ids = "+".join(f.id for f in faults)
    return Fault(id=ids, kind=first.kind, inject=first.inject, about=first.about)


def drawn(case: Case, faults: tuple[Fault, ...], base: Base) -> Injection | None:
    """The injection of a case, or `None` when no source has anything to break; the same case gives the same one."""
    rng = Random(f"{case.seed} {' '.join(case.faults)} {case.base}")
    sources = [t.source for t in base.world.arriving]
    rng.shuffle(sources)
    for source in [case.source] * _DRAWS if case.source else sources * _DRAWS:
        injection = _on(source, faults, base, rng)
        if injection is not None and case.hidden:
            injection = spread(injection, source, base)
        if injection is not None:
            return injection
    return None


def spread(injection: Injection, source: str, base: Base) -> Injection | None:
    """The injection with the deliveries that are made from the broken one; `None` when none is, none changes, or the
    vendor could not compute with what stands there.

    To hold is right too then: what was made from broken rows is wrong as delivered, whatever heals the rows."""
    derive, broken = base.given.derive, injection.broken
    if derive is None or broken is None or not set(base.world.delivery(source).columns) <= set(broken.columns):
        return None
    day = base.world.arriving
    was = {t.source: t for t in derive(day)}
    try:
        now = derive(tuple(broken if t.source == source else t for t in day))
    except ValueError:
        return None
    changed = [t for t in now if t.source != source and t != was[t.source]]
    made = {t.source: _moved(base.world.delivery(t.source), was[t.source], t) for t in changed}
    if not made:
        return None
    wave = tuple(sent(made[s.source]) if s.source in made else s for s in injection.waves[0])
    truth = replace(injection.truth, rights=tuple(dict.fromkeys((*injection.truth.rights, "hold"))))
    said = f"{injection.said}, before {', '.join(made)}"
    return replace(injection, waves=(wave, *injection.waves[1:]), said=said, truth=truth)


def _moved(clean: Table, was: Table, now: Table) -> Table:
    """The clean delivery with those cells that the vendor makes otherwise now."""
    rows = tuple(
        tuple(c if a == b else b for c, a, b in zip(*cells, strict=True))
        for cells in zip(clean.rows, was.rows, now.rows, strict=True)
    )
    return replace(clean, rows=rows)


def _broken(world: World, table: Table) -> World:
    """The day with `table` for the delivery of its source, of whose columns only those that it has are known."""
    shapes = tuple(
        replace(s, traits=tuple(t for t in s.traits if t.name in table.columns)) if s.source == table.source else s
        for s in world.shapes
    )
    arriving = tuple(table if t.source == table.source else t for t in world.arriving)
    return replace(world, arriving=arriving, shapes=shapes)


def _on(source: str, faults: tuple[Fault, ...], base: Base, rng: Random) -> Injection | None:
    """The faults one after the other on the same delivery."""
    world = replace(base.world, target=source)
    first = faults[0].inject(world, rng)
    for fault in faults[1:]:
        if first is None or first.broken is None:
            return None
        apart = Random()
        apart.setstate(rng.getstate())
        second = _then(fault, _broken(world, first.broken), rng)
        if second is None:
            return None
        first = covered(first, second, _then(fault, world, apart)) or both(first, second, source)
    return first


def _then(fault: Fault, world: World, rng: Random) -> Injection | None:
    """The fault on a delivery that another one broke; `None` too where it can make nothing of what stands there."""
    try:
        return fault.inject(world, rng)
    except ValueError:
        return None
