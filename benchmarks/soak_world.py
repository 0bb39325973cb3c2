"""The shop that the soak runs on, and its calendar: what each day delivers, what goes wrong, and what is true then."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from windvane.app.drill.given import Given
from windvane.app.drill.playing import known
from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import sent
from windvane.domain.record import replace
from windvane.domain.table import Table

GOAL = "Total amount per store and day"
FIRST = date(2025, 3, 3)
CITIES = ("Bern", "Lyon", "Köln", "Zürich", "Paris", "Bonn")
THINGS = ("kettle", "lamp", "blanket", "teapot", "mirror", "basket", "clock", "carpet")
METHODS = ("card", "cash", "invoice")
ORDERS = ("order_id", "ordered_on", "store_id", "thing", "pieces", "price", "amount", "words")
PAYMENTS = ("payment_id", "order_id", "paid_on", "method", "paid")
SOURCES = ("orders", "payments", "visits")  # that deliver day by day
VISITS = ("store_id", "seen_at", "visitors")
_WORDS = ("small", "large", "urgent", "gift", "wrapped", "fragile", "heavy")


def stores() -> Table:
    """The stores that orders and visits refer to."""
    rows = tuple((str(n), city, f"20{10 + n}-0{n}-15") for n, city in enumerate(CITIES, 1))
    return Table(source="stores", file="stores.csv", columns=("store_id", "city", "opened_on"), rows=rows)


def day_of(number: int, *, many: int, sources: tuple[str, ...] = SOURCES) -> tuple[Table, ...]:
    """The deliveries of one day: about `many` orders, what was paid for them, and visitors by the hour."""
    rng, on = Random(f"day {number}"), (FIRST + timedelta(days=number)).isoformat()
    orders, payments = [], []
    for n in range(many + rng.randrange(5)):
        pieces, price, order = rng.randint(1, 9), rng.randrange(250, 9000), str(1_000_000 + number * 1000 + n)
        amount, thing = f"{pieces * price / 100:.2f}", rng.choice(THINGS)
        store, words = str(rng.randint(1, len(CITIES))), " ".join(rng.choices(_WORDS, k=rng.randint(1, 4)))
        orders.append((order, on, store, thing, str(pieces), f"{price / 100:.2f}", amount, words))
        payments.append((f"P{number:04d}{n:03d}", order, on, rng.choice(METHODS), amount))
    visits = [
        (str(store), f"{on} {hour:02d}:00:00", str(rng.randint(20, 90)))
        for store in range(1, len(CITIES) + 1)
        for hour in range(8, 18)
    ]
    tables = (
        Table(source="orders", file=f"orders_{number:04d}.csv", columns=ORDERS, rows=tuple(orders)),
        Table(source="payments", file=f"payments_{number:04d}.csv", columns=PAYMENTS, rows=tuple(payments)),
        Table(source="visits", file=f"visits_{number:04d}.csv", columns=VISITS, rows=tuple(visits)),
    )
    return tuple(t for t in tables if t.source in sources)


def given(*, before: int, many: int, sources: tuple[str, ...] = SOURCES) -> Given:
    """`before` days that were, and the first that is to come."""
    history = tuple(t for n in range(before) for t in day_of(n, many=many, sources=sources))
    return Given("soak", GOAL, (stores(), *history), day_of(before, many=many, sources=sources))


class Sizes(NamedTuple):
    """Days before, orders a day, and who delivers."""

    before: int
    many: int
    sources: tuple[str, ...] = SOURCES


@dataclass(frozen=True)
class Day:
    """One day: what happens on it (`None`: it comes as it is), and what is true of it in the end."""

    number: int
    fault: str
    said: str
    control: bool
    injection: Injection
    clean: tuple[Table, ...]
    truth: tuple[Table, ...]  # one for each source, under the name by which it should have come
    mended: tuple[Table, ...] = ()  # earlier deliveries that are true with other values from this day on

    @property
    def allowed(self) -> tuple[Table, ...]:
        """What readers may see before a person has put the day right."""
        return self.injection.truth.tables


@dataclass
class Calendar:
    """Draws day after day from the faults; the same seed gives the same days, whoever asks again after a kill."""

    world: World
    sizes: Sizes
    seed: int
    faults: tuple[str, ...] = ()  # names, ids or classes; none: all
    every: int = 2  # one day in so many is a fault, the others are controls
    days: list[Day] = field(default_factory=list)
    _true: dict[tuple[str, str], Table] = field(default_factory=dict)
    _turn: dict[bool, list[str]] = field(default_factory=dict)

    def day(self, index: int) -> Day:
        """The day of this index, from 0."""
        if not self._true:
            self._true = {(t.source, t.file): t for t in self.world.history}
        while len(self.days) <= index:
            self.days.append(self._next(len(self.days)))
        return self.days[index]

    def _next(self, index: int) -> Day:
        number = self.sizes.before + index
        clean = day_of(number, many=self.sizes.many, sources=self.sizes.sources)
        rng = Random(f"{self.seed} {index}")
        world = replace(self.world, arriving=clean, history=tuple(self._true.values()))
        name, what, injection = self._drawn(world, rng, control=index % self.every != 1)
        mended = _mended(self._true, injection, world)
        truth = tuple(_final(t, injection, what) for t in clean)
        for table in (*mended, *truth):
            self._true[table.source, table.file] = table
        return Day(number, name, injection.said, what.control, injection, clean, truth, mended)

    def _drawn(self, world: World, rng: Random, *, control: bool) -> tuple[str, Fault, Injection]:
        """A fault that finds something to break; each comes once before any comes again."""
        chosen = known(tuple(f for f in self.faults if f)) if not control else known()
        waiting = self._turn.setdefault(control, [])
        if not waiting:
            waiting += [n for n, f in chosen.items() if f.control == control]
            Random(f"{self.seed} order {control}").shuffle(waiting)
        for name in tuple(waiting):
            injection = _injection(chosen[name], world, rng)
            if injection is not None:
                waiting.remove(name)
                return name, chosen[name], injection
        plain = known(("plain_day",))["plain_day"]
        found = _injection(plain, world, rng)
        assert found is not None
        return "plain_day", plain, found

    def truths(self, upto: int) -> tuple[Table, ...]:
        """All that is true after this many days, in the order in which it came."""
        self.day(upto - 1)
        return tuple(self._true.values())


def _injection(fault: Fault, world: World, rng: Random) -> Injection | None:
    """On one source after the other; what nothing in the data tells from a good day has no place in a soak."""
    sources = [t.source for t in world.arriving]
    rng.shuffle(sources)
    for source in sources:
        found = fault.inject(replace(world, target=source), rng)
        if found is not None and not found.truth.unseeable:
            return found
    return None


def _final(clean: Table, injection: Injection, what: Fault) -> Table:
    """What is true of a delivery in the end: bad rows are corrected by their source, real changes stay."""
    told = [t for t in injection.truth.tables if (t.source, t.file) == (clean.source, clean.file)]
    if not told or injection.truth.aside:
        return clean
    fewer = set(told[0].rows) < set(clean.rows)
    return clean if fewer and not what.control else told[0]


def _mended(true: dict[tuple[str, str], Table], injection: Injection, world: World) -> tuple[Table, ...]:
    """Earlier deliveries with the rows that the day corrects."""
    found = []
    for table in injection.truth.tables:
        old = true.get((table.source, table.file))
        if old is not None:
            key = world.shape_of(table.source).key
            news = {_key(table, row, key): row for row in table.rows}
            found.append(replace(old, rows=tuple(news.get(_key(old, row, key), row) for row in old.rows)))
    return tuple(found)


def _key(table: Table, row: tuple[str, ...], key: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(row[table.at(c)] for c in key)


def contents(day: Day) -> dict[str, bytes]:
    """The files of a day as they should have come, with what it corrects."""
    return {t.file: sent(t).content for t in (*day.mended, *day.truth)}
