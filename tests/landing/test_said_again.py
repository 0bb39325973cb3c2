"""A file that comes again: what says the same in other words is known, what says otherwise is told by how it weighs."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landing.conftest import Dock
from windvane.domain.batch import Batch, Cast
from windvane.stack.landing.screen import screen
from windvane.stack.landing.succession import departed

CASTS = (
    Cast(name="at", text='"at"', type="timestamp"),
    Cast(name="town", text='"town"', type="varchar"),
    Cast(name="place", text='"place"', type="varchar"),
    Cast(name="height", text='"height"', type="decimal(18,4)"),
    Cast(name="amount", text='"amount"', type="bigint"),
)
KEY = ("at", "town")
WEIGHING = frozenset({"amount"})
OLD = """at,town,place,height,amount
2024-05-01 18:00:00,Ulm,Münster,478.0,10
2024-05-01 18:00:00,Bonn,Hofgarten,60.5,20
2024-05-01 18:00:00,Kiel,Förde,5.25,30
2024-05-01 18:00:00,Jena,Markt,143.5,40
"""


def _again(dock: Dock, new: str, *, name: str = "day.csv") -> Batch:
    """The second delivery, screened against the first."""
    first, second = dock.land(OLD, name=name), dock.land(new, name=name)
    files = (dock.root / first.path,)
    return screen(
        second, CASTS, root=dock.root, engine=dock.engine, key=KEY, history=files, earlier=files, weighing=WEIGHING
    ).batch


def _lost(dock: Dock, new: str) -> tuple[int, int]:
    """Rows that are gone, and rows that are still there."""
    first, second = dock.land(OLD), dock.land(new)
    key = [c for c in CASTS if c.name in KEY]
    found = departed(second, (first,), key=key, casts=CASTS, root=dock.root, engine=dock.engine)
    return found.gone, found.still


@pytest.mark.parametrize(
    "new",
    [
        OLD.replace("01 18", "01T18"),
        OLD.replace(",60.5,", ",60.5000,"),
        "at,town,height,place,amount\n"
        + "".join(f"{a},{b},{d},{c},{e}\n" for a, b, c, d, e in (x.split(",") for x in OLD.splitlines()[1:])),
        "".join(f"{line},{'note' if i == 0 else ''}\n" for i, line in enumerate(OLD.splitlines())),
    ],
    ids=["another time format", "another number format", "columns in another order", "a new column without values"],
)
def test_the_same_said_in_other_words_is_known(dock: Dock, new: str) -> None:
    batch = _again(dock, new)
    assert (batch.accepted, batch.suppressed, batch.restated, batch.relabelled) == (0, 4, 0, 0)


def test_a_new_column_with_a_value_comes_in_and_restates_nothing(dock: Dock) -> None:
    lines = OLD.splitlines()
    batch = _again(dock, "\n".join([f"{lines[0]},note", f"{lines[1]},checked", *(f"{x}," for x in lines[2:])]) + "\n")
    assert (batch.accepted, batch.suppressed, batch.restated, batch.anew) == (1, 3, 0, 1)


def test_a_column_that_is_not_delivered_restates_nothing(dock: Dock) -> None:
    new = "at,town,height,amount\n" + "".join(
        f"{a},{b},{d},{e}\n" for a, b, _, d, e in (x.split(",") for x in OLD.splitlines()[1:])
    )
    batch = _again(dock, new)
    assert (batch.accepted, batch.restated, batch.relabelled) == (4, 0, 0)


def test_labels_and_numbers_that_weigh_are_told_apart(dock: Dock) -> None:
    batch = _again(dock, OLD.replace("Hofgarten", "Rheinaue").replace(",30\n", ",31\n"))
    assert (batch.restated, batch.relabelled, batch.anew) == (1, 1, 2)
    assert batch.moved == pytest.approx(1 / 100)


def test_a_value_where_none_was_known_restates_nothing(dock: Dock) -> None:
    first = dock.land(OLD.replace(",20\n", ",\n"), name="gap.csv")
    second = dock.land(OLD, name="gap.csv")
    files = (dock.root / first.path,)
    batch = screen(second, CASTS, root=dock.root, engine=dock.engine, key=KEY, history=files).batch
    assert (batch.accepted, batch.restated, batch.anew, batch.moved) == (1, 0, 1, 0.0)


def test_a_key_that_is_spelled_anew_is_not_gone(dock: Dock) -> None:
    assert _lost(dock, OLD.replace("Jena", "Jena (Saale)")) == (0, 4)
    assert _lost(dock, OLD.replace("Jena,Markt,143.5,40", "Gera,Dom,200.5,44")) == (1, 3)


def test_a_file_whose_hour_was_wrong_replaces_the_one_before_even_where_a_number_changed_too(dock: Dock) -> None:
    assert _lost(dock, OLD.replace("18:00", "17:00").replace(",40\n", ",41\n")) == (0, 4)
    other = (
        "".join(f"{line.replace('18:00', '17:00')}{'0' if i else ''}\n" for i, line in enumerate(OLD.splitlines()))
        .replace("Münster", "x")
        .replace("Hofgarten", "y")
        .replace("Förde", "z")
        .replace("Markt", "w")
    )
    assert _lost(dock, other) == (4, 0)  # nothing shows that it is the same delivery


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.integers(0, 3), st.integers(1, 500)), max_size=4))
def test_what_moves_is_the_sum_of_changes(dock: Dock, changes: list[tuple[int, int]]) -> None:
    amounts = [10, 20, 30, 40]
    for place, amount in changes:
        amounts[place] = amount
    rows = [x.rpartition(",")[0] for x in OLD.splitlines()[1:]]
    new = "at,town,place,height,amount\n" + "".join(f"{r},{a}\n" for r, a in zip(rows, amounts, strict=True))
    batch = _again(dock, new, name=f"{hash(tuple(amounts))}.csv")
    moved = sum(abs(a - b) for a, b in zip(amounts, (10, 20, 30, 40), strict=True)) / 100
    assert batch.moved == pytest.approx(min(1.0, moved))
    assert batch.restated == sum(a != b for a, b in zip(amounts, (10, 20, 30, 40), strict=True))


CODED = (*CASTS[:2], Cast(name="code", text='"code"', type="bigint"), CASTS[4])


@pytest.mark.parametrize(
    ("codes", "restated", "relabelled"),
    [((21, 21, 30, 40), 0, 2), ((7, 10, 30, 40), 2, 0), ((10, 10, 30, 40), 0, 0)],
    ids=["one code became another wherever it stood", "rows came under codes of their own", "as known"],
)
def test_a_code_that_changes_alike_is_a_label_and_others_are_other_things(
    dock: Dock, codes: tuple[int, ...], restated: int, relabelled: int
) -> None:
    def day(codes: tuple[int, ...]) -> str:
        towns = ("Ulm", "Bonn", "Kiel", "Jena")
        rows = (f"2024-05-01 18:00:00,{t},{c},5" for t, c in zip(towns, codes, strict=True))
        return "at,town,code,amount\n" + "".join(f"{r}\n" for r in rows)

    before = (10, 10, 30, 40) if codes != (7, 10, 30, 40) else (10, 20, 30, 40)
    first, second = dock.land(day(before)), dock.land(day(codes))
    files = (dock.root / first.path,)
    batch = screen(
        second, CODED, root=dock.root, engine=dock.engine, key=KEY, history=files, earlier=files, weighing=WEIGHING
    ).batch
    assert (batch.restated, batch.relabelled) == (restated, relabelled)
