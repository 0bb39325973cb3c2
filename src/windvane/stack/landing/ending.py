"""Whether a file of lines stops inside its last one, as one does whose upload was cut."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from windvane.domain.batch import Batch
from windvane.domain.record import replace

ENOUGH = 3  # earlier deliveries that all ended their last line
_PACKED = (b"\x1f\x8b", b"PK", b"BZ", b"\xfd7", b"(\xb5")  # how packed files begin: their last byte says nothing


def unended(file: Path) -> bool:
    """Whether the last line of a plain text file has no end."""
    size = file.stat().st_size
    with file.open("rb") as handle:
        if handle.read(2) in _PACKED or size < 2:
            return False
        handle.seek(-2, 2)
        return not {10, 13} & set(handle.read(2))


def looked_at(batch: Batch, file: Path, earlier: Iterable[Batch]) -> Batch:
    """The batch with what its last line says: a file that does not end it, where earlier ones always did, and that has
    fewer rows than each of them, seems to be cut; without its last line's end alone it is whole."""
    if batch.reading is None or batch.reading.format != "csv":
        return batch
    batch = replace(batch, unended=unended(file))
    before = [b for b in earlier if b.id != batch.id and not b.cut]  # one cut file does not make the next usual
    fewest = min((b.rows_read for b in before), default=0)
    if batch.unended and len(before) >= ENOUGH and batch.rows_read < fewest and not any(b.unended for b in before):
        told = f"it stops inside its last line after {batch.rows_read:,} rows; the fewest of {len(before):,} were "
        return replace(batch, cut=f"{told}{fewest:,}, all to the end of a line")
    return batch
