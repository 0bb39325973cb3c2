"""Withheld rows come in again exactly once, in their own place, and every row is counted at every moment."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landing.conftest import Dock
from windvane.domain.batch import Batch, Cast
from windvane.stack.landing.mend import Mended, Rules, Wanted, chosen, dropped, replayed
from windvane.stack.landing.screen import screen

CASTS = (
    Cast(name="id", text='TRIM("id")', type="bigint"),
    Cast(name="day", text='"day"', type="date"),
    Cast(name="price", text='"price"', type="decimal(8,2)"),
)
COMMA = (*CASTS[:2], Cast(name="price", text="REPLACE(\"price\", ',', '.')", type="decimal(8,2)"))
HEAD = "id,day,price\n"


def plain(count: int) -> str:
    return "".join(f"{i},2024-01-{i % 28 + 1:02},{i}.25\n" for i in range(1, count + 1))


def landed(dock: Dock, text: str, *, history: tuple[Batch, ...] = ()) -> Batch:
    past = tuple(dock.root / b.path for b in history)
    batch = dock.land(HEAD + text, f"orders_{dock.landed}.csv")
    return screen(batch, CASTS, root=dock.root, engine=dock.engine, key=("id",), history=past).batch


def rules(*history: Batch, casts: tuple[Cast, ...] = CASTS) -> Rules:
    return Rules(casts=casts, key=("id",), seq=1, history=tuple(b.path for b in history))


def whole(dock: Dock, batch: Batch) -> list[int]:
    """Rows in the two files of a batch; each count is that of its file and no row is in both."""
    accepted, aside = dock.row_numbers(batch), [row for row, _, _ in dock.aside(batch)]
    assert (len(accepted), len(aside)) == (batch.accepted, batch.quarantined)
    assert not set(accepted) & set(aside) and len(set(accepted)) == len(accepted)
    return sorted([*accepted, *aside])


def again(dock: Dock, batch: Batch, wanted: Wanted | None = None, *, of: Rules | None = None) -> Mended:
    return replayed(batch, of or rules(), wanted or Wanted(), root=dock.root, engine=dock.engine)


def test_rows_that_read_now_come_in_once_and_keep_their_place(dock: Dock) -> None:
    first = landed(dock, plain(20) + 'x,2024-01-01,1\n21,2024-01-01,"1,5"\n22,,30.999\nragged\n')
    assert first.quarantined == 4
    made = again(dock, first, of=rules(casts=COMMA))
    assert made.passed == (22,) and (made.batch.accepted, made.batch.quarantined) == (21, 3)
    assert dock.cells(made.batch)[-1] == ("21", "2024-01-01", "1,5") and whole(dock, made.batch) == list(range(1, 25))
    stamps = dock.engine.rows("SELECT DISTINCT _batch, _seq FROM read_parquet(?)", [str(dock.root / made.batch.path)])
    assert stamps == [(first.id, 1)], "an old row must not win over what came later"
    assert again(dock, made.batch, of=rules(casts=COMMA)).passed == ()
    assert again(dock, first, of=rules(casts=COMMA)) == made, "asked again after a kill, it is the same"


def test_a_correction_is_kept_beside_the_original(dock: Dock) -> None:
    first = landed(dock, plain(9) + "x,2024-01-01,1\ny,2024-01-02,2\n")
    made = again(dock, first, Wanted(rows=(10,), fixes=(("id", "10"),)))
    assert made.passed == (10,) and ("10", "2024-01-01", "1") in dock.cells(made.batch)
    text = (dock.root / made.batch.corrections[0]).read_text()
    assert text == "row,column,was,now\n10,id,x,10\n"
    assert "x,2024-01-01,1" in dock.store.object(first.digest).read_text(), "what was delivered stays"
    assert whole(dock, made.batch) == list(range(1, 12))


def test_a_correction_that_does_not_read_changes_nothing(dock: Dock) -> None:
    first = landed(dock, plain(9) + "x,2024-01-01,1\n")
    made = again(dock, first, Wanted(rows=(10,), fixes=(("id", "ten"),)))
    assert made.batch == first and made.reasons == (("column id: not bigint", 1),)


def test_rows_that_contradict_each_other_wait_for_a_choice(dock: Dock) -> None:
    first = landed(dock, plain(9) + "10,2024-01-01,1\n10,2024-01-01,2\n")
    assert first.quarantined == 2
    assert again(dock, first).passed == (), "nobody chose"
    both = chosen(first, rules(), (10, 11), root=dock.root, engine=dock.engine)
    assert both.passed == () and both.batch == first
    one = chosen(first, rules(), (11,), root=dock.root, engine=dock.engine)
    assert one.passed == (11,) and ("10", "2024-01-01", "2") in dock.cells(one.batch)
    assert again(dock, one.batch).passed == (), "the other contradicts what was accepted"
    assert chosen(one.batch, rules(), (10,), root=dock.root, engine=dock.engine).passed == ()
    assert whole(dock, one.batch) == list(range(1, 12))


def test_a_corrected_row_never_contradicts_an_accepted_one(dock: Dock) -> None:
    first = landed(dock, plain(9) + "x,2024-01-05,1\n")
    made = again(dock, first, Wanted(fixes=(("id", "4"),)))
    assert made.passed == () and made.reasons == (("key: rows of one id differ", 1),)
    same = again(dock, first, Wanted(fixes=(("id", "4"), ("price", "4.25"))))
    assert same.known == (10,) and same.batch.suppressed == 1 and same.batch.quarantined == 0


def test_a_row_equal_to_an_older_one_is_a_repeat_and_a_newer_batch_does_not_count(dock: Dock) -> None:
    old = landed(dock, plain(9))
    late = landed(dock, "11,2024-01-01,1\nx,2024-01-03,2.25\n", history=(old,))
    made = again(dock, late, Wanted(fixes=(("id", "2"),)), of=rules(old))
    assert made.known == (2,) and made.batch.suppressed == 1 and made.batch.rows_read == 2
    assert again(dock, late, Wanted(fixes=(("id", "2"),))).passed == (2,)


def test_dropped_rows_are_still_counted_and_not_asked_again(dock: Dock) -> None:
    first = landed(dock, plain(9) + "x,2024-01-01,1\nragged\n")
    made = dropped(first, (), because="test orders", root=dock.root, engine=dock.engine)
    assert (made.batch.closed, made.batch.quarantined, made.batch.accepted) == (2, 2, 9)
    told = [why for _, why, _ in dock.aside(made.batch)]
    assert told[0] == "dropped: test orders (was column id: not bigint)" and "(was line:" in told[1]
    assert again(dock, made.batch, Wanted(fixes=(("id", "10"),))).passed == ()
    assert dropped(made.batch, (), because="again", root=dock.root, engine=dock.engine).batch == made.batch


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_is_done_every_row_is_in_one_place(dock: Dock, data: st.DataObject) -> None:
    ids = st.sampled_from(["1", "2", "3", "4", "x", "", "5.5"])
    cell = st.tuples(ids, st.sampled_from(["2024-01-01", "soon"]), st.sampled_from(["1", "1,5", "2"]))
    lines = data.draw(st.lists(cell, min_size=1, max_size=12))
    batch = landed(dock, "".join(f'{i},{d},"{p}"\n' for i, d, p in lines) + "99,2024-01-01,1\n")
    total = batch.rows_read - batch.suppressed
    for act in data.draw(st.lists(st.sampled_from(["replay", "choose", "fix", "drop"]), max_size=4)):
        aside = [row for row, _, _ in dock.aside(batch)]
        if not aside:
            break
        some = tuple(data.draw(st.lists(st.sampled_from(aside), min_size=1, max_size=3, unique=True)))
        before = batch
        if act == "replay":
            made = again(dock, batch, of=rules(casts=COMMA))
        elif act == "choose":
            made = chosen(batch, rules(), some, root=dock.root, engine=dock.engine)
        elif act == "fix":
            made = again(dock, batch, Wanted(rows=some, fixes=(("id", data.draw(ids)),)))
        else:
            made = dropped(batch, some, because="no", root=dock.root, engine=dock.engine)
        batch = made.batch
        assert batch.suppressed == before.suppressed + len(made.known)
        assert len(whole(dock, batch)) + batch.suppressed == batch.rows_read and total >= len(whole(dock, batch))
        keys = [r[0] for r in dock.cells(batch)]
        assert len(set(keys)) == len(keys), "one row a key within a batch"
