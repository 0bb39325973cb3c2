"""Every fault injects what it says: the same for a seed, its truth in step with its decision."""

from __future__ import annotations

from random import Random

import pytest
from drill_worlds import world

from windvane.app.drill.left_out import LEFT_OUT
from windvane.app.drill.playing import known
from windvane.domain.fault import CLASSES, Fault, Injection
from windvane.domain.injecting import injected
from windvane.domain.table import Table, written

WORLD = world()
FAULTS = known()
# What the shop does not have: moments, leading noughts, gaps, a key of letters, rows that say what others said.
NOT_IN_A_SHOP = {"shifted_hours", "lost_zeros", "usual_gaps", "other_case_key", "like_another_day"}


def made(name: str, seed: int) -> Injection | None:
    """What a fault does to the shop."""
    return FAULTS[name].inject(WORLD, Random(f"{name} {seed}"))


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_it_breaks_the_day_as_it_says(name: str) -> None:
    drawn = [made(name, seed) for seed in range(12)]
    found = [i for i in drawn if i is not None]
    assert bool(found) is (name not in NOT_IN_A_SHOP), "each other fault finds something to break in a shop"
    for injection in found:
        honest(FAULTS[name], injection)


def honest(fault: Fault, injection: Injection) -> None:
    """Truth and decision say the same, and what is sent is not what would have been sent, unless that is the fault."""
    truth = injection.truth
    assert truth.rights and injection.said and injection.waves
    source, _, column = truth.place.partition(".")
    assert source == "orders" and (not column or column in WORLD.table.columns)
    named = {t.source for t in truth.tables}
    if set(truth.rights) & {"heal", "quarantine", "nothing", "notice", "retry"}:
        assert "orders" in named, "what may be shown is told"
    elif truth.rights == ("hold",) and not injection.trouble:
        assert changed(injection) or "orders" not in [s.source for w in injection.waves for s in w]
    for table in truth.tables:
        assert all(len(row) == len(table.columns) for row in table.rows)
    if fault.control:
        assert set(truth.rights) <= {"nothing", "skip", "notice"}


def changed(injection: Injection) -> bool:
    """Whether some wave sends something else than the clean delivery."""
    clean = (WORLD.table.file, written(WORLD.table))
    return any((s.name, s.content) != clean for wave in injection.waves for s in wave if s.source == "orders")


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_the_same_seed_gives_the_same_bytes(name: str) -> None:
    first, again = made(name, 3), made(name, 3)
    assert first == again


def test_seeds_differ() -> None:
    many = {str(made("unit_factor", seed)) for seed in range(10)}
    assert len(many) > 5


def test_every_fault_has_an_id_a_class_and_a_name_that_finds_it() -> None:
    assert {f.kind for f in FAULTS.values()} == set(CLASSES)
    assert set(known(("V9",))) == {"unit_factor", "factor_twin"}
    assert all(f.kind == "schema" for f in known(("schema",)).values())
    with pytest.raises(Exception, match="unknown fault `V99`"):
        known(("V99",))


def test_the_truth_of_a_change_of_unit_is_the_old_unit() -> None:
    """Checked by hand: what is sent divided by what is true is the same factor in every row."""
    drawn = [i for i in (made("unit_factor", seed) for seed in range(20)) if i and i.truth.place == "orders.amount"]
    injection = drawn[0]
    assert injection.broken is not None
    column = injection.truth.place.partition(".")[2]
    true = next(t for t in injection.truth.tables if t.source == "orders")
    pairs = zip(injection.broken.values(column), true.values(column), strict=True)
    ratios = [float(a) / float(b) for a, b in pairs if float(b) > 1]
    assert max(ratios) / min(ratios) == pytest.approx(1, abs=0.02) and ratios[0] != pytest.approx(1, abs=0.01)
    assert true == WORLD.table


def test_twins_send_what_a_change_of_unit_sends_and_say_that_it_is_true() -> None:
    injection = made("factor_twin", 1)
    assert injection is not None and injection.truth.rights == ("hold",)
    assert next(t for t in injection.truth.tables if t.source == "orders") == injection.broken


def test_a_number_that_really_grew_has_last_digits_of_its_own() -> None:
    drawn = [i for i in (made("factor_twin", seed) for seed in range(20)) if i and i.truth.place == "orders.amount"]
    values = [v for i in drawn if i.broken for v in i.broken.values("amount") if float(v)]
    assert {len(v.partition(".")[2]) for v in values} == {2}
    assert sum(v.endswith("00") for v in values) < len(values) / 5


def test_rows_put_aside_are_those_that_are_bad() -> None:
    injection = made("null_key", 2)
    assert injection is not None
    sent = injection.waves[0][-1].content.decode().splitlines()[1:]
    true = next(t for t in injection.truth.tables if t.source == "orders")
    keyless = [line for line in sent if line.startswith(",")]
    assert keyless and len(true.rows) == len(WORLD.table.rows) - len(keyless)


def test_a_table_keeps_its_cells_when_it_is_written() -> None:
    import csv
    import io

    odd = Table(source="s", file="f.csv", columns=("a", "b"), rows=(('x,"y"', "two\nlines"), ("", "ü")))
    back = list(csv.reader(io.StringIO(written(odd).decode())))
    assert [tuple(r) for r in back] == [odd.columns, *odd.rows]
    day = injected(WORLD, WORLD.table, ("nothing",), said="as always")
    assert day.waves[0][-1].rows == len(WORLD.table.rows)


def test_every_kind_of_the_taxonomy_is_played_or_left_out_with_a_reason() -> None:
    numbers = {"S": 16, "F": 18, "V": 27, "K": 13, "T": 13, "I": 22, "C": 12}
    taxonomy = {f"{letter}{n}" for letter, last in numbers.items() for n in range(1, last + 1)} - {"V15"}  # no V15
    played = {f.id for f in FAULTS.values() if not f.control}
    assert played <= taxonomy and not played & set(LEFT_OUT)
    assert taxonomy - played == set(LEFT_OUT)
    assert all(LEFT_OUT.values())
