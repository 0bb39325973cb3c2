"""A step that runs out of memory is run again with less and ends well; nothing of what it does changes with that."""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from windvane.adapters.ledger import Ledger
from windvane.adapters.warehouses.scratch import Scratch
from windvane.app.founding import init
from windvane.app.running import run
from windvane.domain.batch import Batch, Cast, Delivery
from windvane.domain.entry import Note
from windvane.domain.errors import TryAgain
from windvane.domain.estate import Source
from windvane.domain.ports import Resources, Row
from windvane.stack.landing.land import land
from windvane.stack.landing.rawstore import RawStore
from windvane.stack.landing.screen import Screened, screen
from windvane.stack.landing.succession import Departed, departed

ROWS, TEXT = 110_000, 240  # a text that no compression makes small: the rows are 30 MB, the limit is 64
CASTS = (
    Cast(name="order_id", text='"order_id"', type="bigint"),
    Cast(name="day", text='"day"', type="date"),
    Cast(name="amount", text='"amount"', type="decimal(18,2)"),
    Cast(name="note", text='"note"', type="varchar"),
)


def orders(path: Path, rows: int, *, text: int, seed: int = 1) -> Path:
    """Orders with one amount that is none."""
    chance = random.Random(seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        file.write("order_id,day,amount,note\n")
        for i in range(rows):
            note = f"{chance.getrandbits(4 * text):0{text}x}"
            amount = "free" if i == rows // 2 else f"{chance.uniform(1, 100):.2f}"
            file.write(f"{i + 1},2024-01-{1 + i % 28:02},{amount},{note}\n")
    return path


class Place:
    """An estate folder with an engine that may use so much and no more."""

    def __init__(self, root: Path, resources: Resources) -> None:
        self.root = root
        self.engine = Scratch(root / "spill", resources)

    def land(self, file: Path, seq: int = 1) -> Batch:
        source = Source(name="orders", connector="files", location=str(file))
        delivery = Delivery(source="orders", name=file.name)
        return land(source, delivery, file, store=RawStore(self.root), engine=self.engine, seq=seq)

    def screen(self, batch: Batch, *earlier: Batch, key: tuple[str, ...] = ("order_id",)) -> Screened:
        files = tuple(self.root / b.path for b in earlier)
        return screen(batch, CASTS, root=self.root, engine=self.engine, key=key, history=files, earlier=files)

    def departed(self, batch: Batch, *earlier: Batch, key: tuple[Cast, ...] = CASTS[:1]) -> Departed:
        return departed(batch, earlier, key=key, root=self.root, engine=self.engine)

    def rows(self, path: str) -> list[Row]:
        return self.engine.rows(f"SELECT * EXCLUDE (_batch) FROM read_parquet('{self.root / path}')") if path else []


def test_a_run_without_enough_memory_ends_well_with_smaller_chunks(tmp_path: Path) -> None:
    orders(tmp_path / "files" / "orders.csv", ROWS, text=TEXT)
    estate = tmp_path / "estate"
    init((str(tmp_path / "files"),), "Total amount per day", estate, emit=lambda _: None, answer=None)
    with (estate / "windvane.toml").open("a") as heading:
        heading.write("\n[engine]\nmemory_mb = 64\nthreads = 2\nchunk_rows = 100_000\n")
    said: list[str] = []
    report = run(estate, emit=lambda e: said.append(e.text))
    assert (report.rows_read, report.rows_accepted, report.rows_quarantined) == (ROWS, ROWS - 1, 1)
    less = "runs again with less: 64 MB, 1 thread, chunks of 25000 rows"
    assert [t for t in said if less in t]
    ledger = Ledger(estate / ".windvane" / "ledger.sqlite")
    notes = [e.body for e in ledger.entries() if isinstance(e.body, Note)]
    ledger.close()
    assert {n.what for n in notes} == {"retry"} and any(less in n.detail for n in notes)


def test_one_thread_alone_does_not_help(tmp_path: Path) -> None:
    """Or the chunks would not be what helped above."""
    place = Place(tmp_path, Resources(memory_mb=64, threads=1))
    batch = place.land(orders(tmp_path / "orders.csv", ROWS, text=TEXT))
    with pytest.raises(TryAgain) as raised:
        place.screen(batch)
    assert raised.value.code == "engine.memory"
    place.engine.use(Resources(memory_mb=64, threads=1, chunk_rows=25_000))
    assert place.screen(batch).batch.accepted == ROWS - 1


@pytest.mark.parametrize("name", ["orders.csv", "orders.ndjson", "orders.parquet"])
def test_landing_holds_no_more_rows_than_a_chunk_and_lands_the_same(tmp_path: Path, name: str) -> None:
    csv = orders(tmp_path / "as" / "orders.csv", 5_000, text=10)
    file = csv.with_name(name)
    engine = Scratch(tmp_path / "spill")
    kind = "PARQUET" if name.endswith("parquet") else "JSON"
    if file != csv:
        engine.execute(f"COPY (SELECT * FROM read_csv('{csv}', all_varchar = true)) TO '{file}' (FORMAT {kind})")
    found = []
    for chunk in (1_000_000, 700):
        place = Place(tmp_path / str(chunk), Resources(chunk_rows=chunk))
        batch = place.land(file)
        path = place.root / batch.path
        groups = pq.ParquetFile(path).metadata
        largest = max(groups.row_group(i).num_rows for i in range(groups.num_row_groups))
        assert largest == min(chunk, 5_000)
        found.append(([b[-1] for b in place.rows(batch.path)], sorted(map(str, place.rows(batch.path)))))
        assert (batch.rows_read, batch.accepted) == (5_000, 5_000)
    assert found[0] == found[1] and found[0][0] == list(range(1, 5_001))


@pytest.mark.parametrize("key", [("order_id",), ()])
def test_screening_in_pieces_decides_the_same(tmp_path: Path, key: tuple[str, ...]) -> None:
    """Repeats, contradictions, misfits, ragged lines, restated and departed rows: all in the same places."""
    first = orders(tmp_path / "a" / "orders.csv", 3_000, text=8)
    lines = first.read_text().splitlines()
    lines[1] = "1,2024-01-01,1.00,restated"
    lines[40] += ",one too many"
    lines += [lines[2], "7,2024-01-01,2.00,contradicts", "7,2024-01-01,3.00,contradicts", lines[2900], "x,,,"]
    second = tmp_path / "b" / "orders.csv"
    second.parent.mkdir()
    second.write_text("\n".join([*lines[:100], *lines[300:], ""]))
    found = []
    for chunk in (1_000_000, 170):
        place = Place(tmp_path / str(chunk), Resources(chunk_rows=chunk))
        before = place.screen(place.land(first), key=key).batch
        landed = place.land(second, seq=2)
        screened = place.screen(landed, before, key=key)
        gone = place.departed(landed, before, key=CASTS[:1] if key else ())
        paths = (before, screened.batch, *gone.thinner)
        found.append((
            screened.reasons, screened.restated, gone.gone, gone.still,
            [(b.accepted, b.quarantined, b.suppressed, b.departed) for b in paths],
            [(place.rows(b.path), place.rows(b.quarantine_path)) for b in paths],
        ))  # fmt: skip
    assert found[0] == found[1]
    assert found[0][2] >= 200 and len(found[0][0]) >= 2
