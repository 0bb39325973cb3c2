"""Two faults on one delivery: what is right then is both truths together, or the pair is not played."""

from __future__ import annotations

from windvane.app.drill.pairs import both
from windvane.domain.fault import Injection, Right, Sent, Truth
from windvane.domain.record import replace
from windvane.domain.table import Table

CLEAN = Table(
    source="t", file="t.csv", columns=("id", "day", "kind", "n"), rows=tuple((str(i), "1", "a", str(i)) for i in "1234")
)


def injection(broken: Table, truth: Table, *rights: Right, aside: tuple[int, ...] = ()) -> Injection:
    told = Truth(rights=rights, tables=(truth,), place="t", aside=aside)
    return Injection(said="x", waves=((Sent(source="t", name="t.csv", content=b""),),), truth=told, broken=broken)


def test_a_healed_column_and_a_row_set_aside_leave_the_healed_rows() -> None:
    negative = CLEAN.mapped("n", lambda v: f"-{v}")
    first = injection(negative, CLEAN, "hold", "heal")
    spoilt = negative.changed("day", [1], lambda _: "99")
    made = both(first, injection(spoilt, negative.dropped([1]), "quarantine"), "t")
    assert made is not None
    assert made.truth.tables == (CLEAN.dropped([1]),)
    assert set(made.truth.rights) == {"hold", "quarantine", "heal"}


def test_what_really_changed_stays_changed_in_the_healed_rows() -> None:
    negative = CLEAN.mapped("n", lambda v: f"-{v}")
    late = negative.changed("day", [0, 2], lambda _: "0")
    made = both(injection(negative, CLEAN, "heal"), injection(late, late, "nothing"), "t")
    assert made is not None
    assert made.truth.tables == (CLEAN.changed("day", [0, 2], lambda _: "0"),)


def test_rows_that_may_be_put_aside_are_counted_among_those_left() -> None:
    fewer = injection(CLEAN.changed("n", [0], lambda _: "?"), CLEAN.dropped([0]), "quarantine")
    assert fewer.broken is not None
    word = injection(fewer.broken.changed("day", [2], lambda _: "-"), fewer.broken, "quarantine", "heal", aside=(3,))
    made = both(fewer, word, "t")
    assert made is not None
    assert made.truth.tables == (CLEAN.dropped([0]),)
    assert made.truth.aside == (2,)


def test_what_must_wait_alone_must_wait_with_another() -> None:
    cut = injection(CLEAN.dropped([3]), CLEAN, "hold")
    hidden = replace(cut, truth=replace(cut.truth, tables=()))
    made = both(hidden, injection(CLEAN.dropped([3]), CLEAN.dropped([3]), "nothing"), "t")
    assert made is not None
    assert made.truth.rights == ("hold",)
    assert made.truth.tables == ()


def test_rows_in_another_order_with_values_that_changed_are_not_played() -> None:
    turned = replace(CLEAN, rows=CLEAN.rows[::-1])
    made = both(injection(turned, CLEAN, "nothing"), injection(turned, turned.put("n", list("9999")), "nothing"), "t")
    assert made is None
