"""Tells at which line of a delivered file a row stands, when that is certain."""

from __future__ import annotations

from pathlib import Path

from windvane.domain.batch import Batch
from windvane.stack.landing.container import content
from windvane.stack.landing.rawstore import RawStore


def first_line(batch: Batch, *, root: Path) -> int | None:
    """How many lines stand before row 1 of a delivery; `None` when a row may be more or less than a line.

    Certain is it only where the file has exactly one line for each row read, besides its header and footer.
    """
    reading = batch.reading
    if reading is None or reading.format not in ("csv", "ndjson"):
        return None
    head = reading.header_line if reading.format == "csv" else 0
    path = RawStore(root).object(batch.digest)
    if not path.exists():
        return None
    lines, last = 0, b"\n"
    with content(path) as stream:
        while block := stream.read(1 << 20):
            lines += block.count(b"\n")
            last = block[-1:]
    lines += last != b"\n"
    return head if lines == head + batch.rows_read + reading.skip_footer else None
