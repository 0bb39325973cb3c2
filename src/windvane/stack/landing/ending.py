"""Whether a file of lines stops inside its last one, as one does whose upload was cut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from windvane.domain.batch import Batch
from windvane.domain.estate import Reading
from windvane.domain.record import replace

ENOUGH = 3  # earlier deliveries that all ended their last line
TAIL = 65_536  # bytes that hold the last line
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
    fewer rows than each of them, seems to be cut; without its last line's end alone it is whole, and so it is when its
    last cell is one of the few values that always stand there."""
    reading = batch.reading
    if reading is None or reading.format != "csv":
        return batch
    batch = replace(batch, unended=unended(file))
    before = [b for b in earlier if b.id != batch.id and not b.cut]  # one cut file does not make the next usual
    fewest = min((b.rows_read for b in before), default=0)
    if not batch.unended or len(before) < ENOUGH or batch.rows_read >= fewest or any(b.unended for b in before):
        return batch
    if last_cell(file, reading) in _whole_values(before, batch.columns[-1:]):
        return batch
    told = f"it stops inside its last line after {batch.rows_read:,} rows; the fewest of {len(before):,} were "
    return replace(batch, cut=f"{told}{fewest:,}, all to the end of a line")


def last_cell(file: Path, reading: Reading) -> str:
    """The last cell of a file of lines as text, without its quotes."""
    with file.open("rb") as handle:
        handle.seek(max(0, file.stat().st_size - TAIL))
        line = handle.read().decode(reading.encoding, errors="replace").splitlines()[-1]
    cell = line.rpartition(reading.delimiter)[2].strip()
    quoted = len(cell) > 1 and cell[0] == cell[-1] == reading.quote
    return cell[1:-1] if quoted else cell


def _whole_values(batches: Sequence[Batch], columns: tuple[str, ...]) -> frozenset[str]:
    """All values that ever stood in a column of few, without such as another one of them begins with."""
    found: set[str] = set()
    for batch in batches:
        profile = batch.profile.column(columns[0]) if batch.profile and columns else None
        if profile is None:
            continue  # of many deliveries at once only some were looked at
        if profile.distinct > len(profile.top):
            return frozenset()
        found |= {value for value, _ in profile.top}
    return frozenset(v for v in found if v and not any(o != v and o.startswith(v) for o in found))
