"""The pieces in which a batch is worked on when it has more rows than one piece of work may hold at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq

from windvane.domain.ports import Engine
from windvane.stack.landing.rowfile import GROUP_ROWS

Where = Callable[[str], str]  # the name of a column with the ordinals of rows -> a condition on it


def group_rows(engine: Engine) -> int:
    """Rows of one row group of a Parquet file, so that no piece of work has to hold more than it may."""
    return min(GROUP_ROWS, max(1, engine.resources.chunk_rows))


def by_row(relation: str, rows: int, engine: Engine) -> tuple[Where, ...]:
    """Conditions that take `relation` (of `rows` rows, with `_row`) apart into spans of `chunk_rows` ordinals.

    Every ordinal is in one of them, also those that the relation has not.
    """
    size = max(1, engine.resources.chunk_rows)
    if rows <= size:
        return (_all,)
    ((low, high),) = engine.rows(f"SELECT coalesce(min(_row), 1), coalesce(max(_row), 0) FROM {relation}")
    first, last = int(str(low)), int(str(high))
    ends = range(first + size - 1, last, size)
    return (_up_to(ends[0]), *(_span(e - size, e) for e in ends[1:]), _from(ends[-1])) if ends else (_all,)


def _all(_: str) -> str:
    return "true"


def _up_to(last: int) -> Where:
    return lambda column: f"{column} <= {last}"


def _span(before: int, last: int) -> Where:
    return lambda column: f"({column} > {before} AND {column} <= {last})"


def _from(before: int) -> Where:
    return lambda column: f"{column} > {before}"


def by_hash(columns: str, rows: int, engine: Engine) -> tuple[str, ...]:
    """Conditions that take a relation of `rows` rows apart so that equal values of `columns` stay together."""
    parts = -(-rows // max(1, engine.resources.chunk_rows))
    if parts <= 1:
        return ("true",)
    return tuple(f"hash({columns}) % {parts} = {part}" for part in range(parts))


def copied(queries: tuple[str, ...], target: Path, engine: Engine) -> int:
    """Write the rows of `queries`, one after the other, into one Parquet file; returns how many there are."""
    size = group_rows(engine)
    kept = f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {size})"
    if len(queries) == 1:
        engine.execute(f"COPY ({queries[0]}) TO '{_inside(target)}' {kept}")
        return int(pq.read_metadata(target).num_rows)
    part = target.with_name(f"{target.name}.piece")
    writer: pq.ParquetWriter | None = None
    try:
        for query in queries:
            engine.execute(f"COPY ({query}) TO '{_inside(part)}' {kept}")
            with pq.ParquetFile(part) as piece:
                writer = writer or pq.ParquetWriter(target, piece.schema_arrow, compression="zstd")
                for place in range(piece.num_row_groups):
                    writer.write_table(piece.read_row_group(place), row_group_size=size)
    finally:
        part.unlink(missing_ok=True)
        if writer is not None:
            writer.close()
    return int(pq.read_metadata(target).num_rows)


def _inside(path: Path) -> str:
    return str(path).replace("'", "''")
