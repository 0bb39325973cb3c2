"""What an injector knows of sums between tables: it finds them, keeps them on ordinary days, and sees them broken."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Shape, Trait, World
from windvane.domain.injecting import injected, instead
from windvane.domain.laws import carried, reconciled, torn
from windvane.domain.table import Table
from windvane.faults import currency, first_of_a_segment, one_price_changes, quiet_day

LINES = ("line_id", "order_id", "price", "share", "place")
ORDERS = ("order_id", "customer", "total")


def _day(number: int) -> tuple[Table, Table]:
    rng = Random(number)
    lines: list[tuple[str, ...]] = []
    orders: list[tuple[str, ...]] = []
    for i in range(12):
        order, place, total = f"{number * 100 + i}", f"place {i % 5}", 0.0
        for j in range(rng.randint(1, 4)):
            price, share = rng.randrange(100, 9_000) / 100, rng.randint(0, 9) / 100
            total += price * (1 - share)
            lines.append((f"{order}{j}", order, f"{price:.2f}", f"{share:.2f}", place))
        orders.append((order, f"c{i}", f"{total:.2f}"))
    made: dict[str, tuple[tuple[str, ...], list[tuple[str, ...]]]] = {
        "lines": (LINES, lines),
        "orders": (ORDERS, orders),
    }
    found = [Table(source=s, file=f"{s}_{number}.csv", columns=c, rows=tuple(r)) for s, (c, r) in made.items()]
    return found[0], found[1]


def _world(target: str) -> World:
    kinds = {"price": "number", "share": "number", "total": "number", "place": "text", "customer": "text"}
    refers = {("lines", "order_id"): "orders.order_id"}
    shapes = tuple(
        Shape(
            source=source,
            traits=tuple(
                Trait(
                    name=n,
                    kind=kinds.get(n, "integer"),  # type: ignore[arg-type]
                    key=n == columns[0],
                    refers=refers.get((source, n), ""),
                )
                for n in columns
            ),
        )
        for source, columns in (("lines", LINES), ("orders", ORDERS))
    )
    history = tuple(t for number in range(1, 11) for t in _day(number))
    return World(target=target, arriving=_day(11), history=history, shapes=shapes)


def _times(table: Table, column: str, factor: float) -> Table:
    return table.mapped(column, lambda v: f"{float(v) * factor:.2f}")


def test_a_sum_that_always_held_is_kept_or_seen_broken() -> None:
    for target, column in (("orders", "total"), ("lines", "price"), ("lines", "share")):
        world = _world(target)
        assert reconciled(world, world.table)
        assert not reconciled(world, _times(world.table, column, 1.3))


def test_totals_follow_from_lines_and_not_the_other_way() -> None:
    world = _world("lines")
    dear = _times(world.table, "price", 2)
    made = carried(world, instead(injected(world, dear, ("nothing",), said="dear"), dear), dear)
    assert made is not None
    orders = next(t for t in made.truth.tables if t.source == "orders")
    was = [float(v) for v in world.delivery("orders").values("total")]
    assert [round(float(v) / w, 2) for v, w in zip(orders.values("total"), was, strict=True)] == [2.0] * 12
    assert orders.values("total")[0].encode() in next(s.content for s in made.waves[0] if s.source == "orders")
    world = _world("orders")
    dear = _times(world.table, "total", 2)
    assert carried(world, injected(world, dear, ("nothing",), said="dear"), dear) is None


def test_controls_keep_what_tables_say_of_each_other() -> None:
    for control in (quiet_day, one_price_changes):
        for target in ("lines", "orders"):
            for seed in range(4):
                world = _world(target)
                made = control.fault().inject(world, Random(seed))
                tables = {t.source: t for t in made.truth.tables} if made else {}
                kept = World(target=target, arriving=tuple(tables.values()), history=world.history, shapes=world.shapes)
                assert made is None or reconciled(kept, tables[target]), (control.__name__, target, seed)
    assert one_price_changes.fault().inject(_world("orders"), Random(1)) is None


def test_a_currency_that_totals_contradict_can_be_seen() -> None:
    for seed in range(4):
        made = currency.fault().inject(_world("orders"), Random(seed))
        assert made is not None and not made.truth.unseeable


def test_rows_of_one_thing_do_not_come_from_two_places() -> None:
    world = _world("lines")
    one = world.table.changed("place", (0,), lambda _: "Reykjavik 12")
    assert not torn(world, world.table, "place")
    assert torn(world, one, "place") == (world.table.values("order_id").count(world.table.values("order_id")[0]) > 1)
    for seed in range(6):
        made = first_of_a_segment.fault().inject(world, Random(seed))
        assert made is None or (made.broken is not None and not torn(world, made.broken, "place"))
