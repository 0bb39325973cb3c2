"""Rows that cannot become values exactly, that repeat, or that contradict each other are withheld and counted."""

from __future__ import annotations

import pytest

from landing.conftest import Dock
from windvane.domain.batch import Batch, Cast
from windvane.domain.errors import Failed
from windvane.domain.record import replace
from windvane.stack.landing.fits import fits, in_doubt
from windvane.stack.landing.mend import Rules, Wanted, replayed
from windvane.stack.landing.quarantine import held, reasons
from windvane.stack.landing.screen import screen

CASTS = (
    Cast(name="id", text='TRIM("id")', type="bigint"),
    Cast(name="day", text='"day"', type="date"),
    Cast(name="price", text='"price"', type="decimal(8,2)"),
)
HEAD = "id,day,price\n"


def plain(count: int, *, start: int = 1) -> str:
    return "".join(f"{i},2024-01-{i % 28 + 1:02},{i}.25\n" for i in range(start, start + count))


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("bigint", "0 -5 +7 9223372036854775807 007", "30.9 1e3 9223372036854775808 1,000 _ 0x1F 1_000 ٣"),
        ("decimal(5,2)", "1 -1.5 999.99 0.10 .5 5. 00012.300", "1000 1.005 1e2 . - 1,5 99999999999999999999 NaN"),
        ("decimal(18,0)", "1 1.0 123456789012345678", "1.5 1234567890123456789"),
        ("double", "1 1.5 -2e10 0.1 1e308 12345678901234567 0.00000000000000000012",
         "1e309 nan inf 1,5 123456789012345678 1e-400"),
        ("date", "2024-02-29 1999-12-31",
         "2023-02-29 2024-13-01 2024-1-5 31.12.2024 20240101 2024-01-01T00:00:00 infinity epoch"),
        ("timestamp", "2024-01-01T10:00:00 2024-01-01T10:00 2024-01-01T23:59:59.123456",
         "2024-01-01T24:01:00 2024-01-01T10:00:00.1234567 2024-01-01T10:00:00Z 2024-02-30T00:00:00 10:00 infinity now"),
        ("boolean", "true FALSE 1 0 t", "yes ja 2"),
        ("varchar", "anything -", ""),
    ],
)  # fmt: skip
def test_a_type_takes_exactly_the_texts_that_spell_it(dock: Dock, kind: str, good: str, bad: str) -> None:
    for text, expected in [*((t, True) for t in good.split()), *((t, False) for t in bad.split())]:
        found = dock.engine.rows(f"SELECT {fits('t', kind)} FROM (SELECT ? AS t)", [text])
        assert found == [(expected,)], (kind, text)
        doubt = dock.engine.rows(f"SELECT {in_doubt('t', kind)} FROM (SELECT ? AS t)", [text])[0][0]
        assert doubt or expected, (kind, text)
    assert not dock.engine.rows(f"SELECT {in_doubt('t', kind)} FROM (SELECT CAST(NULL AS VARCHAR) AS t)")[0][0]


def test_what_passes_the_screen_casts_to_the_same_value(dock: Dock) -> None:
    texts = ["1", "1.5", "30.9", "2.50", "1e3", "99999.99", "0.001", "x", "", "12345678901234567890", "-0", "+1.10"]
    for kind in ("bigint", "decimal(8,2)", "double"):
        for text in texts:
            passes = dock.engine.rows(f"SELECT {fits('t', kind)} FROM (SELECT ? AS t)", [text])[0][0]
            if passes:
                same = dock.engine.rows(f"SELECT CAST(? AS {kind}) = CAST(? AS DECIMAL(38,10))", [text, text])
                assert same == [(True,)] or kind == "double", (kind, text)


def screened(dock: Dock, text: str, **more: object) -> Batch:
    return screen(dock.land(text), CASTS, root=dock.root, engine=dock.engine, **more).batch  # type: ignore[arg-type]


def test_a_clean_batch_passes_untouched(dock: Dock) -> None:
    batch = dock.land(HEAD + plain(50))
    done = screen(batch, CASTS, root=dock.root, engine=dock.engine, key=("id",))
    assert done.batch == batch
    assert done.reasons == ()


def test_rows_that_fit_no_type_are_withheld_with_the_column_and_never_rounded(dock: Dock) -> None:
    batch = screened(dock, HEAD + plain(20) + "30.9,2024-01-01,1\n31,2024-02-30,1\n32,2024-01-01,1.005\n33,,\n")
    assert (batch.rows_read, batch.accepted, batch.quarantined) == (24, 21, 3)
    assert [(r, why) for r, why, _ in dock.aside(batch)] == [
        (21, "column id: not bigint"),
        (22, "column day: not date"),
        (23, "column price: not decimal(8,2)"),
    ]
    assert dock.aside(batch)[0][2] == '{"id":"30.9","day":"2024-01-01","price":"1"}'
    assert dock.cells(batch)[-1] == ("33", None, None)


