"""Many small files of one kind: each is landed, refused or quarantined by itself, and none costs a query of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from benchmarks.many_files import GOAL, HEADER, ROWS, stray, write

from windvane.adapters.ledger import Ledger
from windvane.adapters.warehouses.scratch import Scratch
from windvane.app.founding import init
from windvane.app.reports import RunReport
from windvane.app.running import run
from windvane.domain.batch import Batch, Cast
from windvane.domain.entry import Landed
from windvane.domain.ports import Resources, Row, Value
from windvane.domain.record import replace
from windvane.stack.landing.screen import screen
from windvane.stack.landing.sound import shared_keys, sound

FILES = 150


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every statement that the real scratch engine is given."""
    found: list[str] = []
    rows, execute = Scratch.rows, Scratch.execute

    def counted_rows(engine: Scratch, sql: str, params: Sequence[Value] = ()) -> list[Row]:
        found.append(sql)
        return rows(engine, sql, params)

    def counted(engine: Scratch, sql: str, params: Sequence[Value] = ()) -> None:
        found.append(sql)
        execute(engine, sql, params)

    monkeypatch.setattr(Scratch, "rows", counted_rows)
    monkeypatch.setattr(Scratch, "execute", counted)
    yield found


def landed(estate: Path) -> dict[str, Batch]:
    ledger = Ledger(estate / ".windvane" / "ledger.sqlite")
    found = {e.body.batch.delivery: e.body.batch for e in ledger.entries() if isinstance(e.body, Landed)}
    ledger.close()
    return found


def test_many_files_are_told_apart_without_a_query_for_each(tmp_path: Path, asked: list[str]) -> None:
    files, estate = tmp_path / "files", tmp_path / "estate"
    write(files, FILES)
    stray(files)
    report = init((str(files),), GOAL, estate, emit=lambda _: None, answer=None)
    assert {s.name for s in report.strays} >= {"logo.png", "sales_19990101.csv", "sales_19990102.csv"}
    assert all(s.why for s in report.strays)
    made: RunReport = run(estate, emit=lambda _: None)
    read = FILES * ROWS + 2
    assert (made.rows_read, made.rows_accepted, made.rows_quarantined) == (read, read - 2, 2)
    batches = landed(estate)
    assert len(batches) == FILES
    assert batches["sales_20100103.csv"].quarantined == 1  # the ragged line, told when it was landed
    assert all(b.rows_read == b.accepted + b.quarantined for b in batches.values())
    assert len(asked) <= 5 * FILES, f"{len(asked)} queries"  # it was 40 for each file; most of these are not for files

    asked.clear()
    write(files, 9, first=FILES)
    write(files, 1, first=FILES + 9, header=HEADER.replace("amount", "amount_paid"))
    more = run(estate, emit=lambda _: None)
    assert more.rows_accepted == 10 * ROWS
    assert len(more.healed) == 1, "the one file with another column is healed by itself"


def test_a_kill_within_a_group_lands_it_again_and_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, estate = tmp_path / "files", tmp_path / "estate"
    write(files, 12)

    class Killed(BaseException):
        """What no handler of an error sees."""

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("windvane.loop.arrive.profile", killed)
        with pytest.raises(Killed):
            init((str(files),), GOAL, estate, emit=lambda _: None, answer=None)
    init((str(files),), GOAL, estate, emit=lambda _: None, answer=None)
    made = run(estate, emit=lambda _: None)
    assert (made.rows_read, made.rows_accepted) == (12 * ROWS, 12 * ROWS)
    assert len(landed(estate)) == 12


def test_what_is_called_sound_comes_out_of_the_screen_as_it_went_in(tmp_path: Path) -> None:
    """And what shares a key is held against the batches that have it, and no others."""
    engine = Scratch(tmp_path / "spill", Resources())
    casts = (
        Cast(name="id", text='"id"', type="bigint"),
        Cast(name="v", text="NULLIF(\"v\", '')", type="decimal(18,2)"),
    )
    texts = [
        "1,1.00;2,",
        "3,2.00;4,x",
        "5,1.00;5,1.00",
        "6,1.00;7,2.00",
        "7,2.00;8,3.00",
        ",1.00",
        "9,1.005;10,1",
        "11,;12,7",
    ]
    batches = []
    for number, rows in enumerate(texts):
        path = tmp_path / f"b{number}.parquet"
        values = ", ".join(
            f"('{r.split(',')[0]}', '{r.split(',')[1]}', {i + 1})" for i, r in enumerate(rows.split(";"))
        )
        engine.execute(
            f"COPY (SELECT id, v, 'b{number}' AS _batch, {number}::BIGINT AS _seq, r::BIGINT AS _row "
            f"FROM (VALUES {values}) AS t(id, v, r)) TO '{path}' (FORMAT parquet)"
        )
        count = len(rows.split(";"))
        batches.append(
            Batch(
                id=f"b{number}",
                source="s",
                delivery=f"{number}",
                digest="0",
                landed_at="",
                rows_read=count,
                accepted=count,
                columns=("id", "v"),
                path=path.name,
            )
        )
    good = sound(batches, casts, ("id",), root=tmp_path, engine=engine)
    keys = shared_keys(batches, [], casts[:1], root=tmp_path, engine=engine)
    assert good == {"b0", "b2", "b3", "b4", "b7"}
    assert [b.id for b in batches if keys.repeat(b.id)] == ["b2", "b3", "b4"]
    assert keys.related("b3", "b4") and not keys.related("b3", "b2")
    for place, batch in enumerate(batches):
        before = tuple(tmp_path / b.path for b in batches[:place])
        near = tuple(tmp_path / b.path for b in batches[:place] if keys.related(batch.id, b.id))
        whole = screen(batch, casts, root=tmp_path, engine=engine, key=("id",), history=before)
        few = screen(batch, casts, root=tmp_path, engine=engine, key=("id",), history=near)
        assert replace(whole.batch, path="", quarantine_path="") == replace(few.batch, path="", quarantine_path="")
        assert (whole.reasons, whole.restated) == (few.reasons, few.restated)
        if batch.id in good and not keys.repeat(batch.id):
            assert whole.batch == batch
    engine.close()
