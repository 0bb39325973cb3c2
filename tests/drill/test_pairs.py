"""Two faults on one delivery: what is right then is both truths together, or the pair is not played."""

from __future__ import annotations

from types import SimpleNamespace

from drill_worlds import given, world

from windvane.app.drill.pairs import both, covered
from windvane.app.drill.playing import Case, drawn, load
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


def test_what_did_not_come_is_not_broken_by_a_second_fault() -> None:
    gone = replace(injection(CLEAN, CLEAN, "hold"), waves=((),))
    sent = injection(CLEAN.dropped([1]), CLEAN, "heal")
    assert both(gone, sent, "t") is None
    made = both(sent, gone, "t")
    assert made is not None and made.waves == ((),)


def test_of_a_fault_that_sends_the_same_without_the_first_its_own_truth_holds() -> None:
    broken = injection(CLEAN.mapped("n", lambda v: f"-{v}"), CLEAN, "hold")
    alone = injection(CLEAN, CLEAN, "skip")
    again = replace(alone, waves=((Sent(source="t", name="t.csv", content=b"yesterday's"),),))
    made = covered(broken, again, again)
    assert made is not None and made.truth.rights == ("skip",) and made.said == "x; x"
    assert covered(broken, alone, again) is None, "something of the first is in what is sent"
    assert covered(broken, again, None) is None, "alone it could make nothing"
    later = replace(broken, waves=(*broken.waves, again.waves[0]))
    assert covered(later, again, again) is None, "what the first sends later comes too"


def test_yesterdays_file_instead_of_a_broken_one_is_known_and_nothing_is_asked() -> None:
    base = SimpleNamespace(world=world(), given=given())
    names = ("spelling_variants", "same_file_again")
    made = drawn(Case(names, "shop", 1, source="orders"), tuple(map(load, names)), base)  # type: ignore[arg-type]
    assert made is not None and made.truth.rights == ("skip",)
    assert not [t for t in made.truth.tables if t.source == "orders"]