def test_with_a_key_repeats_are_suppressed_and_contradictions_quarantined_on_both_sides(dock: Dock) -> None:
    text = HEAD + plain(10) + "3,2024-01-04,3.25\n" + "5,2024-01-06,9.99\n" + "05,2024-01-06,5.25\n" + ",2024-01-01,1\n"
    batch = screened(dock, text, key=("id",))
    assert (batch.rows_read, batch.accepted, batch.quarantined, batch.suppressed) == (14, 9, 4, 1)
    assert [(r, why) for r, why, _ in dock.aside(batch)] == [
        (5, "key: rows of one id differ"),
        (12, "key: rows of one id differ"),
        (13, "key: rows of one id differ"),
        (14, "key: no value in id"),
    ]
    assert 3 in dock.row_numbers(batch) and 11 not in dock.row_numbers(batch)


def test_without_a_key_repeats_may_be_real_and_stay(dock: Dock) -> None:
    batch = screened(dock, HEAD + plain(5) + plain(5))
    assert batch.accepted == 10


def test_a_growing_file_delivered_whole_again_adds_only_what_is_new(dock: Dock) -> None:
    first = screened(dock, HEAD + plain(30), key=("id",))
    changed = plain(40).replace("7,2024-01-08,7.25", "7,2024-01-08,8.00")
    again = dock.land(HEAD + changed)
    done = screen(again, CASTS, root=dock.root, engine=dock.engine, key=("id",), history=(dock.root / first.path,))
    assert done.restated == 1
    assert (done.batch.accepted, done.batch.suppressed) == (11, 29)
    assert dock.row_numbers(done.batch) == [7, *range(31, 41)]


def test_a_value_that_comes_back_is_news_and_not_a_repeat(dock: Dock) -> None:
    def later(price: str, *history: Batch) -> Batch:
        blank = "\n" * len(history)  # other bytes each time, or it would be the same delivery
        batch = dock.land(HEAD + plain(5, start=10) + f"1,2024-01-02,{price}\n{blank}")
        paths = tuple(dock.root / b.path for b in history)
        return screen(batch, CASTS, root=dock.root, engine=dock.engine, key=("id",), history=paths).batch

    first = later("1.00")
    second = later("2.00", first)
    third = later("1.00", first, second)  # equal to the first, and must win over the second
    assert second.accepted == 1
    assert third.accepted == 1 and third.suppressed == 5


def test_screening_twice_is_screening_once(dock: Dock) -> None:
    landed = dock.land(HEAD + plain(9) + "x,2024-01-01,1\n" + "2,2024-01-03,2.25\n")
    once = screen(landed, CASTS, root=dock.root, engine=dock.engine, key=("id",))
    killed_before_it_was_written_down = screen(landed, CASTS, root=dock.root, engine=dock.engine, key=("id",))
    twice = screen(once.batch, CASTS, root=dock.root, engine=dock.engine, key=("id",))
    assert once == killed_before_it_was_written_down
    assert twice.batch == once.batch


def test_lines_set_aside_at_landing_stay_beside_those_of_the_screen(dock: Dock) -> None:
    batch = screened(dock, HEAD + plain(30) + "1,2,3,4\nx,2024-01-01,1\n")
    assert [why for _, why, _ in dock.aside(batch)] == ["line: 4 fields, 3 expected", "column id: not bigint"]
    assert reasons(batch, root=dock.root, engine=dock.engine)[0][1] == 1
    assert held(batch, root=dock.root, engine=dock.engine)[0].raw == "1,2,3,4"


def test_columns_that_are_not_delivered_count_as_no_value(dock: Dock) -> None:
    batch = dock.land("id,day\n1,2024-01-01\n2,2024-01-02\n3,2024-01-03\n")
    done = screen(batch, CASTS, root=dock.root, engine=dock.engine, key=("id",))
    assert done.batch.accepted == 3
    with pytest.raises(Failed):
        screen(batch, CASTS, root=dock.root, engine=dock.engine, key=("nothing",))


def test_odd_column_names_are_inert(dock: Dock) -> None:
    name = "a'; DROP TABLE x; --"
    batch = dock.land(f'"{name}","b ""q"" /~"\n1,2\nx,3\n5,4\n')
    quoted = name.replace('"', '""')
    casts = (
        Cast(name="a", text=f'"{quoted}"', type="bigint"),
        Cast(name="b", text='"b ""q"" /~"', type="bigint"),
    )
    done = screen(batch, casts, root=dock.root, engine=dock.engine, key=("a",))
    assert done.batch.quarantined == 1
    loose = (replace(casts[0], type="varchar"), casts[1])
    again = replayed(done.batch, Rules(casts=loose), Wanted(), root=dock.root, engine=dock.engine)
    assert again.passed == (2,) and ("x", "3") in dock.cells(again.batch)
