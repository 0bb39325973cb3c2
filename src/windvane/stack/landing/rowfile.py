"""Writes landed rows as Parquet, all text, with the batch, its ordinal and the row number; and rows set aside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from windvane.stack.landing.rawstore import written
from windvane.stack.landing.records import Bad

OWN = ("_batch", "_seq", "_row")
GROUP_ROWS = 122_880  # of a row group, at most
_GROUP_BYTES = 16 << 20
_QUARANTINE = pa.schema([("_batch", pa.string()), ("_row", pa.int64()), ("reason", pa.string()), ("raw", pa.string())])


class RowFile:
    """A growing Parquet file of accepted rows; `rows` counts what was written, `chunk` is what it holds back."""

    def __init__(self, path: Path, names: Sequence[str], *, batch: str, seq: int, chunk: int = GROUP_ROWS) -> None:
        self.rows = 0
        self.chunk = min(GROUP_ROWS, max(1, chunk))
        self._batch, self._seq = batch, seq
        fields = [(n, pa.string()) for n in names]
        self._schema = pa.schema([*fields, ("_batch", pa.string()), ("_seq", pa.int64()), ("_row", pa.int64())])
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd", compression_level=1)
        self._waiting: list[pa.Table] = []
        self._last: pa.Table | None = None

    @property
    def last(self) -> dict[str, str]:
        """The filled cells of the row that was written last."""
        cells = (
            self._last.select(self._schema.names[: -len(OWN)]).slice(self._last.num_rows - 1).to_pylist()
            if self._last
            else []
        )
        return {name: text for row in cells for name, text in row.items() if text and text.strip()}

    def __enter__(self) -> RowFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._flush()
        self._writer.close()

    def write(self, columns: Sequence[pa.Array | pa.ChunkedArray], ordinals: np.ndarray) -> None:
        """Add rows: one text array per column, and their 1-based ordinals in the delivery."""
        count = len(ordinals)
        own = [pa.repeat(pa.scalar(self._batch), count), pa.repeat(pa.scalar(self._seq, pa.int64()), count)]
        table = pa.Table.from_arrays([*columns, *own, pa.array(ordinals, pa.int64())], schema=self._schema)
        self.rows += count
        self._waiting.append(table)
        self._last = table
        if sum(t.num_rows for t in self._waiting) >= self.chunk or sum(t.nbytes for t in self._waiting) > _GROUP_BYTES:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            self._writer.write_table(pa.concat_tables(self._waiting), row_group_size=self.chunk)
        self._waiting = []


class Aside:
    """Lines that are no rows, kept with the reason; `rows` counts them. No file is made when there are none."""

    def __init__(self, path: Path, *, batch: str) -> None:
        self.rows = 0
        self._path, self._batch = path, batch
        self._waiting: list[Bad] = []
        self._writer: pq.ParquetWriter | None = None

    def add(self, bad: Sequence[Bad]) -> None:
        """Set lines aside."""
        self.rows += len(bad)
        self._waiting.extend(bad)
        if len(self._waiting) > 10_000 or sum(len(b.raw) for b in bad) > _GROUP_BYTES:
            self._flush()

    def close(self) -> None:
        """Write what is left."""
        self._flush()
        if self._writer is not None:
            self._writer.close()

    def _flush(self) -> None:
        if not self._waiting:
            return
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, _QUARANTINE, compression="zstd")
        rows = [
            {
                "_batch": self._batch,
                "_row": b.ordinal,
                "reason": b.reason,
                "raw": b.raw.decode("utf-8", "backslashreplace"),
            }
            for b in self._waiting
        ]
        self._writer.write_table(pa.Table.from_pylist(rows, schema=_QUARANTINE))
        self._waiting = []


@contextmanager
def setting_aside(path: Path, *, batch: str) -> Iterator[Aside]:
    """An `Aside` whose file appears at `path` when the block ends well and something was set aside."""
    path.unlink(missing_ok=True)
    waiting = path.with_name(f".{path.name}.aside")
    aside = Aside(waiting, batch=batch)
    try:
        yield aside
        aside.close()
        if aside.rows:
            with written(path) as temporary:
                waiting.replace(temporary)
    finally:
        waiting.unlink(missing_ok=True)
