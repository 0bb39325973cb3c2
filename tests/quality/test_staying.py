"""News that stay are told from faults that stay by what a fault would leave behind."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from windvane.adapters.warehouses.scratch import Scratch
from windvane.stack.quality.staying import News, Told, doubt

Shop = tuple[str, str, int | str]  # code, label, visitors
SHOPS: list[tuple[str, str, int]] = [(f"{n:03d}", f"Shop of district {n % 6}", 100 + 7 * n) for n in range(18)]
ACCEPTED = News("accepted_values", "column `label`: 6 of 24 arriving rows are in categories never seen before")
ATTRIBUTES = News("attributes", "column `label`: 3 of 18 `code` come with another than they had, or with two")
CUT = News("cut_texts", "column `label`: 6 of 24 texts end at 18 letters, known ones go on")
JUMP = News("continuity", "column `visitors` jumps by 40 where arriving rows begin")


@pytest.fixture
def engine() -> Scratch:
    """Where relations are made."""
    return Scratch()


def _relation(day: int, shops: Sequence[tuple[str, str, int | str]]) -> str:
    rows = ", ".join(f"(DATE '2025-01-01' + {day}, '{c}', '{v}', {n})" for c, v, n in shops)
    return f"(SELECT * FROM (VALUES {rows}) AS v(day, code, label, visitors)) AS side"


def _told(
    engine: Scratch, days: Sequence[Sequence[Shop]], *, key: tuple[str, ...] = ("code",), known: Sequence[Shop] = ()
) -> Told:
    past = [_relation(n, known or SHOPS) for n in range(5)]
    return Told(
        engine=engine,
        known="(" + " UNION ALL ".join(f"SELECT * FROM {k}" for k in past) + ") AS known",
        last=past[-1],
        rows=tuple(_relation(5 + n, shops) for n, shops in enumerate(days)),
        entities=key,
        time="day",
        numbers=("visitors",),
    )


def _with_new(label: str = "Shop abroad", many: int = 6) -> list[Shop]:
    """All known shops, three of them renamed, and new ones."""
    renamed = [(c, "Shop of no district" if n < 3 else v, k) for n, (c, v, k) in enumerate(SHOPS)]
    return [*renamed, *((f"9{n:02d}", label, 11 * n) for n in range(many))]


def test_new_things_beside_all_known_ones_that_agree_are_news(engine: Scratch) -> None:
    assert doubt(_told(engine, [_with_new()] * 3), (ACCEPTED, ATTRIBUTES)) == ""


@pytest.mark.parametrize(
    ("days", "why"),
    [
        pytest.param([_with_new("A"), _with_new("B"), _with_new("B")], "do not agree", id="labels differ"),
        pytest.param([_with_new()[1:]] * 3, "not every known thing", id="a known shop is gone"),
        pytest.param([_with_new(), _with_new(many=0), _with_new()], "not the same each time", id="one day without"),
        pytest.param([[(c, "X", n) for c, _, n in SHOPS]] * 3, "most things", id="all are called otherwise"),
        pytest.param([[(c, "X" if c < "012" else v, n) for c, v, n in SHOPS]] * 3, "most things", id="most are"),
        pytest.param([[*SHOPS, ("T", "all shops", sum(s[2] for s in SHOPS))]] * 3, "sum of the others", id="a total"),
        pytest.param([[*SHOPS, *((f"x{c}", "again", n) for c, _, n in SHOPS)]] * 3, "sum of the others", id="copies"),
    ],
)
def test_what_a_fault_would_leave_behind_is_seen(engine: Scratch, days: list[list[Shop]], why: str) -> None:
    assert why in doubt(_told(engine, days), (ACCEPTED, ATTRIBUTES))


def test_without_things_that_come_again_a_usual_label_that_is_gone_may_be_called_otherwise(engine: Scratch) -> None:
    def receipts(day: int, names: dict[str, str]) -> list[Shop]:
        return [(f"{day}-{c}", names.get(str(v), v), n) for c, v, n in SHOPS]

    added = [[*receipts(n, {}), *((f"n{n}-{i}", "online", 3) for i in range(6))] for n in range(3)]
    renamed = [receipts(n, {"Shop of district 1": "D1"}) for n in range(3)]
    assert doubt(_told(engine, added), (ACCEPTED,)) == ""
    assert "called otherwise" in doubt(_told(engine, renamed), (ACCEPTED,))


def test_texts_that_are_the_beginnings_of_known_ones_were_cut(engine: Scratch) -> None:
    known: list[Shop] = [(c, "Shop of district 1" if i < 3 else "Shop", n) for i, (c, _, n) in enumerate(SHOPS)]
    cut: list[Shop] = [(c, str(v)[:15], n) for c, v, n in known]
    longer: list[Shop] = [*cut, ("900", "A shop with a longer name", 5)]
    assert "beginnings" in doubt(_told(engine, [cut] * 3, known=known), (CUT,))
    assert doubt(_told(engine, [longer] * 3, known=known), (CUT,)) == ""


def test_empty_cells_are_news_only_in_new_rows(engine: Scratch) -> None:
    empty = News("null_share", "column `visitors` is empty in 25.0 % of the arriving rows; usual is up to 3.0%")
    new = [(c, v, None if c.startswith("9") else n) for c, v, n in _with_new()]
    old = [(c, v, None if c < "006" else n) for c, v, n in _with_new()]
    assert doubt(_told(engine, [_nulls(new)] * 3), (ACCEPTED, empty)) == ""
    assert "empty in rows" in doubt(_told(engine, [_nulls(old)] * 3), (ACCEPTED, empty))
    assert "only empty" in doubt(_told(engine, [_nulls(new)] * 3), (empty,))


def _nulls(shops: Sequence[tuple[str, str, int | str | None]]) -> list[Shop]:
    return [(c, v, n if n is not None else "NULL") for c, v, n in shops]


def _moved(*steps: float) -> list[Sequence[Shop]]:
    """All shops, moved by the running sum of `steps` (shares of 100)."""
    found: list[Sequence[Shop]] = []
    by = 0.0
    for step in steps:
        by += step
        moved: list[Shop] = [(c, v, round(n + by)) for c, v, n in SHOPS]
        found.append(moved)
    return found


def test_a_level_that_goes_on_moving_is_a_trend_and_one_that_moved_once_a_question(engine: Scratch) -> None:
    assert doubt(_told(engine, _moved(30, 28, 35)), (JUMP,)) == ""
    assert "moved once" in doubt(_told(engine, _moved(30, 1, 1)), (JUMP,))
    assert "one way" in doubt(_told(engine, _moved(30, -28, 30)), (JUMP,))
    assert "at once" in doubt(_told(engine, _moved(200, 150, 150)), (JUMP,))
    assert "one time after the other" in doubt(_told(engine, _moved(30, 30, 30), key=("label",))._replace(
        last=_relation(9, SHOPS)), (JUMP,))  # fmt: skip
    assert "no key" in doubt(_told(engine, _moved(30, 30, 30), key=()), (JUMP,))


def test_a_column_that_says_the_same_in_every_row_has_stopped_unless_a_product_rests_on_it(engine: Scratch) -> None:
    said = "column `visitors`: 18 of 18 arriving rows have one value"
    nothing = [(c, v, 0) for c, v, _ in SHOPS]
    told, stopped = _told(engine, [nothing] * 3), (News("point_mass", said),)
    assert doubt(told, stopped) == ""
    assert "not one value" in doubt(_told(engine, [SHOPS, nothing, nothing]), stopped)
    assert "rests on" in doubt(told._replace(used=frozenset({"visitors"})), stopped)
