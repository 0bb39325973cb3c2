"""A place to land in, with the real scratch engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from windvane.adapters.warehouses.scratch import Scratch
from windvane.domain.batch import Batch, Delivery
from windvane.domain.estate import Reading, Source
from windvane.stack.landing.land import land
from windvane.stack.landing.rawstore import RawStore


class Dock:
    """An estate folder of a test: lands bytes and reads back what was landed."""

    def __init__(self, root: Path, engine: Scratch) -> None:
        self.root = root
        self.engine = engine
        self.store = RawStore(root)
        self.landed = 0

    def land(
        self,
        data: bytes | str,
        name: str = "orders.csv",
        *,
        reading: Reading | None = None,
        columns: tuple[str, ...] = (),
    ) -> Batch:
        file = self.root / "incoming" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data.encode() if isinstance(data, str) else data)
        source = Source(name="orders", connector="files", location=str(file), reading=reading, columns=columns)
        self.landed += 1
        return land(
            source,
            Delivery(source="orders", name=name),
            file,
            store=self.store,
            engine=self.engine,
            seq=self.landed,
        )

    def cells(self, batch: Batch) -> list[tuple[str | None, ...]]:
        """Accepted rows as delivered, in order, without our own columns."""
        rows = self.engine.rows("SELECT * FROM read_parquet(?) ORDER BY _row", [str(self.root / batch.path)])
        return [row[:-3] for row in rows]

    def row_numbers(self, batch: Batch) -> list[int]:
        found = self.engine.rows("SELECT _row FROM read_parquet(?) ORDER BY _row", [str(self.root / batch.path)])
        return [row[0] for row in found]

    def aside(self, batch: Batch) -> list[tuple[int, str, str]]:
        """(row, reason, raw) of what was set aside."""
        if not batch.quarantine_path:
            return []
        path = str(self.root / batch.quarantine_path)
        return self.engine.rows("SELECT _row, reason, raw FROM read_parquet(?) ORDER BY _row", [path])


@pytest.fixture(scope="session")
def engine() -> Iterator[Scratch]:
    made = Scratch()
    yield made
    made.close()


@pytest.fixture
def dock(tmp_path: Path, engine: Scratch) -> Dock:
    return Dock(tmp_path, engine)


Land = Callable[..., Batch]
